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

std::string to_lower(std::string_view text)
{
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

/// The host and whatever tells the service what to do must be signed, and what is signed must be there.
std::optional<protocol::service_error> check_signed_headers(protocol::http_headers const& headers,
                                                            std::vector<std::string> const& names)
{
    auto const is_signed = [&names](std::string_view name) {
        return std::find(names.begin(), names.end(), name) != names.end();
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
    auto const* const header = request.headers.find("authorization");
    if (header == nullptr || header->empty())
        return error_of(service_errc::missing_authentication_token, "Missing Authentication Token");
    auto const authorization = protocol::parse_authorization(*header);
    if (!authorization)
        return error_of(
            service_errc::incomplete_signature,
            "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters of "
            "AWS4-HMAC-SHA256.");
    auto const* date = request.headers.find("x-amz-date");
    if (date == nullptr)
        date = request.headers.find("date");
    auto const signed_at = date != nullptr ? base::parse_iso8601_basic(*date) : std::nullopt;
    if (!signed_at)
        return error_of(
            service_errc::incomplete_signature,
            "The request requires either an 'X-Amz-Date' or a 'Date' header of the form YYYYMMDDTHHMMSSZ.");
    if (authorization->access_key_id != identity_.access_key_id)
        return error_of(service_errc::unrecognized_client,
                        "The security token included in the request is invalid.");
    if (auto error = check_scope(authorization->scope, *signed_at))
        return error;
    if (auto error = check_window(*signed_at, now))
        return error;
    if (auto error = check_signed_headers(request.headers, authorization->signed_headers))
        return error;

    std::string const canonical =
        protocol::canonical_request(request, authorization->signed_headers, payload_sha256);
    std::string const text = protocol::string_to_sign(canonical, *signed_at, scope_);
    sha256_digest const key = protocol::signing_key(identity_.secret_access_key, *signed_at, scope_);
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

} // namespace glacier::emulation
