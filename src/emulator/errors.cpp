#include "emulator/errors.hpp"

#include "base/printable.hpp"

#include <array>

namespace glacier::emulation {

namespace {

// Values of requests are shown in messages, but not without end.
constexpr std::size_t value_length_max = 300;

std::string shown(std::string_view value)
{
    return base::printable(value, value_length_max);
}

/// Members whose message is not `Invalid NAME: VALUE`: what stands before and after the value.
struct wording {
    std::string_view member;
    service_errc code;
    std::string_view before;
    std::string_view after;
};

constexpr std::array wordings{
    wording{"vaultName", service_errc::resource_not_found, "Vault not found for ARN: ", ""},
    wording{"archiveId", service_errc::resource_not_found, "The archive ID was not found: ", ""},
    wording{"ArchiveId", service_errc::resource_not_found, "The archive ID was not found: ", ""},
    wording{"jobId", service_errc::resource_not_found, "The job ID was not found: ", ""},
    wording{"uploadId", service_errc::resource_not_found, "The upload ID was not found: ", ""},
    wording{"lockId", service_errc::invalid_parameter_value, "Invalid lock ID: ", ""},
    wording{
        "x-amz-part-size", service_errc::invalid_parameter_value, "Invalid part size: ",
        ". Part size must not be null, must be a power of two and be between 1048576 and 4294967296 bytes."},
    wording{
        "x-amz-archive-description", service_errc::invalid_parameter_value,
        "Invalid archive description: ", ". A description has at most 1024 characters of printable ASCII."},
    wording{"statuscode", service_errc::invalid_parameter_value, "The job status code is not valid: ", ""},
    wording{"SNSTopic", service_errc::invalid_parameter_value, "Invalid SNS topic: ",
            ". A topic is an ARN, arn:PARTITION:sns:REGION:ACCOUNT:NAME, of at most 1024 characters."},
    wording{"Events", service_errc::invalid_parameter_value, "Invalid notification event: ",
            ". The events are ArchiveRetrievalCompleted and InventoryRetrievalCompleted."},
    wording{
        "Tags", service_errc::invalid_parameter_value, "Invalid tag: ",
        ". A key has 1 to 128 and a value up to 255 letters, digits, spaces and _ . : / = + - @, and a key "
        "must not begin with aws:."},
    wording{
        "TagKeys", service_errc::invalid_parameter_value, "Invalid tag key: ",
        ". A key has 1 to 128 letters, digits, spaces and _ . : / = + - @, and must not begin with aws:."},
    wording{"Strategy", service_errc::invalid_parameter_value,
            "Invalid strategy: ", ". The strategies are BytesPerHour, FreeTier and None."},
    wording{"BytesPerHour", service_errc::invalid_parameter_value,
            "Invalid BytesPerHour: ", ". It must be between 1 and 9223372036854775807."},
};

/// A policy is long, and the answer to a wrong one does not repeat it. Empty for operations without one.
std::string_view about_wrong_policy(protocol::operation id) noexcept
{
    if (id == protocol::operation::initiate_vault_lock)
        return "The specified vault lock policy is invalid. Provide a valid policy.";
    if (id == protocol::operation::set_vault_access_policy)
        return "The specified vault access policy is invalid. "
               "Provide a JSON object of at most 20480 bytes as a string.";
    return {};
}

} // namespace

protocol::service_error error_of(service_errc code, std::string message)
{
    protocol::service_error error;
    error.code = code;
    error.code_text = protocol::code_text_of(code);
    error.message = std::move(message);
    error.status = protocol::status_of(code);
    return error;
}

protocol::service_error error_with_status(int status, std::string message)
{
    service_errc code = service_errc::invalid_parameter_value;
    if (status == 403)
        code = service_errc::access_denied;
    else if (status == 404)
        code = service_errc::resource_not_found;
    protocol::service_error error = error_of(code, std::move(message));
    error.status = status;
    return error;
}

void apply_inferred(inferred_behaviour const& behaviour, protocol::service_error& error) noexcept
{
    if (error.code == service_errc::insufficient_capacity)
        error.status = behaviour.insufficient_capacity_status;
    else if (error.code == service_errc::invalid_signature)
        error.status = behaviour.invalid_signature_status;
}

protocol::service_error vault_not_found(std::string_view arn)
{
    return error_of(service_errc::resource_not_found, "Vault not found for ARN: " + shown(arn));
}

protocol::service_error archive_not_found(std::string_view id)
{
    return error_of(service_errc::resource_not_found, "The archive ID was not found: " + shown(id));
}

protocol::service_error job_not_found(std::string_view id)
{
    return error_of(service_errc::resource_not_found, "The job ID was not found: " + shown(id));
}

protocol::service_error upload_not_found(std::string_view id)
{
    return error_of(service_errc::resource_not_found, "The upload ID was not found: " + shown(id));
}

protocol::service_error parameter_missing(std::string_view name)
{
    return error_of(service_errc::missing_parameter_value,
                    "Required parameter missing: " + std::string(name));
}

protocol::service_error invalid_parameter(std::string_view name, std::string_view value)
{
    return error_of(service_errc::invalid_parameter_value,
                    "Invalid " + std::string(name) + ": " + shown(value));
}

protocol::service_error payload_mismatch(sha256_digest const& computed, std::string_view sent)
{
    return error_of(service_errc::invalid_signature,
                    "The value passed in as x-amz-content-sha256 does not match the computed payload hash. "
                    "Computed digest: " +
                        computed.hex() + " expected hash: " + shown(sent));
}

protocol::service_error error_of(protocol::operation id, protocol::member_error const& wrong)
{
    using reason = protocol::member_error::reason;
    if (wrong.why == reason::malformed_json)
        return error_of(service_errc::serialization,
                        "The request body is not valid JSON: " + shown(wrong.text));
    if (wrong.why == reason::missing)
        return parameter_missing(wrong.member);

    // The text of a JSON member is shown without its quotation marks.
    std::string_view value = wrong.text;
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
    if (id == protocol::operation::create_vault && wrong.member == "vaultName")
        return invalid_parameter("vault name", value);
    if (auto const text = about_wrong_policy(id); !text.empty() && wrong.member == "Policy")
        return error_of(service_errc::invalid_parameter_value, std::string(text));
    for (wording const& words : wordings)
        if (words.member == wrong.member)
            return error_of(words.code, std::string(words.before) + shown(value) + std::string(words.after));
    return invalid_parameter(wrong.member, value);
}

protocol::service_error unknown_operation(std::string_view method, std::string_view target)
{
    protocol::service_error error;
    error.code_text = "UnknownOperationException";
    error.message = "There is no operation " + shown(method) + " " + shown(target);
    error.status = 404;
    return error;
}

} // namespace glacier::emulation
