#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <boost/system/system_error.hpp>

#include <memory>
#include <string>
#include <type_traits>

namespace glacier {

/// An error, or none: Boost's, which every operation of Asio reports too.
using error_code = boost::system::error_code;

/// A value or the reason why there is none.
template <class T>
using result = boost::system::result<T>;

/// What the library itself finds wrong. The message of each says what is allowed.
enum class errc {
    // Values that the service would not accept. Nothing was sent.
    /// Neither twelve digits nor `-`.
    invalid_account_id = 1,
    /// See vault_name.
    invalid_vault_name,
    /// See archive_id.
    invalid_archive_id,
    /// See job_id.
    invalid_job_id,
    /// See upload_id.
    invalid_upload_id,
    /// Longer than 1,024 bytes, or with other characters than printable ASCII.
    invalid_description,
    /// No power of two from 1 MiB to 4 GiB, or too small for the file: see part_size.
    invalid_part_size,
    /// The end before the start, a start off the alignment, or another size than the content.
    invalid_byte_range,
    /// Other than 64 hexadecimal digits.
    invalid_hash,
    /// A page of 0 items.
    invalid_limit,
    /// A control character in what goes into a header.
    invalid_header_value,
    /// No byte; more than 4 GiB in one request, or than 10,000 x 4 GiB in parts.
    invalid_archive_size,
    /// See lock_id.
    invalid_lock_id,
    /// See sns_topic.
    invalid_sns_topic,
    /// No event, one twice, or an unknown one.
    invalid_notification_events,
    /// No JSON object, or longer than 20,480 bytes.
    invalid_policy_document,
    /// See tag_key.
    invalid_tag_key,
    /// See tag_value.
    invalid_tag_value,
    /// Not 1 to 10 tags in one request.
    invalid_tag_count,
    /// See data_retrieval_policy.
    invalid_retrieval_policy,
    /// Parameters that do not fit the type of the job, or that it lacks.
    invalid_job_parameters,
    /// A setting of the client or of a transfer that cannot work, such as no connections.
    invalid_option,

    // Configuration.
    /// No `https://HOST[:PORT][/PREFIX]` or `http://...`, or a region that cannot be part of a host name.
    invalid_endpoint,
    /// No region was given or found.
    no_region,
    /// No credentials were given or found.
    no_credentials,
    /// A source of credentials is configured but failed, or gave none that can be used; no other was tried.
    credentials_failed,
    /// A profile that is not there or lacks half of its keys, or a shared file that cannot be read.
    invalid_profile,
    /// The file of CA certificates cannot be read or holds none.
    invalid_ca_bundle,
    /// The client's own certificate or its key cannot be read, or they do not belong together.
    invalid_client_certificate,
    /// No `http://[USER:PASSWORD@]HOST[:PORT]`.
    invalid_proxy,

    // The way to the service.
    /// See timeout_settings::resolve.
    resolve_timeout,
    /// See timeout_settings::connect.
    connect_timeout,
    /// See timeout_settings::tls_handshake.
    tls_handshake_timeout,
    /// See timeout_settings::response. The request was sent.
    response_timeout,
    /// See timeout_settings::stall: no byte of a body moved.
    transfer_stalled,
    /// See timeout_settings::throughput_min: a body moved too slowly.
    throughput_too_low,
    /// See timeout_settings::operation: the whole operation took too long.
    operation_timeout,
    /// Signed by no authority that is trusted.
    certificate_untrusted,
    /// Valid for another host name.
    certificate_host_mismatch,
    /// Expired; or this machine's clock is wrong.
    certificate_expired,
    /// Not yet valid; or this machine's clock is wrong.
    certificate_not_yet_valid,
    /// Signed by itself, and not among those that are trusted.
    certificate_self_signed,
    /// The server did not send the certificates between its own and the authority's.
    certificate_chain_incomplete,
    /// A key or a signature that is too weak, such as 1024-bit RSA, MD5 or SHA-1.
    certificate_weak,
    /// Not meant for servers, or signed by one that is not allowed to sign.
    certificate_purpose,
    /// Only versions of TLS that are older than tls_settings::version_min.
    tls_version_unsupported,
    /// Any other failure of TLS.
    tls_failed,
    /// The proxy refused the tunnel, or answered with something else.
    proxy_failed,
    /// The proxy wants a user name and a password, or others than it was given.
    proxy_authentication_required,
    /// Closed by the other side before the answer was complete.
    connection_closed,
    /// Something that is no HTTP/1.1: perhaps no Glacier endpoint.
    invalid_http_message,
    /// Above client_config::response_bytes_max, or what job_output_stream::read_all() was allowed.
    response_too_large,
    /// See pool_settings::waiting_max.
    too_many_waiting,
    /// See timeout_settings::connection_wait.
    connection_wait_timeout,

    // What came back.
    /// An answer lacks a member that it must have, or has it in a wrong form.
    malformed_response,
    /// A success or redirection that the operation does not know, or other bytes than the range that was
    /// asked for.
    unexpected_status,
    /// Bytes and their tree hash differ: damaged on the way, or on the disk.
    tree_hash_mismatch,
    /// More or fewer bytes than announced.
    length_mismatch,
    /// The job ended without success; the message has the service's words.
    job_failed,
    /// An inventory in another format than the service's.
    malformed_inventory,
    /// An inventory that ends in the middle.
    incomplete_inventory,
    /// See parse_job_notification().
    malformed_notification,
    /// The service gave a page's own marker again, so the list would not end.
    repeated_marker,
    /// A list is longer than the caller allows.
    too_many_items,

    // Waiting for something at the service.
    /// What was waited for did not happen in the time allowed.
    wait_timeout,

    // Local files.
    /// An archive has at least 1 byte.
    file_empty,
    /// A file became shorter or was written to while it was read, or is not what it was when its upload was begun.
    file_changed,
    /// Above 10,000 parts of 4 GiB.
    archive_too_large,

    // Transfers.
    /// A transfer needs more memory at once than transfer_settings::memory_max.
    memory_limit_too_low,
    /// Another process is using the state file of the transfer, or another transfer of this one.
    state_file_in_use,
    /// The state file is damaged, or is none.
    state_file_invalid,
    /// The state file is that of another transfer.
    state_file_mismatch,
    /// The service does not know the upload any more, whose completion was asked for before: it may have been
    /// completed, and the vault's inventory tells.
    upload_gone,
};

/// The error codes of the service (`code` in the body of an error answer). Each with its HTTP status. An
/// answer without a code, as proxies give, gets one by its status.
enum class service_errc {
    /// `AccessDeniedException`, 403: a policy denies it, the account is another one, or a vault lock forbids
    /// it.
    access_denied = 1,
    /// `BadRequest`, 400: the request cannot be processed.
    bad_request,
    /// `ExpiredTokenException`, 403: the session token of temporary credentials has expired.
    expired_token,
    /// `InsufficientCapacityException`, 503 or 400: no capacity for Expedited retrievals now; another
    /// tier may do.
    insufficient_capacity,
    /// `InvalidParameterValueException`, 400: any value that is not allowed; also a wrong hash, a job whose
    /// output is not ready, and a vault that is not empty.
    invalid_parameter_value,
    /// `InvalidSignatureException`, 403: the wrong secret key, a clock that is off by more than five minutes,
    /// or a body with another hash than announced.
    invalid_signature,
    /// `LimitExceededException`, 400: a quota of the account: vaults, tags or provisioned capacity. No
    /// throttling.
    limit_exceeded,
    /// `MissingAuthenticationTokenException`, 400: the request was not signed.
    missing_authentication_token,
    /// `MissingParameterValueException`, 400: a header or a member that must be there is not.
    missing_parameter_value,
    /// `NoLongerSupportedException`, 400: the service takes no new customers, and the account has no vault
    /// storage.
    no_longer_supported,
    /// `PolicyEnforcedException`, 400: the retrieval would exceed the account's data retrieval policy.
    policy_enforced,
    /// `RequestTimeoutException`, 408: the body of an upload came too slowly. Repeated.
    request_timeout,
    /// `ResourceNotFoundException`, 404: no such vault, archive, upload, job, policy, lock or configuration.
    resource_not_found,
    /// `SerializationException`, 400: the service could not read the request's JSON.
    serialization,
    /// `ServiceUnavailableException`, 500: a failure inside the service. Repeated.
    service_unavailable,
    /// `ThrottlingException`, 400: too many requests. Repeated after a wait.
    throttling,
    /// `UnrecognizedClientException`, 400: the access key or the token is unknown.
    unrecognized_client,
    /// `IncompleteSignatureException`, 400: the signature lacks a part.
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
    /// A value or a setting was refused before anything was sent.
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

/// Of errc; named `glacier`.
boost::system::error_category const& error_category() noexcept;
/// Of service_errc; named `glacier.service`.
boost::system::error_category const& service_error_category() noexcept;
/// Of condition; named `glacier.condition`.
boost::system::error_category const& condition_category() noexcept;

/// Lets errc be used as an error code.
error_code make_error_code(errc code) noexcept;
/// Lets service_errc be used as an error code.
error_code make_error_code(service_errc code) noexcept;
/// Lets condition be compared with an error code.
boost::system::error_condition make_error_condition(condition value) noexcept;

/// A value that the service's rules do not allow, found before anything was sent.
/// what() names the value and the rule.
class invalid_value : public boost::system::system_error {
public:
    /// `value` is shown, cut and with control characters replaced.
    invalid_value(errc rule, std::string const& value);

    /// The value and the rule, in one sentence. Valid as long as this object.
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

    /// What failed, and what is known of it.
    operation_error(error_code code, error_details details);

    /// One sentence for a person. Valid as long as a copy of this object.
    char const* what() const noexcept override { return state_->text.c_str(); }

    /// All that is known. Valid as long as a copy of this object.
    error_details const& details() const noexcept { return state_->details; }
    /// As error_details::operation.
    std::string const& operation() const noexcept { return state_->details.operation; }
    /// As error_details::service_code.
    std::string const& service_code() const noexcept { return state_->details.service_code; }
    /// As error_details::request_id.
    std::string const& request_id() const noexcept { return state_->details.request_id; }
    /// As error_details::http_status.
    int http_status() const noexcept { return state_->details.http_status; }
    /// As error_details::attempts.
    int attempts() const noexcept { return state_->details.attempts; }
    /// As error_details::outcome_unknown.
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
