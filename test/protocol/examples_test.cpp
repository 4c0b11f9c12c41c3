// The examples of the official model, test/data/aws-model/examples-1.json: each request is read by the service as the
// model puts it on the wire, and written by the client just so; each answer is read by the client, and written by
// the service just so.

#include "base/uri.hpp"
#include "crypto/sha256.hpp"
#include "protocol/all_requests.hpp"
#include "protocol/golden.hpp"
#include "protocol/service_model.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace glacier::protocol {
namespace {

using test::service_model;

/// What is put right in an example.
struct correction {
    std::string_view operation;
    /// JSON pointer in the first example of the operation.
    std::string_view place;
    /// Nothing: the member is left out.
    std::optional<std::string_view> text;
    std::string_view reason;
};

constexpr std::string_view a_date = "2016-12-16T08:30:00.000Z";
constexpr std::string_view a_hash = "59e0a3cc7a0c45f96735bf1f06325db90b4bb742f257df12b6b18df3d2126499";

// The marker `null` of two lists is none of these: it is a text, and read as one.
constexpr std::array corrections{
    correction{"GetJobOutput", "/input/range", std::nullopt, "an empty text is no range"},
    correction{"GetVaultLock", "/output/CreationDate", a_date, "`exampledate` is no date"},
    correction{"GetVaultLock", "/output/ExpirationDate", a_date, "`exampledate` is no date"},
    correction{"InitiateJob", "/output/jobId",
               "HkF9p6o7yjhFx-K3CGl6fuSm6VzW9T7esGQfco8nUXVYwS0jlb5gq1JZ55yHgt5vP54ZShjoQzQVVh7vEXAMPLEjobID",
               "a space stands before the id: HTTP would take it away"},
    correction{"ListParts", "/output/Parts/0/SHA256TreeHash", a_hash, "34 digits are no SHA-256"},
    correction{"ListParts", "/output/Parts/1/SHA256TreeHash", a_hash, "34 digits are no SHA-256"},
    correction{"ListVaults", "/input/limit", std::nullopt, "an empty text is no limit"},
    correction{"UploadArchive", "/input/checksum",
               "8dfab917b0f4955de94333f0788807135606fd51ced7cbc2e2afa08a42ad8264",
               "an empty text is no SHA-256"},
    correction{"UploadMultipartPart", "/input/checksum", a_hash, "32 digits are no SHA-256"},
    correction{"UploadMultipartPart", "/output/checksum", a_hash, "32 digits are no SHA-256"},
};

boost::json::object const& examples()
{
    static boost::json::value const document =
        boost::json::parse(test::read_file(test::data_path("data/aws-model/examples-1.json")));
    return document.at("examples").as_object();
}

bool apply(correction const& right, boost::json::value& example)
{
    boost::system::error_code failed;
    auto* const place =
        example.find_pointer(boost::json::string_view(right.place.data(), right.place.size()), failed);
    if (place == nullptr)
        return false;
    if (right.text)
        *place = boost::json::string_view(right.text->data(), right.text->size());
    else
        *place = nullptr;
    return true;
}

/// A message as the model puts it on the wire.
struct wire_message {
    std::string target;
    int status = 0;
    http_headers headers;
    std::string body;
    bool has_json = false;
};

void fill_in(std::string& uri, std::string const& name, std::string_view value)
{
    std::string const placeholder = "{" + name + "}";
    auto const position = uri.find(placeholder);
    BOOST_TEST_REQUIRE(position != std::string::npos, uri << " lacks " << placeholder);
    uri.replace(position, placeholder.size(), base::encode_uri_component(value));
}

/// Puts the members of an example where the model says. Null counts as absent.
wire_message message_of(std::string_view operation_name, char const* direction,
                        boost::json::object const& example)
{
    wire_message message;
    message.target = service_model::text(
        service_model::get().operation(operation_name).at("http").as_object(), "requestUri");
    message.status = service_model::get().success_status(operation_name);
    boost::json::object json;
    std::set<std::string> known;
    for (service_model::member const& member : service_model::get().members(operation_name, direction)) {
        known.insert(member.name);
        message.has_json |= member.place == "json";
        auto const* const value = example.if_contains(member.name);
        if (value == nullptr || value->is_null())
            continue;
        if (member.place == "json") {
            json[member.wire_name] = *value;
        } else if (member.place == "payload" && !value->is_string()) {
            message.has_json = true;
            json = value->as_object();
        } else if (member.place == "payload") {
            message.body = value->as_string();
        } else if (member.place == "statusCode") {
            message.status = static_cast<int>(value->as_int64());
        } else {
            std::string const text(value->as_string());
            if (member.place == "uri")
                fill_in(message.target, member.wire_name, text);
            else if (member.place == "header")
                message.headers.add(member.wire_name, text);
            else
                message.target += (message.target.find('?') == std::string::npos ? "?" : "&") +
                                  member.wire_name + "=" + base::encode_uri_component(text);
        }
    }
    for (auto const& member : example)
        BOOST_TEST(known.count(std::string(member.key())) == 1U,
                   operation_name << " has no member " << member.key());
    if (message.has_json) {
        message.body = boost::json::serialize(json);
        message.headers.add("Content-Type", "application/json");
    }
    return message;
}

http_method method_of(std::string_view operation_name)
{
    std::string const name =
        service_model::text(service_model::get().operation(operation_name).at("http").as_object(), "method");
    for (http_method const method : {http_method::get, http_method::put, http_method::post})
        if (to_string(method) == name)
            return method;
    return http_method::delete_;
}

/// What is wrong, each in a sentence.
using faults = std::vector<std::string>;

void expect(faults& found, bool holds, std::string const& sentence)
{
    if (!holds)
        found.push_back(sentence);
}

std::string text_of(member_error const& error)
{
    return error.member + " '" + error.text + "'";
}

/// Compares JSON; what `written` has beyond `expected` must be null.
void expect_json(faults& found, boost::json::value const& written, boost::json::value const& expected,
                 std::string const& path)
{
    if (written.is_object() && expected.is_object()) {
        for (auto const& member : expected.get_object()) {
            auto const* const value = written.get_object().if_contains(member.key());
            if (value == nullptr)
                found.push_back(path + "." + std::string(member.key()) + " is not written");
            else
                expect_json(found, *value, member.value(), path + "." + std::string(member.key()));
        }
        for (auto const& member : written.get_object())
            expect(found, expected.get_object().contains(member.key()) || member.value().is_null(),
                   path + "." + std::string(member.key()) + " is written");
    } else if (written.is_array() && expected.is_array() &&
               written.get_array().size() == expected.get_array().size()) {
        for (std::size_t i = 0; i < expected.get_array().size(); ++i)
            expect_json(found, written.get_array()[i], expected.get_array()[i],
                        path + "[" + std::to_string(i) + "]");
    } else {
        expect(found, written == expected,
               path + " is " + boost::json::serialize(written) + " instead of " +
                   boost::json::serialize(expected));
    }
}

/// The service reads the request of an example, and the client writes it.
template <class Request>
void check_request(faults& found, boost::json::object const& example)
{
    operation_info const& info = info_of(operation_traits<Request>::id);
    wire_message message = message_of(info.name, "input", example);
    if (info.request_body == body_kind::bytes) {
        // The model lacks what the guide demands.
        message.headers.add("x-amz-content-sha256", crypto::sha256_of(message.body).hex());
        message.headers.add("content-type", "application/octet-stream");
    }

    auto const route = find_route(method_of(info.name), message.target);
    if (!route || route->id != info.id) {
        found.push_back("no route to " + message.target);
        return;
    }
    auto const request =
        accept<Request>(routed_request{route->id, route->path, route->query, message.headers, message.body});
    if (!request) {
        found.push_back("the service refuses " + text_of(request.error()));
        return;
    }

    message.headers.add("x-amz-glacier-version", "2012-06-01");
    auto const encoded = encode(*request, account_id(route->path.at("accountId")));
    if (!encoded) {
        found.push_back("the client refuses: " + encoded.error().message());
        return;
    }
    auto const route_back = find_route(encoded->method, encoded->target);
    expect(found,
           route_back && route_back->id == route->id && route_back->path == route->path &&
               route_back->query == route->query,
           "the target is " + encoded->target + " instead of " + message.target);
    expect(found, test::sorted_headers(encoded->headers) == test::sorted_headers(message.headers),
           "the headers are\n" + test::text_of(test::sorted_headers(encoded->headers)));
    if (message.has_json)
        expect_json(found, test::parse_json(encoded->body), test::parse_json(message.body), "body");
    else
        expect(found, encoded->body.empty(), "there is a body");
}

/// The client reads the answer of an example, and the service writes it.
template <class Request>
void check_answer(faults& found, boost::json::object const& example)
{
    operation_info const& info = info_of(operation_traits<Request>::id);
    wire_message message = message_of(info.name, "output", example);
    http_response response;
    response.status = message.status;
    response.headers = message.headers;
    response.body = message.body;

    auto const result = decode<Request>(response);
    if (!result) {
        found.push_back("the client refuses " + text_of(result.error()));
        return;
    }
    http_response const answered = answer<Request>(*result);
    expect(found, answered.status == message.status, "the status is " + std::to_string(answered.status));
    expect(found, test::sorted_headers(answered.headers) == test::sorted_headers(message.headers),
           "the headers are\n" + test::text_of(test::sorted_headers(answered.headers)));
    if (message.has_json)
        expect_json(found, test::parse_json(answered.body), test::parse_json(message.body), "body");
}

/// What is wrong with the examples of an operation, if only the corrections are made that `is_made` picks.
template <class Request, class Predicate>
faults faults_of(Predicate is_made)
{
    std::string_view const name = info_of(operation_traits<Request>::id).name;
    boost::json::value all = examples().at(boost::json::string_view(name.data(), name.size()));
    for (correction const& right : corrections)
        if (right.operation == name && is_made(right))
            BOOST_TEST(apply(right, all.as_array().at(0)), name << " has no " << right.place);

    faults found;
    BOOST_TEST(!all.as_array().empty());
    for (auto const& example : all.as_array()) {
        check_request<Request>(found, example.at("input").as_object());
        auto const* const output = example.as_object().if_contains("output");
        check_answer<Request>(found, output != nullptr ? output->as_object() : boost::json::object());
    }
    return found;
}

BOOST_AUTO_TEST_SUITE(examples_test)

// Each operation has an example, and nothing else has.
BOOST_AUTO_TEST_CASE(examples_of_all_operations)
{
    BOOST_TEST(examples().size() == 33U);
    for (operation_info const& info : operations)
        BOOST_TEST(examples().contains(boost::json::string_view(info.name.data(), info.name.size())),
                   info.name << " has no example");
}

// Both sides read and write each example, put right.
BOOST_AUTO_TEST_CASE(examples_go_both_ways)
{
    test::all_requests::for_each([]<class Request>() {
        for (std::string const& fault : faults_of<Request>([](correction const&) { return true; }))
            BOOST_ERROR(info_of(operation_traits<Request>::id).name << ": " << fault);
    });
}

// Each correction is needed: without it, though with all others, the example is refused.
BOOST_AUTO_TEST_CASE(corrections_are_needed)
{
    std::set<correction const*> tried;
    test::all_requests::for_each([&tried]<class Request>() {
        for (correction const& needed : corrections) {
            if (needed.operation != info_of(operation_traits<Request>::id).name)
                continue;
            tried.insert(&needed);
            auto const found =
                faults_of<Request>([&needed](correction const& right) { return &right != &needed; });
            BOOST_TEST(!found.empty(), needed.operation << needed.place << " need not be corrected");
            BOOST_TEST(!needed.reason.empty());
        }
    });
    for (correction const& right : corrections)
        BOOST_TEST(tried.count(&right) == 1U, right.operation << " is no operation");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
