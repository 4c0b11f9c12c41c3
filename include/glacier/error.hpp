#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <boost/system/system_error.hpp>

#include <memory>
#include <string>
#include <type_traits>

namespace glacier {

using error_code = boost::system::error_code;

/// A value or the reason why there is none.
template <class T>
using result = boost::system::result<T>;

/// What the library itself finds wrong. The message of each says what is allowed.
enum class errc {
    // Values that the service would not accept. Nothing was sent.
    invalid_account_id = 1,
    invalid_vault_name,
    invalid_archive_id,
    invalid_job_id,
    invalid_upload_id,
    invalid_description,
    invalid_part_size,
    invalid_byte_range,
    invalid_hash,
    invalid_limit,
    invalid_header_value,
    invalid_archive_size,
    invalid_lock_id,
    invalid_sns_topic,
    invalid_notification_events,
    invalid_policy_document,
    invalid_tag_key,
    invalid_tag_value,
    invalid_tag_count,
    invalid_retrieval_policy,
    invalid_job_parameters,
    invalid_option,

    // Configuration.
    invalid_endpoint,
    no_region,
    no_credentials,
    invalid_profile,
    invalid_ca_bundle,

    // The way to the service.
    resolve_timeout,
    connect_timeout,
    tls_handshake_timeout,
    response_timeout,
    transfer_stalled,
    certificate_untrusted,
    certificate_host_mismatch,
    certificate_expired,
    tls_failed,
    connection_closed,
    invalid_http_message,
    response_too_large,
    too_many_waiting,
    connection_wait_timeout,

    // What came back.
    malformed_response,
    unexpected_status,
    tree_hash_mismatch,
    length_mismatch,
    job_failed,
    malformed_inventory,
    incomplete_inventory,
    malformed_notification,
    repeated_marker,
    too_many_items,

    // Waiting for something at the service.
    wait_timeout,

    // Local files.
    file_empty,
    file_changed,
    archive_too_large,
};

/// The error codes of the service (`code` in the body of an error answer).
enum class service_errc {
    access_denied = 1,
    bad_request,
    expired_token,
    insufficient_capacity,
    invalid_parameter_value,
    invalid_signature,
    limit_exceeded,
    missing_authentication_token,
    missing_parameter_value,
    no_longer_supported,
    policy_enforced,
    request_timeout,
    resource_not_found,
    serialization,
    service_unavailable,
    throttling,
    unrecognized_client,
    incomplete_signature,
    /// A code that this version does not know; the text is in error_details::service_code.
    unknown,
};

/// Groups of codes, for comparison with `==`: `error.code() == glacier::condition::not_found`.
enum class condition {
    /// The same request may succeed later without any change.
    retryable = 1,
    /// The service asks to slow down. LimitExceededException is a quota and does not belong here.
    throttling,
    /// The vault, archive, job or upload does not exist.
    not_found,
    /// A value was refused before anything was sent.
    invalid_value,
    /// The service could not be reached, or the connection failed on the way.
    transport,
    /// Bytes or hashes differ from what they must be.
    verification,
    /// A deadline of the client passed.
    timeout,
    /// The credentials were refused, or do not allow the operation.
    access,
    /// A limit of the account or of its policy is reached. Waiting seconds does not help.
    quota,
    /// The request was sent, and nobody knows what came of it. Not a matter of the code alone, so only
    /// operation_error::is() tells.
    outcome_unknown,
};

boost::system::error_category const& error_category() noexcept;
boost::system::error_category const& service_error_category() noexcept;
boost::system::error_category const& condition_category() noexcept;

error_code make_error_code(errc code) noexcept;
error_code make_error_code(service_errc code) noexcept;
boost::system::error_condition make_error_condition(condition value) noexcept;

/// A value that the service's rules do not allow, found before anything was sent.
/// what() names the value and the rule.
class invalid_value : public boost::system::system_error {
public:
    /// `value` is shown, cut and with control characters replaced.
    invalid_value(errc rule, std::string const& value);

    char const* what() const noexcept override { return text_.c_str(); }

private:
    std::string text_;
};

/// What is known of a failed operation.
struct error_details {
    /// The operation as the API reference names it, such as `DescribeVault`.
    std::string operation;
    /// What it was about, such as `vault photos, archive abc`.
    std::string resource;
    /// The service's error code, empty if no error answer arrived.
    std::string service_code;
    /// The service's words, or details of a local failure. Comes from the network: untrusted.
    std::string message;
    /// The service's id of the failed request, empty if no answer arrived. AWS support asks for it.
    std::string request_id;
    /// Status of the last answer, 0 if none arrived.
    int http_status = 0;
    /// Requests sent for this operation.
    int attempts = 0;
    /// The request was sent, its answer was lost, and repeating it could do the work twice: whether it
    /// took effect must be found out (ListJobs, inventory) before it is sent again.
    bool outcome_unknown = false;
};

/**
 * An operation that failed: an error answer of the service, or a failure on the way there.
 *
 * code() is one of service_errc, errc, or an error of the system, and compares equal to the conditions
 * it belongs to. what() is one sentence for a person: operation, resource, cause, request id. It never
 * holds a secret.
 */
class operation_error : public boost::system::system_error {
public:
    /// No error. boost::system::result<T, operation_error> gives it for a result that has a value.
    operation_error();

    operation_error(error_code code, error_details details);

    char const* what() const noexcept override { return state_->text.c_str(); }

    error_details const& details() const noexcept { return state_->details; }
    std::string const& operation() const noexcept { return state_->details.operation; }
    std::string const& service_code() const noexcept { return state_->details.service_code; }
    std::string const& request_id() const noexcept { return state_->details.request_id; }
    int http_status() const noexcept { return state_->details.http_status; }
    int attempts() const noexcept { return state_->details.attempts; }
    bool outcome_unknown() const noexcept { return state_->details.outcome_unknown; }

    /// Whether the error belongs to the group: `code() == group`, and for condition::outcome_unknown what
    /// outcome_unknown() says.
    bool is(condition group) const noexcept;

private:
    struct state {
        error_details details;
        std::string text;
    };

    // Shared, so that copying the exception cannot fail.
    std::shared_ptr<state const> state_;
};

/// Throws `error`. Makes boost::system::result<T, operation_error>::value() throw it.
[[noreturn]] void throw_exception_from_error(operation_error const& error,
                                             boost::source_location const& location);

} // namespace glacier

namespace boost::system {

template <>
struct is_error_code_enum<glacier::errc> : std::true_type {};
template <>
struct is_error_code_enum<glacier::service_errc> : std::true_type {};
template <>
struct is_error_condition_enum<glacier::condition> : std::true_type {};

} // namespace boost::system
