#include "emulator/errors.hpp"

#include "fixture.hpp"

namespace glacier::emulation {

namespace {

using protocol::member_error;
using protocol::operation;

std::string text_of(operation id, member_error::reason why, std::string member, std::string text)
{
    auto const error = error_of(id, member_error{why, std::move(member), std::move(text)});
    return std::to_string(error.status) + " " + error.code_text + ": " + error.message;
}

} // namespace

BOOST_AUTO_TEST_SUITE(errors)

BOOST_AUTO_TEST_CASE(wrong_members_are_answered_in_the_words_of_the_service)
{
    using enum member_error::reason;
    BOOST_TEST(text_of(operation::upload_archive, missing, "x-amz-sha256-tree-hash", "") ==
               "400 MissingParameterValueException: Required parameter missing: x-amz-sha256-tree-hash");
    BOOST_TEST(text_of(operation::initiate_multipart_upload, invalid, "x-amz-part-size", "5") ==
               "400 InvalidParameterValueException: Invalid part size: 5. Part size must not be null, must "
               "be a power "
               "of two and be between 1048576 and 4294967296 bytes.");
    BOOST_TEST(text_of(operation::upload_multipart_part, invalid, "Content-Range", "bytes 9-1/*") ==
               "400 InvalidParameterValueException: Invalid Content-Range: bytes 9-1/*");
    BOOST_TEST(text_of(operation::list_jobs, invalid, "statuscode", "Done") ==
               "400 InvalidParameterValueException: The job status code is not valid: Done");
    BOOST_TEST(text_of(operation::describe_vault, invalid, "vaultName", "a b") ==
               "404 ResourceNotFoundException: Vault not found for ARN: a b");
    BOOST_TEST(text_of(operation::create_vault, invalid, "vaultName", "a b") ==
               "400 InvalidParameterValueException: Invalid vault name: a b");
    BOOST_TEST(text_of(operation::describe_job, invalid, "jobId", "a b") ==
               "404 ResourceNotFoundException: The job ID was not found: a b");
    BOOST_TEST(text_of(operation::initiate_job, invalid, "Type", "\"retrieve\"") ==
               "400 InvalidParameterValueException: Invalid Type: retrieve");
    BOOST_TEST(text_of(operation::complete_vault_lock, invalid, "lockId", "a b") ==
               "400 InvalidParameterValueException: Invalid lock ID: a b");
}

// The same member may have words of its own for one operation; what a policy says is not repeated.
BOOST_AUTO_TEST_CASE(wrong_policies_are_answered_in_the_words_of_their_operation)
{
    using enum member_error::reason;
    BOOST_TEST(
        text_of(operation::initiate_vault_lock, invalid, "Policy", "\"x\"") ==
        "400 InvalidParameterValueException: The specified vault lock policy is invalid. Provide a valid "
        "policy.");
    BOOST_TEST(text_of(operation::set_vault_access_policy, invalid, "Policy", "\"x\"") ==
               "400 InvalidParameterValueException: The specified vault access policy is invalid. Provide a "
               "JSON object of at most 20480 bytes as a string.");
    BOOST_TEST(text_of(operation::set_data_retrieval_policy, invalid, "Policy", "\"x\"") ==
               "400 InvalidParameterValueException: Invalid Policy: x");
    BOOST_TEST(text_of(operation::initiate_vault_lock, missing, "Policy", "") ==
               "400 MissingParameterValueException: Required parameter missing: Policy");
}

BOOST_AUTO_TEST_CASE(malformed_json_is_a_serialization_error)
{
    BOOST_TEST(
        text_of(operation::initiate_job, member_error::reason::malformed_json, "body", "syntax error") ==
        "400 SerializationException: The request body is not valid JSON: syntax error");
}

// A value of a request must not bring control characters into an answer, or make it long.
BOOST_AUTO_TEST_CASE(values_are_shown_in_printable_form_and_cut)
{
    BOOST_TEST(vault_not_found("a\r\nb").message == "Vault not found for ARN: a\\x0d\\x0ab");
    BOOST_TEST(job_not_found(std::string(100'000, 'x')).message.size() < 400U);
}

BOOST_AUTO_TEST_CASE(operations_that_are_not_there)
{
    auto const unknown = unknown_operation("PATCH", "/x");
    BOOST_TEST(unknown.status == 404);
    BOOST_TEST(unknown.code_text == "UnknownOperationException");
    BOOST_TEST(unknown.message == "There is no operation PATCH /x");
}

BOOST_AUTO_TEST_CASE(an_inferred_status_brings_its_code)
{
    for (auto const& [status, code] : {std::pair(400, "InvalidParameterValueException"),
                                       {416, "InvalidParameterValueException"},
                                       {403, "AccessDeniedException"},
                                       {404, "ResourceNotFoundException"}}) {
        auto const error = error_with_status(status, "why");
        BOOST_TEST(error.status == status);
        BOOST_TEST(error.code_text == code);
        BOOST_TEST(error.message == "why");
    }
}

BOOST_AUTO_TEST_CASE(the_statuses_of_two_codes_can_be_chosen)
{
    inferred_behaviour behaviour;
    auto const status_of = [&behaviour](service_errc code) {
        auto error = error_of(code, "why");
        apply_inferred(behaviour, error);
        return error.status;
    };
    BOOST_TEST(status_of(service_errc::insufficient_capacity) == 503);
    BOOST_TEST(status_of(service_errc::invalid_signature) == 403);
    behaviour.insufficient_capacity_status = 400;
    BOOST_TEST(status_of(service_errc::insufficient_capacity) == 400);
    BOOST_TEST(status_of(service_errc::invalid_signature) == 403);
    behaviour.invalid_signature_status = 400;
    BOOST_TEST(status_of(service_errc::invalid_signature) == 400);
    BOOST_TEST(status_of(service_errc::access_denied) == 403);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
