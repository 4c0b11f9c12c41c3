// The rules of the codec that hold for every operation, shown with an operation made for it.

#include "protocol/codec_impl.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace glacier::protocol {
namespace {

using namespace std::string_literals;

struct sample_request {
    sample_request(vault_name its_vault, std::string its_label)
        : vault(std::move(its_vault)), label(std::move(its_label))
    {}

    vault_name vault;
    std::string label;
    std::optional<std::string> note;
    std::optional<std::uint64_t> count;
    std::optional<std::string> filter;
    std::optional<std::uint64_t> computed;
};

struct sample_result {
    std::string id;
    std::optional<std::string> comment;
};

/// Its body is an object of some members.
struct json_request {
    json_request(vault_name its_vault, std::string its_label)
        : vault(std::move(its_vault)), label(std::move(its_label))
    {}

    vault_name vault;
    std::string label;
    std::optional<std::uint64_t> count;
};

} // namespace

template <>
struct operation_traits<sample_request> {
    static constexpr operation id = operation::describe_vault;
    using result_type = sample_result;
    static constexpr auto input = std::tuple{
        uri("vaultName", &sample_request::vault),
        header<presence::argument>("x-label", &sample_request::label),
        header("x-note", &sample_request::note),
        query("count", &sample_request::count),
        query("filter", &sample_request::filter),
        header<presence::required>("x-computed", &sample_request::computed),
    };
    static constexpr auto output = std::tuple{
        header<presence::required>("X-Id", &sample_result::id),
        header("X-Comment", &sample_result::comment),
    };
};

template <>
struct operation_traits<json_request> {
    static constexpr operation id = operation::add_tags_to_vault;
    using result_type = no_result;
    static constexpr auto input = std::tuple{
        uri("vaultName", &json_request::vault),
        field<presence::argument>("Label", &json_request::label),
        field("Count", &json_request::count),
    };
    static constexpr auto output = std::tuple{};
};

namespace {

account_id const account("-");

sample_request sample()
{
    sample_request request("attic", "a label");
    request.computed = 7;
    return request;
}

/// What the service makes of the request that the client made.
decoded<sample_request> accepted(http_headers const& headers, parameters const& query = {})
{
    return accept<sample_request>(routed_request{
        operation::describe_vault, {{"accountId", "-"}, {"vaultName", "attic"}}, query, headers, {}});
}

BOOST_AUTO_TEST_SUITE(codec_test)

// Method and path come from the table, and every request says its version of the API.
BOOST_AUTO_TEST_CASE(request_has_method_target_and_version)
{
    auto const message = encode(sample(), account);
    BOOST_TEST_REQUIRE(message.has_value());
    BOOST_TEST((message->method == http_method::get));
    BOOST_TEST(message->target == "/-/vaults/attic");
    BOOST_TEST(message->headers.get("x-amz-glacier-version") == "2012-06-01");
    BOOST_TEST(message->headers.get("x-label") == "a label");
    BOOST_TEST(message->headers.get("x-computed") == "7");
    BOOST_TEST(message->headers.size() == 3U);
    BOOST_TEST(message->body.empty());
}

// What has no value is left out; in the query, values are encoded and stand in the order of the list.
BOOST_AUTO_TEST_CASE(optional_members)
{
    sample_request request = sample();
    request.note = "";
    request.filter = "a b&c=d/\xc3\xa9\r\n";
    request.count = 5;
    auto const message = encode(request, account);
    BOOST_TEST_REQUIRE(message.has_value());
    BOOST_TEST(message->target == "/-/vaults/attic?count=5&filter=a%20b%26c%3Dd%2F%C3%A9%0D%0A");
    BOOST_TEST_REQUIRE(message->headers.find("x-note") != nullptr);
    BOOST_TEST(message->headers.get("x-note").empty());
}

// A control character in a header would end it and begin another: nothing is sent.
BOOST_AUTO_TEST_CASE(control_characters_in_headers_are_refused)
{
    for (std::string const& value :
         {"a\r\nx-amz-date: 1"s, "a\r"s, "\n"s, "a\0b"s, "\0"s, "a\tb"s, "\x1f"s, "\x7f"s}) {
        sample_request request = sample();
        request.note = value;
        BOOST_TEST((encode(request, account).error() == errc::invalid_header_value));
        request.note.reset();
        request.label = value;
        BOOST_TEST((encode(request, account).error() == errc::invalid_header_value));
    }
    // Everything else goes as it is.
    sample_request request = sample();
    request.label = " !~\x80\xff";
    BOOST_TEST(encode(request, account).value().headers.get("x-label") == " !~\x80\xff");
}

// A part of the path without a value would make it the path of something else.
BOOST_AUTO_TEST_CASE(empty_part_of_the_path_is_refused)
{
    sample_request request = sample();
    request.vault = vault_name();
    BOOST_TEST((encode(request, account).error() == errc::invalid_vault_name));
}

// What the client made is what the service reads.
BOOST_AUTO_TEST_CASE(request_round_trips)
{
    sample_request request = sample();
    request.note = "  two  blanks ";
    request.count = 18'446'744'073'709'551'615U;
    auto const message = encode(request, account);
    auto const read = accepted(message.value().headers, {{"count", "18446744073709551615"}});
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(read->vault.str() == "attic");
    BOOST_TEST(read->label == "a label");
    BOOST_TEST(read->note.value() == "  two  blanks ");
    BOOST_TEST(read->count.value() == 18'446'744'073'709'551'615U);
    BOOST_TEST(read->computed.value() == 7U);
    BOOST_TEST(!read->filter.has_value());
}

// The service demands what the constructor or the wire demands, and names the first that is missing or wrong.
BOOST_AUTO_TEST_CASE(service_is_strict)
{
    http_headers headers;
    BOOST_TEST((accepted(headers).error().why == member_error::reason::missing));
    BOOST_TEST(accepted(headers).error().member == "x-label");
    headers.add("X-LABEL", "a");
    BOOST_TEST((accepted(headers).error().why == member_error::reason::missing));
    BOOST_TEST(accepted(headers).error().member == "x-computed");
    headers.add("x-computed", "seven");
    BOOST_TEST((accepted(headers).error().why == member_error::reason::invalid));
    BOOST_TEST(accepted(headers).error().text == "seven");
    headers.set("x-computed", "7");
    BOOST_TEST(accepted(headers).has_value());
    BOOST_TEST(accepted(headers, {{"count", "many"}}).error().member == "count");
    // Of two faults the first is named.
    headers.set("x-computed", "x");
    BOOST_TEST(accepted(headers, {{"count", "many"}}).error().member == "count");
    // What nobody asked for is passed over.
    headers.set("x-computed", "7");
    headers.add("x-other", "1");
    BOOST_TEST(accepted(headers, {{"other", "1"}}).has_value());
}

// Members of the body become one object; the query that belongs to the operation's name stays.
BOOST_AUTO_TEST_CASE(members_of_a_json_body)
{
    json_request request("attic", "a \"label\"");
    auto const message = encode(request, account);
    BOOST_TEST_REQUIRE(message.has_value());
    BOOST_TEST(message->target == "/-/vaults/attic/tags?operation=add");
    BOOST_TEST(message->body == R"({"Label":"a \"label\""})");
    BOOST_TEST(message->headers.get("content-type") == "application/json");
    BOOST_TEST(message->headers.size() == 2U);
    request.count = 5;
    BOOST_TEST(encode(request, account)->body == R"({"Label":"a \"label\"","Count":5})");
    request.vault = vault_name();
    BOOST_TEST((encode(request, account).error() == errc::invalid_vault_name));
}

/// What the service makes of a body.
decoded<json_request> accepted_body(std::string_view body, std::string const& vault = "attic")
{
    http_headers const headers;
    return accept<json_request>(routed_request{
        operation::add_tags_to_vault, {{"accountId", "-"}, {"vaultName", vault}}, {}, headers, body});
}

// The service reads the members of the body as strictly as the others, and names the first that is wrong.
BOOST_AUTO_TEST_CASE(service_is_strict_about_the_body)
{
    auto const read = accepted_body(R"({"Count":5,"Other":[1],"Label":"a"})");
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(read->vault.str() == "attic");
    BOOST_TEST(read->label == "a");
    BOOST_TEST(read->count.value() == 5U);
    BOOST_TEST(!accepted_body(R"({"Label":"a","Count":null})")->count.has_value());

    for (std::string_view const body : {"", "{", "x", R"({"Label":"a"}})"})
        BOOST_TEST((accepted_body(body).error().why == member_error::reason::malformed_json), body);
    for (std::string_view const body : {"[]", "null", "5"}) {
        BOOST_TEST((accepted_body(body).error().why == member_error::reason::invalid), body);
        BOOST_TEST(accepted_body(body).error().member == "body");
    }
    for (std::string_view const body : {"{}", R"({"Label":null,"Count":"x"})", R"({"label":"a"})"}) {
        BOOST_TEST((accepted_body(body).error().why == member_error::reason::missing), body);
        BOOST_TEST(accepted_body(body).error().member == "Label");
    }
    auto const wrong = accepted_body(R"({"Label":"a","Count":"x"})");
    BOOST_TEST((wrong.error().why == member_error::reason::invalid));
    BOOST_TEST(wrong.error().member == "Count");
    BOOST_TEST(wrong.error().text == "\"x\"");
    BOOST_TEST(accepted_body("{}", "a b").error().member == "vaultName");
}

// Only on demand: what is documented does not say whether the service does that.
BOOST_AUTO_TEST_CASE(unknown_members_of_the_body_can_be_refused)
{
    http_headers const headers;
    auto const exactly = [&headers](std::string_view body) {
        routed_request request{
            operation::add_tags_to_vault, {{"accountId", "-"}, {"vaultName", "attic"}}, {}, headers, body};
        request.refuse_unknown_members = true;
        return accept<json_request>(request);
    };
    BOOST_TEST(exactly(R"({"Count":5,"Label":"a"})").has_value());
    // What stands elsewhere in the message is no member of the body.
    for (std::string const name : {"Other", "vaultName"}) {
        auto const refused = exactly(R"({"Label":"a",")" + name + R"(":null})");
        BOOST_TEST_REQUIRE(!refused.has_value());
        BOOST_TEST((refused.error().why == member_error::reason::invalid));
        BOOST_TEST(refused.error().member == name);
    }
}

// The client reads what it knows and passes over the rest.
BOOST_AUTO_TEST_CASE(client_is_lenient)
{
    http_response response;
    response.status = 200;
    response.headers.add("x-ID", "5");
    response.headers.add("x-other", "1");
    response.body = "whatever";
    auto const read = decode<sample_request>(response);
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(read->id == "5");
    BOOST_TEST(!read->comment.has_value());

    response.headers.remove("x-id");
    BOOST_TEST(decode<sample_request>(response).error().member == "X-Id");
}

// An answer has the status of the table; what has no value is left out of the headers.
BOOST_AUTO_TEST_CASE(answer_has_status_and_headers)
{
    sample_result result;
    result.id = "5";
    http_response const without_comment = answer<sample_request>(result);
    BOOST_TEST(without_comment.status == 200);
    BOOST_TEST(without_comment.headers.size() == 1U);
    BOOST_TEST(without_comment.body.empty());
    result.comment = "c";
    BOOST_TEST(answer<sample_request>(result).headers.get("X-Comment") == "c");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
