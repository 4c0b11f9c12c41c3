#include "protocol/service_error.hpp"

#include "protocol/golden.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace glacier::protocol {
namespace {

using namespace glacier::test;

/// What a vector of an error must be read as.
struct expected_error {
    char const* vector;
    int status;
    service_errc code;
    /// Empty where no code can be told from the answer.
    char const* code_text;
    char const* message;
};

constexpr char const* vault_not_found =
    "Vault not found for ARN: arn:aws:glacier:eu-west-1:210987654321:vaults/attic";
constexpr char const* expired = "Signature expired: 20260203T035000Z is now earlier than 20260203T040006Z "
                                "(20260203T040506Z - 5 min.)";

constexpr std::array expected_errors{
    expected_error{"access_denied_vault_locked", 403, service_errc::access_denied, "AccessDeniedException",
                   "The vault lock is in a state that does not allow this call."},
    expected_error{"access_denied_wrong_account", 403, service_errc::access_denied, "AccessDeniedException",
                   "Access denied for account ID: 123456789012"},
    expected_error{"archive_not_found", 404, service_errc::resource_not_found, "ResourceNotFoundException",
                   "The archive ID was not found: "
                   "-sAqJWJjv84sr8qOSJgvjNw3rxBtVR5H0nNt_F4lFGp7V1UtCNWUD3ae2g7JQxPrwHDYQkfdsK-"
                   "iuxxvgA8LZUc-fd7LTq5dCWp7N_iKefHz3YnGMT_7R5yeI3h1-s0JQGWwD4r0ye"},
    expected_error{"archive_of_another_vault", 400, service_errc::invalid_parameter_value,
                   "InvalidParameterValueException",
                   "Invalid vault name: arn:aws:glacier:eu-west-1:210987654321:vaults/cellar"},
    expected_error{"bad_lock_policy", 400, service_errc::invalid_parameter_value,
                   "InvalidParameterValueException",
                   "The specified vault lock policy is invalid. Provide a valid policy."},
    expected_error{
        "bad_part_size", 400, service_errc::invalid_parameter_value, "InvalidParameterValueException",
        "Invalid part size: 1000000. Part size must not be null, must be a power of two and be between "
        "1048576 and 4294967296 bytes."},
    expected_error{"bad_request", 400, service_errc::bad_request, "BadRequest",
                   "The request cannot be processed."},
    expected_error{"bad_status_filter", 400, service_errc::invalid_parameter_value,
                   "InvalidParameterValueException", "The job status code is not valid: finished"},
    expected_error{"body_too_long", 400, service_errc::invalid_parameter_value,
                   "InvalidParameterValueException", "Invalid Content-Length: 4294967297"},
    expected_error{"capital_keys", 404, service_errc::resource_not_found, "ResourceNotFoundException",
                   vault_not_found},
    expected_error{
        "complete_tree_hash_mismatch", 400, service_errc::invalid_parameter_value,
        "InvalidParameterValueException",
        "Invalid x-amz-sha256-tree-hash: 0000000000000000000000000000000000000000000000000000000000000000"},
    expected_error{"empty_408", 408, service_errc::request_timeout, "", ""},
    expected_error{"expired_token", 403, service_errc::expired_token, "ExpiredTokenException",
                   "The security token included in the request is expired"},
    expected_error{"header_code_empty_body", 404, service_errc::resource_not_found,
                   "ResourceNotFoundException", ""},
    expected_error{"header_code_first", 400, service_errc::throttling, "ThrottlingException",
                   "Rate exceeded"},
    expected_error{"header_code_only", 404, service_errc::resource_not_found, "ResourceNotFoundException",
                   vault_not_found},
    expected_error{"html_502", 502, service_errc::service_unavailable, "", "502 Bad Gateway 502 Bad Gateway"},
    expected_error{"insufficient_capacity", 503, service_errc::insufficient_capacity,
                   "InsufficientCapacityException",
                   "Insufficient capacity to process the expedited request."},
    expected_error{"insufficient_capacity_400", 400, service_errc::insufficient_capacity,
                   "InsufficientCapacityException",
                   "Insufficient capacity to process the expedited request."},
    expected_error{
        "job_not_found", 404, service_errc::resource_not_found, "ResourceNotFoundException",
        "The job ID was not found: "
        "ZIPByGVfp4CKs66tgg8Al76cvaFZR00p08n-CYhZMCvv_ylOEzU9qY0ULO6ztZEFnudPqygXQyFAfzTHxhtpqIDoUmDz"},
    expected_error{
        "job_not_ready", 400, service_errc::invalid_parameter_value, "InvalidParameterValueException",
        "The job is not currently available for download: "
        "ZIPByGVfp4CKs66tgg8Al76cvaFZR00p08n-CYhZMCvv_ylOEzU9qY0ULO6ztZEFnudPqygXQyFAfzTHxhtpqIDoUmDz"},
    expected_error{"key_order_message_first", 404, service_errc::resource_not_found,
                   "ResourceNotFoundException", vault_not_found},
    expected_error{"key_order_type_first", 404, service_errc::resource_not_found, "ResourceNotFoundException",
                   vault_not_found},
    expected_error{
        "limit_exceeded_tags", 400, service_errc::limit_exceeded, "LimitExceededException",
        "The quota for the number of tags that can be assigned to this resource has been reached."},
    expected_error{"limit_exceeded_vaults", 400, service_errc::limit_exceeded, "LimitExceededException",
                   "The vault limit of this account is reached."},
    expected_error{"missing_api_version", 400, service_errc::missing_parameter_value,
                   "MissingParameterValueException", "Required parameter missing: API version"},
    expected_error{"missing_authentication_token", 400, service_errc::missing_authentication_token,
                   "MissingAuthenticationTokenException", "Missing Authentication Token"},
    expected_error{"missing_tree_hash", 400, service_errc::missing_parameter_value,
                   "MissingParameterValueException", "Required parameter missing: x-amz-sha256-tree-hash"},
    expected_error{"no_longer_supported", 400, service_errc::no_longer_supported,
                   "NoLongerSupportedException", "This account has no storage in this service."},
    expected_error{"null_message", 400, service_errc::bad_request, "BadRequest", ""},
    expected_error{
        "payload_hash_mismatch", 403, service_errc::invalid_signature, "InvalidSignatureException",
        "The value passed in as x-amz-content-sha256 does not match the computed payload hash. Computed "
        "digest: f28aeeeb913fe11413f0b7b821747eae04feb42f6c264501fbdbaac7df865ed2 expected hash: "
        "0000000000000000000000000000000000000000000000000000000000000000"},
    expected_error{"policy_enforced", 400, service_errc::policy_enforced, "PolicyEnforcedException",
                   "InitiateJob request denied by current data retrieval policy."},
    expected_error{"range_against_length", 400, service_errc::invalid_parameter_value,
                   "InvalidParameterValueException",
                   "Content-Range: bytes 0-1048575/* is incompatible with Content-Length: 19"},
    expected_error{"range_reversed", 400, service_errc::invalid_parameter_value,
                   "InvalidParameterValueException", "Invalid Content-Range: bytes 1048575-0/*"},
    expected_error{"request_timeout", 408, service_errc::request_timeout, "RequestTimeoutException",
                   "The upload body arrived too slowly."},
    expected_error{"serialization", 400, service_errc::serialization, "SerializationException",
                   "The request body is not well-formed JSON."},
    expected_error{"service_unavailable", 500, service_errc::service_unavailable,
                   "ServiceUnavailableException", "The service cannot complete the request."},
    expected_error{"signature_400", 400, service_errc::invalid_signature, "InvalidSignatureException",
                   expired},
    expected_error{"signature_expired", 403, service_errc::invalid_signature, "InvalidSignatureException",
                   expired},
    expected_error{"signature_not_yet_current", 403, service_errc::invalid_signature,
                   "InvalidSignatureException",
                   "Signature not yet current: 20260203T042000Z is still later than 20260203T041006Z "
                   "(20260203T040506Z + 5 min.)"},
    expected_error{"spaced_body", 404, service_errc::resource_not_found, "ResourceNotFoundException",
                   vault_not_found},
    expected_error{"throttling", 400, service_errc::throttling, "ThrottlingException", "Rate exceeded"},
    expected_error{"throttling_retry_after", 400, service_errc::throttling, "ThrottlingException",
                   "Rate exceeded"},
    expected_error{"truncated_json", 400, service_errc::unknown, "",
                   R"({"code":"InvalidParameterValueException","message":"Vault not em)"},
    expected_error{"type_key", 404, service_errc::resource_not_found, "ResourceNotFoundException",
                   vault_not_found},
    expected_error{"type_unknown", 500, service_errc::service_unavailable, "ServiceUnavailableException",
                   "The service cannot complete the request."},
    expected_error{"unrecognized_client", 400, service_errc::unrecognized_client,
                   "UnrecognizedClientException", "The security token included in the request is invalid."},
    expected_error{
        "upload_not_found", 404, service_errc::resource_not_found, "ResourceNotFoundException",
        "The upload ID was not found: "
        "ob4DQY1XaefPA0p81n4yWCYcZEO3jj-erFRzi1iM99eNVFSfj8mrQeZNVPP-n1azXtGW-XqOULadAbvfPHO-UQDAKVq0"},
    expected_error{
        "upload_tree_hash_mismatch", 400, service_errc::invalid_parameter_value,
        "InvalidParameterValueException",
        "Checksum mismatch: expected 0000000000000000000000000000000000000000000000000000000000000000, "
        "computed f28aeeeb913fe11413f0b7b821747eae04feb42f6c264501fbdbaac7df865ed2"},
    expected_error{"vault_name_illegal", 404, service_errc::resource_not_found, "ResourceNotFoundException",
                   "Vault not found for ARN: attic#1 box"},
    expected_error{
        "vault_not_empty", 400, service_errc::invalid_parameter_value, "InvalidParameterValueException",
        "Vault not empty or recently written to: arn:aws:glacier:eu-west-1:210987654321:vaults/attic"},
    expected_error{"vault_not_found", 404, service_errc::resource_not_found, "ResourceNotFoundException",
                   vault_not_found},
};

std::string file_of(expected_error const& expected)
{
    return "error." + std::string(expected.vector) + ".response.http";
}

bool const vectors_are_noted = [] {
    for (expected_error const& expected : expected_errors)
        tested_vectors().insert(file_of(expected));
    return true;
}();

http_response answer_with(int status, std::string body)
{
    http_response response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

BOOST_AUTO_TEST_SUITE(service_error_test)

// Every form of an error answer gives the code, the words and the status; and the id of the request.
BOOST_AUTO_TEST_CASE(golden_errors)
{
    BOOST_TEST(vectors_are_noted);
    for (expected_error const& expected : expected_errors)
        BOOST_TEST_CONTEXT(expected.vector)
        {
            http_response response = read_golden(file_of(expected)).response();
            BOOST_TEST(parse_service_error(response).request_id.empty());
            response.headers.add("x-amzn-RequestId", "AAABZpJrTyioDC_HsOmHae8EZp_uBSJr6cnGOLKp_XJCl-Q");
            service_error const error = parse_service_error(response);
            BOOST_TEST((error.code == expected.code), make_error_code(error.code).message());
            BOOST_TEST(error.code_text == expected.code_text);
            BOOST_TEST(error.message == expected.message);
            BOOST_TEST(error.status == expected.status);
            BOOST_TEST(error.request_id == "AAABZpJrTyioDC_HsOmHae8EZp_uBSJr6cnGOLKp_XJCl-Q");
        }
}

// A code that this version does not know is kept as text.
BOOST_AUTO_TEST_CASE(unknown_code_is_kept)
{
    service_error const error =
        parse_service_error(answer_with(400, R"({"code":"NewException","message":"new"})"));
    BOOST_TEST((error.code == service_errc::unknown));
    BOOST_TEST(error.code_text == "NewException");
    BOOST_TEST(error.message == "new");
}

// A code counts whatever the status; without a code the status alone tells.
BOOST_AUTO_TEST_CASE(code_counts_before_status)
{
    BOOST_TEST((parse_service_error(answer_with(503, R"({"code":"LimitExceededException"})")).code ==
                service_errc::limit_exceeded));
    for (auto const& [status, expected] :
         {std::pair{400, service_errc::unknown}, std::pair{401, service_errc::unknown},
          std::pair{403, service_errc::access_denied}, std::pair{404, service_errc::resource_not_found},
          std::pair{408, service_errc::request_timeout}, std::pair{429, service_errc::throttling},
          std::pair{500, service_errc::service_unavailable},
          std::pair{502, service_errc::service_unavailable},
          std::pair{503, service_errc::service_unavailable},
          std::pair{504, service_errc::service_unavailable}, std::pair{599, service_errc::unknown}})
        for (std::string const body :
             {"", "{}", "<html>", "[]", "null", "5", R"("text")", R"({"code":null})",
              R"({"code":5,"message":{}})", R"({"code":""})", R"({"__type":["a"]})"}) {
            service_error const error = parse_service_error(answer_with(status, body));
            BOOST_TEST((error.code == expected), status << " with " << body);
            BOOST_TEST(error.code_text.empty());
            // A person sees what came.
            BOOST_TEST(error.message == body);
        }
}

// Of a code in the header or the body only the name counts, without namespace and address.
BOOST_AUTO_TEST_CASE(only_the_name_of_a_code_counts)
{
    for (std::string const text :
         {"ThrottlingException", "ThrottlingException:http://a/b#c", "aws.glacier#ThrottlingException",
          "aws.glacier#ThrottlingException:http://a/", "a#b#ThrottlingException"}) {
        http_response response = answer_with(400, "{}");
        response.headers.add("X-Amzn-ErrorType", text);
        BOOST_TEST((parse_service_error(response).code == service_errc::throttling), text);
        BOOST_TEST((parse_service_error(answer_with(400, R"({"__type":")" + text + "\"}")).code ==
                    service_errc::throttling),
                   text);
    }
}

// `code` counts before `Code`, and both before `__type`.
BOOST_AUTO_TEST_CASE(order_of_the_keys)
{
    BOOST_TEST(parse_service_error(answer_with(400, R"({"__type":"C","Code":"B","code":"A"})")).code_text ==
               "A");
    BOOST_TEST(parse_service_error(answer_with(400, R"({"__type":"C","Code":"B"})")).code_text == "B");
    BOOST_TEST(parse_service_error(answer_with(400, R"({"Message":"b","message":"a"})")).message == "a");
    BOOST_TEST(parse_service_error(answer_with(400, R"({"Message":"b","message":null})")).message == "b");
}

// Where the header has a code it counts; one that says nothing does not hide that of the body.
BOOST_AUTO_TEST_CASE(code_in_header_and_body)
{
    http_response response = answer_with(400, R"({"code":"ThrottlingException","message":"slow"})");
    response.headers.set("x-amzn-ErrorType", "");
    BOOST_TEST(parse_service_error(response).code_text == "ThrottlingException");
    response.headers.set("x-amzn-ErrorType", ":http://a/");
    BOOST_TEST(parse_service_error(response).code_text == "ThrottlingException");
    response.headers.set("x-amzn-ErrorType", "NewException");
    service_error const error = parse_service_error(response);
    BOOST_TEST(error.code_text == "NewException");
    BOOST_TEST((error.code == service_errc::unknown));
    BOOST_TEST(error.message == "slow");

    response.body = "<html><title>Slow down</title></html>";
    response.headers.set("x-amzn-ErrorType", "ThrottlingException");
    BOOST_TEST((parse_service_error(response).code == service_errc::throttling));
    BOOST_TEST(parse_service_error(response).message == "Slow down");
}

// The id of the request is the service's; a front end in its place has another header for its own.
BOOST_AUTO_TEST_CASE(id_of_the_request)
{
    http_response response = answer_with(503, {});
    BOOST_TEST(parse_service_error(response).request_id.empty());
    response.headers.set("X-Amz-Request-Id", "front");
    BOOST_TEST(parse_service_error(response).request_id == "front");
    BOOST_TEST(request_id_of(response.headers) == "front");
    response.headers.set("x-amzn-RequestId", "");
    BOOST_TEST(parse_service_error(response).request_id == "front");
    response.headers.set("x-amzn-RequestId", "service");
    BOOST_TEST(parse_service_error(response).request_id == "service");
}

// A message that is no text is shown as it came; a code without any message says enough.
BOOST_AUTO_TEST_CASE(messages_that_cannot_be_read)
{
    for (std::string const body :
         {R"({"code":"BadRequest","message":{"detail":"quota of 5"}})",
          R"({"code":"BadRequest","message":["a"]})", R"({"error":"quota of 5"})", R"(["quota of 5"])"})
        BOOST_TEST(parse_service_error(answer_with(400, body)).message == body);
    for (std::string const body : {R"({"code":"BadRequest"})", R"({"code":"BadRequest","message":null})",
                                   R"({"code":"BadRequest","message":"","type":"Client"})",
                                   R"({"__type":"BadRequest","Message":null})"})
        BOOST_TEST(parse_service_error(answer_with(400, body)).message.empty(), body);
    // Words without a code are words.
    BOOST_TEST(parse_service_error(answer_with(403, R"({"message":"Forbidden"})")).message == "Forbidden");
}

// Depth that would use up the stack, and bodies that are no text, are no error of the reader.
BOOST_AUTO_TEST_CASE(hostile_bodies)
{
    std::string const deep = R"({"code":)" + std::string(100'000, '[');
    service_error const error = parse_service_error(answer_with(503, deep));
    BOOST_TEST((error.code == service_errc::service_unavailable));
    BOOST_TEST(error.message == deep.substr(0, 200) + "...");
    std::string const deep_and_whole =
        R"({"code":"BadRequest","other":)" + std::string(1'000, '[') + std::string(1'000, ']') + "}";
    BOOST_TEST(parse_service_error(answer_with(400, deep_and_whole)).code_text.empty());

    std::string every_byte;
    for (int byte = 0; byte < 256; ++byte)
        every_byte += static_cast<char>(byte);
    for (std::string const& body : {every_byte, std::string(1'000'000, '\0'), std::string(1'000'000, '<'),
                                    std::string(1'000'000, ' '), "<!--" + std::string(1'000'000, '-')}) {
        std::string const message = parse_service_error(answer_with(400, body)).message;
        BOOST_TEST(message.size() <= 4U * 200U + 3U);
        BOOST_TEST(std::all_of(message.begin(), message.end(), [](char c) { return c >= 0x20 && c < 0x7f; }));
    }
}

// A page of HTML or XML is shown without what only a browser reads.
BOOST_AUTO_TEST_CASE(excerpts_of_markup)
{
    for (auto const& [body, expected] :
         {std::pair{"<html><head><title>502 Bad Gateway</title></head><body></body></html>",
                    "502 Bad Gateway"},
          std::pair{"\n <!DOCTYPE html>\r\n<HTML><TITLE>No\n\tway</TITLE></HTML>", "No way"},
          std::pair{"<p>one</p><p>two</p>", "one two"},
          std::pair{"<Style type='a'>p > a { }</STYLE><script>if (a < b) c();</Script>text", "text"},
          std::pair{"<!-- <b>not</b> this -->this", "this"}, std::pair{"\xef\xbb\xbf<b>marked</b>", "marked"},
          std::pair{"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>No</Message></Error>",
                    "AccessDenied No"},
          std::pair{"<html>cut <a href='", "cut"}, std::pair{"<html><body/>", "<html><body/>"},
          std::pair{"<", "<"}, std::pair{"<!--", "<!--"}, std::pair{"a <b> c", "a <b> c"}})
        BOOST_TEST(excerpt_of(body) == expected);
}

// Blanks count once, what cannot be printed is shown as \xNN, and 200 characters are enough.
BOOST_AUTO_TEST_CASE(excerpts_are_short_and_printable)
{
    BOOST_TEST(excerpt_of("").empty());
    BOOST_TEST(excerpt_of(" \t\r\n ").empty());
    BOOST_TEST(excerpt_of("  upstream\r\n\r\n  request \t timeout\n") == "upstream request timeout");
    BOOST_TEST(excerpt_of("a\x1b[31m\xc3\xa9") == "a\\x1b[31m\\xc3\\xa9");
    std::string const long_text(5'000, 'x');
    BOOST_TEST(excerpt_of(std::string(200, 'x')) == std::string(200, 'x'));
    BOOST_TEST(excerpt_of(long_text) == std::string(200, 'x') + "...");
    BOOST_TEST(excerpt_of("<b>" + long_text + "</b>") == std::string(200, 'x') + "...");
}

// Each code has its name and status; the service writes it in its own form, and the client reads it back.
BOOST_AUTO_TEST_CASE(written_errors_are_read)
{
    std::set<std::string_view> names;
    for (int value = 1; value < static_cast<int>(service_errc::unknown); ++value) {
        service_error error;
        error.code = static_cast<service_errc>(value);
        error.code_text = code_text_of(error.code);
        error.message = "a \"message\"";
        error.status = status_of(error.code);
        BOOST_TEST(!error.code_text.empty());
        BOOST_TEST(names.insert(code_text_of(error.code)).second);
        http_response const response = to_response(error);
        BOOST_TEST(response.status == error.status);
        BOOST_TEST(response.headers.get("content-type") == "application/json");
        service_error const read = parse_service_error(response);
        BOOST_TEST((read.code == error.code));
        BOOST_TEST(read.code_text == error.code_text);
        BOOST_TEST(read.message == error.message);
        BOOST_TEST(read.status == error.status);
    }
    BOOST_TEST(code_text_of(service_errc::unknown).empty());
    BOOST_TEST(status_of(service_errc::unknown) == 500);
}

// The service's form of an error is that of the vectors.
BOOST_AUTO_TEST_CASE(form_of_written_errors)
{
    for (std::string_view const name : {"vault_not_found", "service_unavailable", "throttling",
                                        "insufficient_capacity", "signature_expired", "request_timeout"})
        for (expected_error const& expected : expected_errors)
            if (name == expected.vector) {
                auto const vector = read_golden(file_of(expected));
                BOOST_TEST(status_of(expected.code) == expected.status);
                BOOST_TEST(code_text_of(expected.code) == expected.code_text);
                service_error error;
                error.code = expected.code;
                error.code_text = expected.code_text;
                error.message = expected.message;
                error.status = expected.status;
                http_response const response = to_response(error);
                BOOST_TEST(text_of(sorted_headers(response.headers)) == text_of(vector.headers));
                BOOST_TEST(response.body == vector.body);
            }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
