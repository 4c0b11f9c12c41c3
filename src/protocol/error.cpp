#include <glacier/error.hpp>

#include "base/printable.hpp"

#include <boost/system/error_condition.hpp>

#include <string_view>
#include <utility>

namespace glacier {

namespace {

char const* errc_message(int code) noexcept
{
    switch (static_cast<errc>(code)) {
    case errc::invalid_account_id:
        return "invalid account id: twelve digits, or - for the account of the credentials";
    case errc::invalid_vault_name:
        return "invalid vault name: 1 to 255 characters of a-z A-Z 0-9 _ - . are allowed, but not . or .. "
               "alone";
    case errc::invalid_archive_id:
        return "invalid archive id: 1 to 255 characters of a-z A-Z 0-9 _ - are allowed";
    case errc::invalid_job_id:
        return "invalid job id: 1 to 255 characters of a-z A-Z 0-9 _ - are allowed";
    case errc::invalid_upload_id:
        return "invalid upload id: 1 to 255 characters of a-z A-Z 0-9 _ - are allowed";
    case errc::invalid_description:
        return "invalid description: at most 1024 printable ASCII characters (0x20 to 0x7E) are allowed";
    case errc::invalid_part_size:
        return "invalid part size: a power of two from 1048576 (1 MiB) to 4294967296 (4 GiB) bytes";
    case errc::invalid_byte_range:
        return "invalid byte range: FIRST-LAST with FIRST not after LAST; a part and a retrieval begin on a "
               "whole "
               "MiB, and a part is as long as its content";
    case errc::invalid_hash:
        return "invalid SHA-256 value: 64 hexadecimal digits";
    case errc::invalid_limit:
        return "invalid limit: at least 1";
    case errc::invalid_header_value:
        return "invalid header value: control characters are not allowed";
    case errc::invalid_archive_size:
        return "invalid archive size: 1 byte to 4 GiB in one request, up to 10000 x 4 GiB in parts";
    case errc::invalid_lock_id:
        return "invalid lock id: 1 to 255 characters of a-z A-Z 0-9 _ - are allowed";
    case errc::invalid_sns_topic:
        return "invalid SNS topic: an ARN of at most 1024 characters such as arn:aws:sns:REGION:ACCOUNT:NAME";
    case errc::invalid_notification_events:
        return "invalid events: at least one of ArchiveRetrievalCompleted and InventoryRetrievalCompleted, "
               "each "
               "once";
    case errc::invalid_policy_document:
        return "invalid policy: a JSON object of at most 20480 bytes (20 KB)";
    case errc::invalid_tag_key:
        return "invalid tag key: 1 to 128 characters in UTF-8, letters, digits, space and _ . : / = + - @, "
               "not "
               "beginning with aws:";
    case errc::invalid_tag_value:
        return "invalid tag value: at most 255 characters in UTF-8, letters, digits, space and _ . : / = + - "
               "@";
    case errc::invalid_tag_count:
        return "invalid number of tags: 1 to 10 in one request";
    case errc::invalid_retrieval_policy:
        return "invalid data retrieval policy: one rule; BytesPerHour with 1 to 9223372036854775807 bytes "
               "per "
               "hour, or FreeTier or None without them";
    case errc::invalid_job_parameters:
        return "invalid job parameters: they do not fit the type of the job";
    case errc::invalid_option:
        return "invalid option";
    case errc::invalid_endpoint:
        return "invalid endpoint: https://HOST[:PORT][/PREFIX] or http://HOST[:PORT][/PREFIX]";
    case errc::no_region:
        return "no region: set AWS_REGION, the profile's region, or the region in the configuration";
    case errc::no_credentials:
        return "no credentials";
    case errc::credentials_failed:
        return "the credentials could not be fetched";
    case errc::invalid_profile:
        return "unusable profile";
    case errc::invalid_ca_bundle:
        return "unusable CA bundle: a file of certificates in PEM form";
    case errc::invalid_client_certificate:
        return "unusable client certificate: a certificate and its private key, in PEM form";
    case errc::invalid_proxy:
        return "invalid proxy: http://[USER:PASSWORD@]HOST[:PORT]";
    case errc::resolve_timeout:
        return "looking up the host name took too long";
    case errc::connect_timeout:
        return "connecting took too long";
    case errc::tls_handshake_timeout:
        return "the TLS handshake took too long";
    case errc::response_timeout:
        return "the answer took too long";
    case errc::transfer_stalled:
        return "the transfer stalled";
    case errc::throughput_too_low:
        return "the transfer is too slow";
    case errc::operation_timeout:
        return "the operation took too long";
    case errc::certificate_untrusted:
        return "the server's certificate is not trusted";
    case errc::certificate_host_mismatch:
        return "the server's certificate is for another host";
    case errc::certificate_expired:
        return "the server's certificate has expired: check this machine's clock too";
    case errc::certificate_not_yet_valid:
        return "the server's certificate is not yet valid: check this machine's clock too";
    case errc::certificate_self_signed:
        return "the server's certificate is signed by itself and not trusted";
    case errc::certificate_chain_incomplete:
        return "the server's certificate is signed by an authority that is unknown here: the server may have "
               "left out "
               "certificates in between";
    case errc::certificate_weak:
        return "the server's certificate has a weak key or signature";
    case errc::certificate_purpose:
        return "the server's certificate must not be used for this";
    case errc::tls_version_unsupported:
        return "the server speaks only versions of TLS that are too old";
    case errc::tls_failed:
        return "TLS failed";
    case errc::proxy_failed:
        return "the proxy did not open the tunnel";
    case errc::proxy_authentication_required:
        return "the proxy asks for a user name and a password";
    case errc::connection_closed:
        return "the connection was closed before the answer was complete";
    case errc::invalid_http_message:
        return "the server's answer is not valid HTTP/1.1";
    case errc::response_too_large:
        return "the server's answer is larger than allowed";
    case errc::too_many_waiting:
        return "too many operations wait for a connection";
    case errc::connection_wait_timeout:
        return "no connection became free in time";
    case errc::malformed_response:
        return "the service's answer lacks what it must have, or has it in a wrong form";
    case errc::unexpected_status:
        return "unexpected HTTP status";
    case errc::tree_hash_mismatch:
        return "tree hash mismatch";
    case errc::length_mismatch:
        return "length mismatch";
    case errc::job_failed:
        return "the job failed";
    case errc::malformed_inventory:
        return "the inventory is not in the format of the service";
    case errc::incomplete_inventory:
        return "the inventory ends before it is complete";
    case errc::malformed_notification:
        return "not a notification about a job";
    case errc::repeated_marker:
        return "the service gave the same marker again, so the list would not end";
    case errc::too_many_items:
        return "the list is longer than allowed";
    case errc::wait_timeout:
        return "what was waited for did not happen in time";
    case errc::file_empty:
        return "the file is empty: an archive has at least 1 byte";
    case errc::file_changed:
        return "the file has changed since its upload was begun";
    case errc::archive_too_large:
        return "too large for an archive: at most 42949672960000 bytes (10000 parts of 4 GiB)";
    case errc::memory_limit_too_low:
        return "the transfers of the client may not use as much memory as this one needs at once";
    case errc::state_file_in_use:
        return "the state file is in use: the same transfer is running";
    case errc::state_file_invalid:
        return "the state file is damaged, or is none";
    case errc::state_file_mismatch:
        return "the state file belongs to another transfer";
    case errc::upload_gone:
        return "the service does not know the upload any more: it may have been completed, which the vault's "
               "next "
               "inventory shows";
    }
    return "unknown error";
}

char const* service_errc_message(int code) noexcept
{
    switch (static_cast<service_errc>(code)) {
    case service_errc::access_denied:
        return "access denied";
    case service_errc::bad_request:
        return "bad request";
    case service_errc::expired_token:
        return "the session token has expired";
    case service_errc::insufficient_capacity:
        return "no capacity for expedited retrievals now";
    case service_errc::invalid_parameter_value:
        return "invalid parameter value";
    case service_errc::invalid_signature:
        return "the signature does not match: check the secret access key and the clock";
    case service_errc::limit_exceeded:
        return "a quota of the account is exhausted";
    case service_errc::missing_authentication_token:
        return "the request was not signed";
    case service_errc::missing_parameter_value:
        return "missing parameter value";
    case service_errc::no_longer_supported:
        return "the service takes no new customers, and this account has no vault storage";
    case service_errc::policy_enforced:
        return "the data retrieval policy does not allow it now";
    case service_errc::request_timeout:
        return "the service waited too long for the request's body";
    case service_errc::resource_not_found:
        return "not found";
    case service_errc::serialization:
        return "the service could not read the request's JSON";
    case service_errc::service_unavailable:
        return "the service is unavailable";
    case service_errc::throttling:
        return "the service asks to slow down";
    case service_errc::unrecognized_client:
        return "the access key is unknown";
    case service_errc::incomplete_signature:
        return "the signature is incomplete";
    case service_errc::unknown:
        break;
    }
    return "error of the service";
}

bool in_condition(service_errc code, condition group) noexcept
{
    switch (group) {
    case condition::retryable:
        return code == service_errc::request_timeout || code == service_errc::service_unavailable ||
               code == service_errc::throttling;
    case condition::throttling:
        return code == service_errc::throttling;
    case condition::not_found:
        return code == service_errc::resource_not_found;
    case condition::timeout:
        return code == service_errc::request_timeout;
    case condition::access:
        return code == service_errc::access_denied || code == service_errc::expired_token ||
               code == service_errc::incomplete_signature || code == service_errc::invalid_signature ||
               code == service_errc::missing_authentication_token ||
               code == service_errc::unrecognized_client;
    case condition::quota:
        return code == service_errc::insufficient_capacity || code == service_errc::limit_exceeded ||
               code == service_errc::policy_enforced;
    case condition::invalid_value:
    case condition::transport:
    case condition::verification:
    case condition::outcome_unknown:
        break;
    }
    return false;
}

bool in_condition(errc code, condition group) noexcept
{
    switch (group) {
    case condition::invalid_value:
        return code >= errc::invalid_account_id && code <= errc::invalid_option;
    case condition::transport:
        return code >= errc::resolve_timeout && code <= errc::connection_wait_timeout;
    case condition::verification:
        return code == errc::tree_hash_mismatch || code == errc::length_mismatch ||
               code == errc::incomplete_inventory;
    case condition::timeout:
        return (code >= errc::resolve_timeout && code <= errc::operation_timeout) ||
               code == errc::connection_wait_timeout || code == errc::wait_timeout;
    case condition::retryable:
        return (code >= errc::resolve_timeout && code <= errc::throughput_too_low) ||
               code == errc::connection_closed || code == errc::proxy_failed ||
               code == errc::tree_hash_mismatch || code == errc::length_mismatch;
    case condition::access:
        return code == errc::no_credentials || code == errc::credentials_failed;
    case condition::throttling:
    case condition::not_found:
    case condition::quota:
    case condition::outcome_unknown:
        break;
    }
    return false;
}

class glacier_category final : public boost::system::error_category {
public:
    char const* name() const noexcept override { return "glacier"; }
    std::string message(int code) const override { return errc_message(code); }
};

class glacier_service_category final : public boost::system::error_category {
public:
    char const* name() const noexcept override { return "glacier.service"; }
    std::string message(int code) const override { return service_errc_message(code); }
};

class glacier_condition_category final : public boost::system::error_category {
public:
    char const* name() const noexcept override { return "glacier.condition"; }

    std::string message(int value) const override
    {
        switch (static_cast<condition>(value)) {
        case condition::retryable:
            return "retryable";
        case condition::throttling:
            return "throttling";
        case condition::not_found:
            return "not found";
        case condition::invalid_value:
            return "invalid value";
        case condition::transport:
            return "transport failure";
        case condition::verification:
            return "verification failure";
        case condition::timeout:
            return "time-out";
        case condition::access:
            return "no access";
        case condition::quota:
            return "quota reached";
        case condition::outcome_unknown:
            return "outcome unknown";
        }
        return "unknown condition";
    }

    bool equivalent(error_code const& code, int value) const noexcept override
    {
        auto const group = static_cast<condition>(value);
        if (code.category() == glacier::error_category())
            return in_condition(static_cast<errc>(code.value()), group);
        if (code.category() == service_error_category())
            return in_condition(static_cast<service_errc>(code.value()), group);
        // Asio's own category for failed look-ups of host names, which this room cannot include.
        if (group == condition::transport && std::string_view(code.category().name()) == "asio.netdb")
            return true;
        // Sockets report errors of the system; a lost connection is worth another attempt.
        if (group == condition::transport || group == condition::retryable) {
            namespace sys = boost::system::errc;
            return code == sys::connection_refused || code == sys::connection_reset ||
                   code == sys::connection_aborted || code == sys::broken_pipe ||
                   code == sys::host_unreachable || code == sys::network_unreachable ||
                   code == sys::network_down || code == sys::timed_out || code == sys::not_connected;
        }
        return group == condition::timeout && code == boost::system::errc::timed_out;
    }
};

constexpr glacier_category glacier_category_instance;
constexpr glacier_service_category glacier_service_category_instance;
constexpr glacier_condition_category glacier_condition_category_instance;

std::string sentence_of(error_code const& code, error_details const& details)
{
    std::string text = details.operation;
    if (!details.resource.empty())
        text += (text.empty() ? "" : " of ") + base::printable(details.resource, 1'000);
    if (!text.empty())
        text += ": ";

    // The service's own message is the more exact one where there is one. Without a code it is none of its own.
    bool const from_service = code.category() == service_error_category() && !details.service_code.empty();
    if (from_service && !details.message.empty())
        text += base::printable(details.message, 1'000);
    else if (details.message.empty())
        text += code.message();
    else
        text += code.message() + ": " + base::printable(details.message, 1'000);

    std::string facts;
    auto const add = [&facts](std::string const& fact) { facts += (facts.empty() ? "" : ", ") + fact; };
    if (!details.service_code.empty())
        add(base::printable(details.service_code, 100));
    if (details.http_status != 0)
        add("HTTP " + std::to_string(details.http_status));
    if (!details.request_id.empty())
        add("request id " + base::printable(details.request_id, 100));
    if (details.attempts > 1)
        add(std::to_string(details.attempts) + " attempts");
    if (!facts.empty())
        text += " (" + facts + ")";
    if (details.outcome_unknown)
        text += "; whether it took effect is unknown: find out before you repeat it";
    return text;
}

} // namespace

boost::system::error_category const& error_category() noexcept
{
    return glacier_category_instance;
}

boost::system::error_category const& service_error_category() noexcept
{
    return glacier_service_category_instance;
}

boost::system::error_category const& condition_category() noexcept
{
    return glacier_condition_category_instance;
}

error_code make_error_code(errc code) noexcept
{
    return {static_cast<int>(code), error_category()};
}

error_code make_error_code(service_errc code) noexcept
{
    return {static_cast<int>(code), service_error_category()};
}

boost::system::error_condition make_error_condition(condition value) noexcept
{
    return {static_cast<int>(value), condition_category()};
}

invalid_value::invalid_value(errc rule, std::string const& value)
    : boost::system::system_error(make_error_code(rule)),
      text_("\"" + base::printable(value, 100) + "\": " + errc_message(static_cast<int>(rule)))
{}

operation_error::operation_error() : operation_error(error_code(), error_details()) {}

operation_error::operation_error(error_code code, error_details details)
    : boost::system::system_error(code),
      state_(std::make_shared<state const>(state{details, sentence_of(code, details)}))
{}

bool operation_error::is(condition group) const noexcept
{
    return group == condition::outcome_unknown ? outcome_unknown() : code() == group;
}

void throw_exception_from_error(operation_error const& error, boost::source_location const& /*location*/)
{
    throw error;
}

} // namespace glacier
