#include <glacier/error.hpp>

#include <boost/system/errc.hpp>
#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <type_traits>
#include <utility>

namespace glacier {
namespace {

using namespace std::string_literals;

constexpr int last_errc = static_cast<int>(errc::archive_too_large);
constexpr int last_service_errc = static_cast<int>(service_errc::unknown);

/// The conditions that a code belongs to, a letter for each: r t n i x v d a q u.
std::string conditions_of(error_code const& code)
{
    std::string letters;
    for (auto const& [group, letter] :
         {std::pair{condition::retryable, 'r'}, std::pair{condition::throttling, 't'},
          std::pair{condition::not_found, 'n'}, std::pair{condition::invalid_value, 'i'},
          std::pair{condition::transport, 'x'}, std::pair{condition::verification, 'v'},
          std::pair{condition::timeout, 'd'}, std::pair{condition::access, 'a'},
          std::pair{condition::quota, 'q'}, std::pair{condition::outcome_unknown, 'u'}})
        if (code == group)
            letters += letter;
    return letters;
}

BOOST_AUTO_TEST_SUITE(error_test)

// Each code has a message of its own, and the categories can be told apart.
BOOST_AUTO_TEST_CASE(codes_have_messages)
{
    std::set<std::string> messages;
    for (int value = 1; value <= last_errc; ++value) {
        error_code const code = static_cast<errc>(value);
        BOOST_TEST(code.failed());
        BOOST_TEST(code.message() != "unknown error", "no message for " << value);
        BOOST_TEST(messages.insert(code.message()).second, code.message() << " is there twice");
    }
    for (int value = 1; value <= last_service_errc; ++value)
        BOOST_TEST(messages.insert(error_code(static_cast<service_errc>(value)).message()).second);
    BOOST_TEST(error_code(errc::no_region).category().name() == "glacier"s);
    BOOST_TEST(error_code(service_errc::throttling).category().name() == "glacier.service"s);
    BOOST_TEST(boost::system::error_condition(condition::timeout).category().name() == "glacier.condition"s);
    BOOST_TEST((error_code(static_cast<errc>(1)) != error_code(static_cast<service_errc>(1))));
}

// A code that does not exist still has a message.
BOOST_AUTO_TEST_CASE(unknown_codes_have_messages)
{
    BOOST_TEST(error_code(9'999, error_category()).message() == "unknown error");
    BOOST_TEST(error_code(9'999, service_error_category()).message() == "error of the service");
    BOOST_TEST(condition_category().message(9'999) == "unknown condition");
}

// Which groups the errors of the service belong to. LimitExceededException is a quota, not a throttle.
BOOST_AUTO_TEST_CASE(conditions_of_service_errors)
{
    int listed = 0;
    for (auto const& [code, expected] : {
             std::pair{service_errc::access_denied, "a"},
             std::pair{service_errc::bad_request, ""},
             std::pair{service_errc::expired_token, "a"},
             std::pair{service_errc::insufficient_capacity, "q"},
             std::pair{service_errc::invalid_parameter_value, ""},
             std::pair{service_errc::invalid_signature, "a"},
             std::pair{service_errc::limit_exceeded, "q"},
             std::pair{service_errc::missing_authentication_token, "a"},
             std::pair{service_errc::missing_parameter_value, ""},
             std::pair{service_errc::no_longer_supported, ""},
             std::pair{service_errc::policy_enforced, "q"},
             std::pair{service_errc::request_timeout, "rd"},
             std::pair{service_errc::resource_not_found, "n"},
             std::pair{service_errc::serialization, ""},
             std::pair{service_errc::service_unavailable, "r"},
             std::pair{service_errc::throttling, "rt"},
             std::pair{service_errc::unrecognized_client, "a"},
             std::pair{service_errc::incomplete_signature, "a"},
             std::pair{service_errc::unknown, ""},
         }) {
        BOOST_TEST(static_cast<int>(code) == ++listed, "not in the order of the enumeration");
        BOOST_TEST(conditions_of(code) == expected, error_code(code).message());
    }
    BOOST_TEST(listed == last_service_errc);
}

// Which groups the library's own errors belong to.
BOOST_AUTO_TEST_CASE(conditions_of_own_errors)
{
    int listed = 0;
    for (auto const& [code, expected] : {
             std::pair{errc::invalid_account_id, "i"},
             std::pair{errc::invalid_vault_name, "i"},
             std::pair{errc::invalid_archive_id, "i"},
             std::pair{errc::invalid_job_id, "i"},
             std::pair{errc::invalid_upload_id, "i"},
             std::pair{errc::invalid_description, "i"},
             std::pair{errc::invalid_part_size, "i"},
             std::pair{errc::invalid_byte_range, "i"},
             std::pair{errc::invalid_hash, "i"},
             std::pair{errc::invalid_limit, "i"},
             std::pair{errc::invalid_header_value, "i"},
             std::pair{errc::invalid_archive_size, "i"},
             std::pair{errc::invalid_lock_id, "i"},
             std::pair{errc::invalid_sns_topic, "i"},
             std::pair{errc::invalid_notification_events, "i"},
             std::pair{errc::invalid_policy_document, "i"},
             std::pair{errc::invalid_tag_key, "i"},
             std::pair{errc::invalid_tag_value, "i"},
             std::pair{errc::invalid_tag_count, "i"},
             std::pair{errc::invalid_retrieval_policy, "i"},
             std::pair{errc::invalid_job_parameters, "i"},
             std::pair{errc::invalid_option, "i"},
             std::pair{errc::invalid_endpoint, ""},
             std::pair{errc::no_region, ""},
             std::pair{errc::no_credentials, "a"},
             std::pair{errc::credentials_failed, "a"},
             std::pair{errc::invalid_profile, ""},
             std::pair{errc::invalid_ca_bundle, ""},
             std::pair{errc::invalid_client_certificate, ""},
             std::pair{errc::invalid_proxy, ""},
             std::pair{errc::resolve_timeout, "rxd"},
             std::pair{errc::connect_timeout, "rxd"},
             std::pair{errc::tls_handshake_timeout, "rxd"},
             std::pair{errc::response_timeout, "rxd"},
             std::pair{errc::transfer_stalled, "rxd"},
             std::pair{errc::throughput_too_low, "rxd"},
             std::pair{errc::operation_timeout, "xd"},
             std::pair{errc::certificate_untrusted, "x"},
             std::pair{errc::certificate_host_mismatch, "x"},
             std::pair{errc::certificate_expired, "x"},
             std::pair{errc::certificate_not_yet_valid, "x"},
             std::pair{errc::certificate_self_signed, "x"},
             std::pair{errc::certificate_chain_incomplete, "x"},
             std::pair{errc::certificate_weak, "x"},
             std::pair{errc::certificate_purpose, "x"},
             std::pair{errc::tls_version_unsupported, "x"},
             std::pair{errc::tls_failed, "x"},
             std::pair{errc::proxy_failed, "rx"},
             std::pair{errc::proxy_authentication_required, "x"},
             std::pair{errc::connection_closed, "rx"},
             std::pair{errc::invalid_http_message, "x"},
             std::pair{errc::response_too_large, "x"},
             std::pair{errc::too_many_waiting, "x"},
             std::pair{errc::connection_wait_timeout, "xd"},
             std::pair{errc::malformed_response, ""},
             std::pair{errc::unexpected_status, ""},
             std::pair{errc::tree_hash_mismatch, "rv"},
             std::pair{errc::length_mismatch, "rv"},
             std::pair{errc::job_failed, ""},
             std::pair{errc::malformed_inventory, ""},
             std::pair{errc::incomplete_inventory, "v"},
             std::pair{errc::malformed_notification, ""},
             std::pair{errc::repeated_marker, ""},
             std::pair{errc::too_many_items, ""},
             std::pair{errc::wait_timeout, "d"},
             std::pair{errc::file_empty, ""},
             std::pair{errc::file_changed, ""},
             std::pair{errc::archive_too_large, ""},
         }) {
        BOOST_TEST(static_cast<int>(code) == ++listed, "not in the order of the enumeration");
        BOOST_TEST(conditions_of(code) == expected, error_code(code).message());
    }
    BOOST_TEST(listed == last_errc);
}

// A lost connection is an error of the system, and worth another attempt; a missing file is not.
BOOST_AUTO_TEST_CASE(conditions_of_system_errors)
{
    namespace sys = boost::system::errc;
    for (sys::errc_t const code :
         {sys::connection_refused, sys::connection_reset, sys::connection_aborted, sys::broken_pipe,
          sys::host_unreachable, sys::network_unreachable, sys::network_down, sys::not_connected})
        BOOST_TEST(conditions_of(sys::make_error_code(code)) == "rx", sys::make_error_code(code).message());
    BOOST_TEST(conditions_of(sys::make_error_code(sys::timed_out)) == "rxd");
    for (sys::errc_t const code : {sys::operation_canceled, sys::no_such_file_or_directory,
                                   sys::permission_denied, sys::no_space_on_device, sys::success})
        BOOST_TEST(conditions_of(sys::make_error_code(code)).empty(), sys::make_error_code(code).message());
    // The same numbers in another category mean something else.
    BOOST_TEST(conditions_of(error_code(sys::connection_reset, error_category())) !=
               conditions_of(sys::make_error_code(sys::connection_reset)));
}

// A refused value is shown with what cannot be printed as \xNN, cut after 100 characters.
BOOST_AUTO_TEST_CASE(invalid_value_shows_the_value)
{
    invalid_value const error(errc::invalid_job_id, "a\r\nb\x1b[31m\xff");
    BOOST_TEST((error.code() == errc::invalid_job_id));
    BOOST_TEST(error.what() ==
               "\"a\\x0d\\x0ab\\x1b[31m\\xff\": invalid job id: 1 to 255 characters of a-z A-Z 0-9 _ - "
               "are allowed"s);

    std::string const text = invalid_value(errc::invalid_description, std::string(2'000, 'x')).what();
    BOOST_TEST(text.starts_with("\"" + std::string(100, 'x') + "...\": invalid description"));
}

error_details details()
{
    error_details made;
    made.operation = "DescribeVault";
    made.resource = "vault attic";
    return made;
}

// One sentence for a person: operation, resource, cause, and what support asks for.
BOOST_AUTO_TEST_CASE(sentence_of_a_service_error)
{
    error_details made = details();
    made.service_code = "ResourceNotFoundException";
    made.message = "Vault not found for ARN: arn:aws:glacier:eu-west-1:210987654321:vaults/attic";
    made.request_id = "AAABZpJrTyioDC_HsOmHae8EZp_uBSJr6cnGOLKp_XJCl-Q";
    made.http_status = 404;
    made.attempts = 1;
    BOOST_TEST(operation_error(service_errc::resource_not_found, made).what() ==
               "DescribeVault of vault attic: Vault not found for ARN: "
               "arn:aws:glacier:eu-west-1:210987654321:vaults/attic (ResourceNotFoundException, HTTP 404, "
               "request id AAABZpJrTyioDC_HsOmHae8EZp_uBSJr6cnGOLKp_XJCl-Q)"s);
}

// Without words of the service there are those of the code.
BOOST_AUTO_TEST_CASE(sentence_without_a_message)
{
    BOOST_TEST(operation_error(service_errc::throttling, details()).what() ==
               "DescribeVault of vault attic: the service asks to slow down"s);
    BOOST_TEST(operation_error().what() == error_code().message());
    BOOST_TEST(operation_error(errc::response_timeout, details()).what() ==
               "DescribeVault of vault attic: the answer took too long"s);
    BOOST_TEST(operation_error(errc::no_region, error_details()).what() ==
               error_code(errc::no_region).message());
    error_details only_resource;
    only_resource.resource = "vault attic";
    BOOST_TEST(operation_error(errc::job_failed, only_resource).what() == "vault attic: the job failed"s);
    error_details only_operation;
    only_operation.operation = "download";
    BOOST_TEST(operation_error(errc::job_failed, only_operation).what() == "download: the job failed"s);
}

// Words without a code of the service are somebody else's, such as a proxy's: they do not replace those of the code.
BOOST_AUTO_TEST_CASE(sentence_of_an_answer_without_a_code)
{
    error_details made = details();
    made.message = "502 Bad Gateway";
    made.http_status = 502;
    BOOST_TEST(operation_error(service_errc::service_unavailable, made).what() ==
               "DescribeVault of vault attic: the service is unavailable: 502 Bad Gateway (HTTP 502)"s);
    BOOST_TEST(operation_error(service_errc::unknown, made).what() ==
               "DescribeVault of vault attic: error of the service: 502 Bad Gateway (HTTP 502)"s);
}

// Details of a local failure come after the words of the code; attempts are told where there were several.
BOOST_AUTO_TEST_CASE(sentence_of_a_local_error)
{
    error_details made = details();
    made.message = "sent abc, the service has def";
    made.attempts = 3;
    BOOST_TEST(
        operation_error(errc::tree_hash_mismatch, made).what() ==
        "DescribeVault of vault attic: tree hash mismatch: sent abc, the service has def (3 attempts)"s);
}

// Where the request may have taken effect, the sentence says what to do.
BOOST_AUTO_TEST_CASE(sentence_of_an_unknown_outcome)
{
    error_details made = details();
    made.outcome_unknown = true;
    std::string const text = operation_error(errc::connection_closed, made).what();
    BOOST_TEST(text.ends_with("; whether it took effect is unknown: find out before you repeat it"));
}

// What came from the network or from the user cannot act on a terminal, and is cut.
BOOST_AUTO_TEST_CASE(sentence_is_printable)
{
    error_details made;
    made.operation = "upload";
    made.resource = "a\nb\x1b[2J";
    made.service_code = "Evil\r\nException";
    made.message = "line one\nline two\x1b]0;title\x07" + std::string(5'000, 'x');
    made.request_id = "id\n" + std::string(500, 'y');
    for (error_code const code : {error_code(service_errc::unknown), error_code(errc::job_failed)}) {
        std::string const text = operation_error(code, made).what();
        for (char const c : text)
            BOOST_TEST_REQUIRE((c >= 0x20 && c < 0x7f));
        BOOST_TEST((text.find("line one\\x0aline two\\x1b]0;title\\x07") != std::string::npos));
        BOOST_TEST((text.find("Evil\\x0d\\x0aException") != std::string::npos));
        BOOST_TEST((text.find("id\\x0a") != std::string::npos));
        BOOST_TEST((text.find("a\\x0ab\\x1b[2J") != std::string::npos));
        BOOST_TEST(text.size() < 1'500U);
    }
}

// An error belongs to the conditions of its code; whether the outcome is known is a matter of the error itself.
BOOST_AUTO_TEST_CASE(conditions_of_operation_errors)
{
    error_details made = details();
    operation_error const known(errc::connection_closed, made);
    made.outcome_unknown = true;
    operation_error const unknown(errc::connection_closed, made);
    for (operation_error const* error : {&known, &unknown}) {
        BOOST_TEST(error->is(condition::transport));
        BOOST_TEST(error->is(condition::retryable));
        BOOST_TEST(!error->is(condition::timeout));
        BOOST_TEST(!error->is(condition::access));
        BOOST_TEST((error->code() != condition::outcome_unknown));
    }
    BOOST_TEST(!known.is(condition::outcome_unknown));
    BOOST_TEST(unknown.is(condition::outcome_unknown));
    BOOST_TEST(operation_error(service_errc::limit_exceeded, details()).is(condition::quota));
    BOOST_TEST(!operation_error(service_errc::limit_exceeded, details()).is(condition::throttling));
    BOOST_TEST(operation_error(service_errc::expired_token, details()).is(condition::access));
}

// Each condition has a name of its own.
BOOST_AUTO_TEST_CASE(conditions_have_names)
{
    std::set<std::string> names;
    for (int value = 1; value <= static_cast<int>(condition::outcome_unknown); ++value) {
        auto const name = boost::system::error_condition(static_cast<condition>(value)).message();
        BOOST_TEST(name != "unknown condition");
        BOOST_TEST(names.insert(name).second, name << " is there twice");
    }
}

// All details can be asked for as they were, and a copy shares them.
BOOST_AUTO_TEST_CASE(details_are_kept)
{
    error_details made = details();
    made.service_code = "Code";
    made.message = "raw\nmessage";
    made.request_id = "id";
    made.http_status = 500;
    made.attempts = 2;
    made.outcome_unknown = true;
    operation_error const error(service_errc::service_unavailable, made);
    operation_error const copy(error);
    BOOST_TEST((copy.code() == service_errc::service_unavailable));
    BOOST_TEST(copy.operation() == "DescribeVault");
    BOOST_TEST(copy.service_code() == "Code");
    BOOST_TEST(copy.request_id() == "id");
    BOOST_TEST(copy.http_status() == 500);
    BOOST_TEST(copy.attempts() == 2);
    BOOST_TEST(copy.outcome_unknown());
    BOOST_TEST(copy.details().resource == "vault attic");
    BOOST_TEST(copy.details().message == "raw\nmessage");
    BOOST_TEST(&copy.details() == &error.details());
    static_assert(std::is_nothrow_copy_constructible_v<operation_error>);
}

// value() of a result that holds an operation_error throws just that.
BOOST_AUTO_TEST_CASE(result_throws_the_error)
{
    boost::system::result<int, operation_error> const failed(
        operation_error(service_errc::throttling, details()));
    BOOST_CHECK_EXCEPTION(failed.value(), operation_error, [](operation_error const& error) {
        return error.code() == service_errc::throttling && error.operation() == "DescribeVault";
    });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier
