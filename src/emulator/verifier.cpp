#include "emulator/verifier.hpp"

#include "base/iso8601.hpp"
#include "base/printable.hpp"
#include "crypto/sha256.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

namespace glacier::emulation {

namespace {

using namespace std::chrono_literals;

// How far the time of a signature may be from the service's own.
constexpr auto window = 5min;

protocol::service_error invalid_signature(std::string message)
{
    return error_of(service_errc::invalid_signature, std::move(message));
}

protocol::service_error unrecognized_client()
{
    // Which of key and token is wrong is not said.
    return error_of(service_errc::unrecognized_client,
                    "The security token included in the request is invalid.");
}

std::string to_lower(std::string_view text)
{
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

/// The values of all fields of that name with commas between, so that a second one is not overlooked.
std::optional<std::string> value_of(protocol::http_headers const& headers, std::string_view name)
{
    std::optional<std::string> value;
    for (auto const& [field, text] : headers)
        if (protocol::equal_names(field, name))
            value = value ? *value + "," + text : text;
    return value;
}

/// Signatures of URLs have all their parts in the query.
bool has_signed_query(std::string_view target) noexcept
{
    auto const question = target.find('?');
    return question != std::string_view::npos &&
           target.substr(question).find("X-Amz-Signature=") != std::string_view::npos;
}

service_result<protocol::authorization> authorization_of(protocol::http_request const& request)
{
    auto const header = value_of(request.headers, "authorization");
    if (!header || header->empty()) {
        std::string message = "Missing Authentication Token";
        if (has_signed_query(request.target))
            message += ": the service takes signatures in the Authorization header only, not in the query";
        return error_of(service_errc::missing_authentication_token, std::move(message));
    }
    auto parsed = protocol::parse_authorization(*header);
    if (!parsed)
        return error_of(service_errc::incomplete_signature, parsed.error().message);
    return std::move(*parsed);
}

service_result<timestamp> date_of(protocol::http_headers const& headers)
{
    auto date = value_of(headers, "x-amz-date");
    if (!date)
        date = value_of(headers, "date");
    if (!date)
        return error_of(
            service_errc::incomplete_signature,
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
    auto const signed_at = base::parse_iso8601_basic(*date);
    if (!signed_at)
        return error_of(service_errc::incomplete_signature,
                        "Date must be in ISO-8601 'basic format'. Got '" + base::printable(*date, 60) +
                            "'. See https://en.wikipedia.org/wiki/ISO_8601");
    return *signed_at;
}

/// The identity's token, or its lack of one, must be that of the request.
std::optional<protocol::service_error> check_token(protocol::http_headers const& headers,
                                                   credentials const& identity, timestamp now)
{
    std::string const token = value_of(headers, "x-amz-security-token").value_or("");
    if (!crypto::equal_in_constant_time(token, identity.session_token.reveal()))
        return unrecognized_client();
    if (identity.expiration && *identity.expiration <= now)
        return error_of(service_errc::expired_token, "The security token included in the request is expired");
    return std::nullopt;
}

/// Names are in lower case, in order, and each is there once: the signature depends on their text.
std::optional<protocol::service_error> check_names(std::vector<std::string> const& names)
{
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i].empty() || names[i] != to_lower(names[i]))
            return invalid_signature("The names in 'SignedHeaders' must be in lower case: '" +
                                     base::printable(names[i], 100) + "'.");
        if (i > 0 && names[i - 1] >= names[i])
            return invalid_signature("The names in 'SignedHeaders' must be sorted, each once: '" +
                                     base::printable(names[i], 100) + "' does not come after '" +
                                     base::printable(names[i - 1], 100) + "'.");
    }
    return std::nullopt;
}

/// The host and whatever tells the service what to do must be signed, and what is signed must be there.
std::optional<protocol::service_error> check_signed_headers(protocol::http_headers const& headers,
                                                            std::vector<std::string> const& names)
{
    if (auto error = check_names(names))
        return error;
    auto const is_signed = [&names](std::string_view name) {
        return std::binary_search(names.begin(), names.end(), name);
    };
    if (!is_signed("host"))
        return invalid_signature("'Host' must be a 'SignedHeader' in the AWS Authorization.");
    for (auto const& [field, value] : headers) {
        std::string const name = to_lower(field);
        if (name.starts_with("x-amz-") && !is_signed(name))
            return invalid_signature("There were headers present in the request which were not signed: " +
                                     base::printable(name, 100));
    }
    for (std::string const& name : names)
        if (headers.find(name) == nullptr)
            return invalid_signature("A header that is signed is not in the request: " +
                                     base::printable(name, 100));
    return std::nullopt;
}

std::optional<protocol::service_error> check_window(timestamp signed_at, timestamp now)
{
    using base::to_iso8601_basic;
    // Signatures have no fractions of a second.
    now = std::chrono::floor<std::chrono::seconds>(now);
    if (signed_at < now - window)
        return invalid_signature("Signature expired: " + to_iso8601_basic(signed_at) +
                                 " is now earlier than " + to_iso8601_basic(now - window) + " (" +
                                 to_iso8601_basic(now) + " - 5 min.)");
    if (signed_at > now + window)
        return invalid_signature("Signature not yet current: " + to_iso8601_basic(signed_at) +
                                 " is still later than " + to_iso8601_basic(now + window) + " (" +
                                 to_iso8601_basic(now) + " + 5 min.)");
    return std::nullopt;
}

} // namespace

std::optional<protocol::service_error> verifier::check(protocol::http_request const& request,
                                                       std::string_view payload_sha256, timestamp now) const
{
    if (!required_)
        return std::nullopt;
    auto const authorization = authorization_of(request);
    if (!authorization)
        return authorization.error();
    auto const signed_at = date_of(request.headers);
    if (!signed_at)
        return signed_at.error();
    auto const identity =
        std::find_if(identities_.begin(), identities_.end(), [&authorization](credentials const& known) {
            return known.access_key_id == authorization->access_key_id;
        });
    if (identity == identities_.end())
        return unrecognized_client();
    if (auto error = check_token(request.headers, *identity, now))
        return error;
    if (auto error = check_scope(authorization->scope, *signed_at))
        return error;
    if (auto error = check_window(*signed_at, now))
        return error;
    if (auto error = check_signed_headers(request.headers, authorization->signed_headers))
        return error;

    std::string const canonical =
        protocol::canonical_request(request, authorization->signed_headers, payload_sha256);
    std::string const text = protocol::string_to_sign(canonical, *signed_at, scope_);
    sha256_digest const key = protocol::signing_key(identity->secret_access_key, *signed_at, scope_);
    if (!crypto::equal_in_constant_time(protocol::signature(key, text), authorization->signature))
        return invalid_signature(
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method. Consult the service "
            "documentation for details.");
    return std::nullopt;
}

std::optional<protocol::service_error> verifier::check_scope(std::string_view scope,
                                                             timestamp signed_at) const
{
    std::array<std::string, 4> parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        auto const slash = i + 1 < parts.size() ? scope.find('/') : std::string_view::npos;
        parts[i] = scope.substr(0, slash);
        scope.remove_prefix(slash == std::string_view::npos ? scope.size() : slash + 1);
    }
    auto const& [day, region, service, terminator] = parts;
    std::string const expected_day = base::to_iso8601_basic(signed_at).substr(0, 8);
    if (day != expected_day)
        return invalid_signature(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            "HTTP: '" +
            base::printable(day, 20) + "' != '" + expected_day + "'");
    if (region != scope_.region)
        return invalid_signature("Credential should be scoped to a valid region, not '" +
                                 base::printable(region, 40) + "'.");
    if (service != scope_.service)
        return invalid_signature("Credential should be scoped to correct service: '" + scope_.service + "'.");
    if (terminator != "aws4_request")
        return invalid_signature(
            "Credential should be scoped with a valid terminator: 'aws4_request', not '" +
            base::printable(terminator, 40) + "'.");
    return std::nullopt;
}

std::optional<protocol::service_error> check_payload_header(protocol::http_headers const& headers)
{
    auto const value = value_of(headers, "x-amz-content-sha256");
    if (!value || sha256_digest::from_hex(*value))
        return std::nullopt;
    return error_of(service_errc::invalid_parameter_value,
                    "Invalid x-amz-content-sha256: " + base::printable(*value, 100) +
                        ". It must be the SHA-256 of the whole body, 64 hexadecimal digits: the service "
                        "takes neither unsigned payloads nor payloads that are signed in chunks.");
}

} // namespace glacier::emulation
