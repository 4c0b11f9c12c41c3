#pragma once

#include "base/iso8601.hpp"
#include "protocol/codec.hpp"
#include "protocol/http_message.hpp"
#include "protocol/json_form.hpp"
#include "protocol/member.hpp"
#include "protocol/operation.hpp"
#include "protocol/route.hpp"
#include "support/data.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace glacier::test {

// The vectors of test/golden, and how they are compared with the codec. What the files look like is told in
// their README.

using header_list = std::vector<std::pair<std::string, std::string>>;

/// A file of test/golden.
struct golden_message {
    /// Of a request.
    std::string method;
    std::string target;
    /// Of an answer.
    int status = 0;
    /// Sorted by name, names in lower case.
    header_list headers;
    std::string body;

    protocol::http_response response() const
    {
        protocol::http_response made;
        made.status = status;
        for (auto const& [name, value] : headers)
            made.headers.add(name, value);
        made.body = body;
        return made;
    }
};

inline golden_message read_golden(std::string const& file)
{
    std::string const text = read_file(data_path("golden") / file);
    auto const end_of_head = text.find("\n\n");
    BOOST_TEST_REQUIRE(end_of_head != std::string::npos);

    golden_message message;
    message.body = text.substr(end_of_head + 2);
    std::string_view head(text.data(), end_of_head);
    std::string_view const first_line = head.substr(0, head.find('\n'));
    if (first_line.starts_with("HTTP/1.1 ")) {
        message.status = std::stoi(std::string(first_line.substr(9, 3)));
    } else {
        BOOST_TEST_REQUIRE(first_line.ends_with(" HTTP/1.1"));
        auto const space = first_line.find(' ');
        message.method = first_line.substr(0, space);
        message.target = first_line.substr(space + 1, first_line.size() - 9 - space - 1);
    }
    while (head.find('\n') != std::string_view::npos) {
        head.remove_prefix(head.find('\n') + 1);
        std::string_view const line = head.substr(0, head.find('\n'));
        auto const colon = line.find(": ");
        BOOST_TEST_REQUIRE(colon != std::string_view::npos);
        message.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
    BOOST_TEST(std::is_sorted(message.headers.begin(), message.headers.end()),
               file << ": headers are not sorted");
    return message;
}

/// The vectors that some test case is about. golden_test.cpp compares them with the files.
inline std::set<std::string>& tested_vectors()
{
    static std::set<std::string> names;
    return names;
}

struct tested_vector {
    explicit tested_vector(std::string name) { tested_vectors().insert(std::move(name)); }
};

/// A test case about the file OPERATION.NAME.KIND.http, which its body sees as `vector`.
#define GLACIER_GOLDEN(OPERATION, NAME, KIND)                                                                \
    static ::glacier::test::tested_vector const tested_##OPERATION##_##NAME##_##KIND(                        \
        #OPERATION "." #NAME "." #KIND ".http");                                                             \
    static void check_##OPERATION##_##NAME##_##KIND(::glacier::test::golden_message const& vector);          \
    BOOST_AUTO_TEST_CASE(OPERATION##_##NAME##_##KIND)                                                        \
    {                                                                                                        \
        check_##OPERATION##_##NAME##_##KIND(                                                                 \
            ::glacier::test::read_golden(#OPERATION "." #NAME "." #KIND ".http"));                           \
    }                                                                                                        \
    static void check_##OPERATION##_##NAME##_##KIND(                                                         \
        [[maybe_unused]] ::glacier::test::golden_message const& vector)

#define GLACIER_GOLDEN_REQUEST(OPERATION, NAME) GLACIER_GOLDEN(OPERATION, NAME, request)
#define GLACIER_GOLDEN_RESPONSE(OPERATION, NAME) GLACIER_GOLDEN(OPERATION, NAME, response)

inline timestamp time_of(std::string_view text)
{
    auto const time = base::parse_iso8601(text);
    BOOST_TEST_REQUIRE(time.has_value());
    return *time;
}

inline tree_hash hash_of(std::string_view hex)
{
    return tree_hash::from_hex(hex).value();
}

inline header_list sorted_headers(protocol::http_headers const& headers)
{
    header_list sorted;
    for (auto const& [name, value] : headers) {
        std::string lower = name;
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
        sorted.emplace_back(std::move(lower), value);
    }
    std::sort(sorted.begin(), sorted.end());
    return sorted;
}

inline std::string text_of(header_list const& headers)
{
    std::string text;
    for (auto const& [name, value] : headers)
        text += name + ": " + value + "\n";
    return text;
}

inline boost::json::value parse_json(std::string_view text)
{
    return boost::json::parse(boost::json::string_view(text.data(), text.size()));
}

/// Compares two values member by member, so that a failure names the member.
template <class T>
void check_equal(T const& got, T const& expected, std::string const& name)
{
    using namespace protocol;
    if constexpr (protocol::detail::is_optional<T>) {
        BOOST_TEST(got.has_value() == expected.has_value(),
                   name << (got ? " should be absent" : " is missing"));
        if (got && expected)
            check_equal(*got, *expected, name);
    } else if constexpr (protocol::detail::is_vector<T>) {
        BOOST_TEST(got.size() == expected.size(), name << " has " << got.size() << " elements");
        for (std::size_t i = 0; i < std::min(got.size(), expected.size()); ++i)
            check_equal(got[i], expected[i], name + "[" + std::to_string(i) + "]");
    } else if constexpr (protocol::detail::is_map<T>) {
        using key_form = text_form<typename T::key_type>;
        for (auto const& [key, value] : expected) {
            auto const found = got.find(key);
            BOOST_TEST_REQUIRE((found != got.end()), name << " lacks " << key_form::write(key));
            check_equal(found->second, value, name + "." + key_form::write(key));
        }
        for (auto const& element : got)
            BOOST_TEST(expected.count(element.first) == 1U,
                       name << " has " << key_form::write(element.first));
    } else if constexpr (json_struct<T>) {
        std::apply(
            [&](auto const&... field) {
                (check_equal(got.*field.pointer, expected.*field.pointer,
                             name + "." + std::string(field.name)),
                 ...);
            },
            json_fields<T>::fields);
    } else {
        BOOST_TEST((got == expected), name << " is " << text_form<T>::write(got) << " instead of "
                                           << text_form<T>::write(expected));
    }
}

/// Compares what the tuples of operation_traits list. Bodies that are streamed are not compared.
template <class Members, class T>
void check_members(Members const& members, T const& got, T const& expected)
{
    auto const check_one = [&]<class Member>(Member const& member) {
        if constexpr (requires { member.name; })
            check_equal(got.*member.pointer, expected.*member.pointer, std::string(member.name));
        else if constexpr (protocol::json_struct<typename Member::member_type>)
            check_equal(got.*member.pointer, expected.*member.pointer, "body");
    };
    std::apply([&](auto const&... member) { (check_one(member), ...); }, members);
}

/// The request on the wire is the vector, and the service reads the request from it.
template <class Request>
void check_request(golden_message const& vector, Request const& request, account_id const& account)
{
    using traits = protocol::operation_traits<Request>;
    protocol::operation_info const& info = protocol::info_of(traits::id);

    auto const encoded = protocol::encode(request, account);
    BOOST_TEST_REQUIRE(encoded.has_value());
    BOOST_TEST(protocol::to_string(encoded->method) == vector.method);
    BOOST_TEST(encoded->target == vector.target);
    BOOST_TEST(text_of(sorted_headers(encoded->headers)) == text_of(vector.headers));
    if (info.request_body == protocol::body_kind::bytes) {
        // The transport streams it.
        BOOST_TEST(encoded->body.empty());
    } else {
        if (info.request_body == protocol::body_kind::json)
            BOOST_TEST((parse_json(encoded->body) == parse_json(vector.body)));
        // The members stand in the order of the vectors, so that it is the same byte for byte.
        BOOST_TEST(encoded->body == vector.body);
    }

    auto const route = protocol::find_route(encoded->method, vector.target);
    BOOST_TEST_REQUIRE(route.has_value());
    BOOST_TEST((route->id == traits::id));
    BOOST_TEST(route->path.at("accountId") == account.str());
    protocol::http_response const message = vector.response();
    protocol::routed_request const routed{route->id, route->path, route->query, message.headers, vector.body};
    auto const accepted = protocol::accept<Request>(routed);
    BOOST_TEST_REQUIRE(accepted.has_value());
    check_members(traits::input, *accepted, request);
}

/// The client reads the vector as `expected`.
template <class Request>
void check_decoded(golden_message const& vector, protocol::result_of<Request> const& expected)
{
    using traits = protocol::operation_traits<Request>;
    auto const decoded = protocol::decode<Request>(vector.response());
    BOOST_TEST_REQUIRE(decoded.has_value());
    if constexpr (protocol::json_struct<protocol::result_of<Request>>)
        check_equal(*decoded, expected, info_of(traits::id).name.data());
    else
        check_members(traits::output, *decoded, expected);
}

/// The service writes `value` as the vector; members of JSON may stand in any order.
template <class Request>
void check_answered(golden_message const& vector, protocol::result_of<Request> const& value)
{
    protocol::operation_info const& info = protocol::info_of(protocol::operation_traits<Request>::id);
    protocol::http_response const answered = protocol::answer<Request>(value);
    BOOST_TEST(text_of(sorted_headers(answered.headers)) == text_of(vector.headers));
    if (info.response_body == protocol::body_kind::bytes) {
        // The service streams the bytes, and sets 206 where it was asked for a range of them.
        BOOST_TEST((vector.status == info.success_status || vector.status == 206));
        return;
    }
    BOOST_TEST(answered.status == vector.status);
    if (info.response_body == protocol::body_kind::json) {
        auto const written = parse_json(answered.body);
        auto const expected = parse_json(vector.body);
        BOOST_TEST((written == expected), "wrote\n"
                                              << boost::json::serialize(written) << "\ninstead of\n"
                                              << boost::json::serialize(expected));
    } else {
        BOOST_TEST(answered.body == vector.body);
    }
}

/// Both.
template <class Request>
void check_response(golden_message const& vector, protocol::result_of<Request> const& value)
{
    check_decoded<Request>(vector, value);
    check_answered<Request>(vector, value);
}

/// The account of the vectors, and the one that means that of the credentials.
inline account_id const golden_account("210987654321");
inline account_id const own_account("-");

inline constexpr char const* attic_arn = "arn:aws:glacier:eu-west-1:210987654321:vaults/attic";

/// Ids of the vectors.
namespace ids {
inline constexpr char const* slides_archive =
    "QEeekgtfjboA1_ZWjaQoMRsm99D3zjM9fWbUJxLmfDTNcdOlz-BDRq7rQodSf1tBgYY44wDmUdWGJb_"
    "NhUjIcdIkaeWspRvmX3BglDVOYQTQdC-kNGvGmxVWael-U1ZInLJDbf9btn";
inline constexpr char const* hyphen_archive =
    "-sAqJWJjv84sr8qOSJgvjNw3rxBtVR5H0nNt_F4lFGp7V1UtCNWUD3ae2g7JQxPrwHDYQkfdsK-"
    "iuxxvgA8LZUc-fd7LTq5dCWp7N_iKefHz3YnGMT_7R5yeI3h1-s0JQGWwD4r0ye";
inline constexpr char const* underscore_archive =
    "_aPWhdNv0mw8W_VwdcS1-Ek3ZM6cjJJXBVt1mpQKaR3XU7FBxejGCL3SeG4N67UjsWkPm0HHcHaz7s"
    "dqasv0f3D-2ZTiTvz060sMJbOH-4yfqCXwDWjhW6P82oRiULsjpgIE3yrSft";
inline constexpr char const* multipart_archive =
    "9DqCb_ONvPKgtvzgmFYMvDRwfTJ_vRNGmi60S1us38rXS0PyW-x3LEPExqXFXfKezyGy2F8_WaSKSlLG"
    "SU5ftse4n3zKPOZA0xNaaVzOu9LbHiPf3t18vV1pAZUWIwRObWUNwgKqFZ";
inline constexpr char const* single_archive =
    "xvHdeAf3GhF9kzsuBcDX-BCloCnX2_kMyknCphoSQZ1mWMPuO9n8X8ZrE428cbA0QEQPRDJ9NG1DlJG_"
    "H29wBXTwLz7lnhIcfItzYier1lvmTnsGKzrZFweRuzRlv5aTnG5lU5LAQj";
inline constexpr char const* pattern_archive =
    "yKdvC5cNRXdWFoB8A4l1hn84v_39WD-b5yuuhhKRrd7cYPMkxTAd7HVWxzf2E84mzvPPVq17wg0Vx2lOLk"
    "MYoeoS66nIoGbxf8s7O4TdfEeo6Eb7YT4ih2ejEtKdHHsjf8_mFBXMY5";
} // namespace ids

/// Tree hashes of the vectors.
namespace hashes {
inline constexpr char const* body = "f28aeeeb913fe11413f0b7b821747eae04feb42f6c264501fbdbaac7df865ed2";
inline constexpr char const* zero_byte = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
inline constexpr char const* binary = "bdb4f65c6601fd86035b73762f49052710d8d9f122f4873d3de963e3e66062be";
inline constexpr char const* one_mebibyte =
    "1d7368ef6f59e0c704a978b815288f1e464037959645bbfd79348d330269480d";
inline constexpr char const* multipart = "f5c1b2ad456a7fbfb071e82a3349925deeb9517fff177a51a7cd351c57ec8432";
inline constexpr char const* pattern = "1f85c4584f7e481fb798e4c73c06989df5607da135a85f03da499d91c24f0875";
inline constexpr char const* pattern_start =
    "433994c5d2abb18c11fc3a722aaa56607d6b7a5caefab7b180fd108d2b068f09";
inline constexpr char const* pattern_end = "107975d7ab05d8cd7e511fed379885eece2e46ec6ed563483bf1d0700e81aff8";
} // namespace hashes

} // namespace glacier::test
