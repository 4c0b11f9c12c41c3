#include "protocol/sigv4.hpp"

#include "base/iso8601.hpp"
#include "base/printable.hpp"
#include "base/uri.hpp"
#include "crypto/sha256.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace glacier::protocol {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

// Enough for most requests, so that the text does not grow step by step.
constexpr std::size_t canonical_request_bytes = 640;

std::string to_lower(std::string_view text)
{
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

/// Appends the value without white space at its ends, and with one space for each run of it.
void append_folded(std::string& text, std::string_view value)
{
    bool space = false;
    bool begun = false;
    for (char const c : value) {
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            space = begun;
            continue;
        }
        if (std::exchange(space, false))
            text += ' ';
        text += c;
        begun = true;
    }
}

std::string canonical_query(std::string_view query)
{
    std::vector<std::pair<std::string, std::string>> parameters;
    auto const canonical = [](std::string_view text) {
        // A text that is not percent-encoded properly counts as raw.
        auto const decoded = base::decode_uri_component(text);
        return base::encode_uri_component(decoded ? *decoded : std::string(text));
    };
    while (!query.empty()) {
        std::string_view const parameter = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(parameter.size() + 1, query.size()));
        if (parameter.empty())
            continue;
        auto const equals = parameter.find('=');
        std::string_view const value =
            equals == std::string_view::npos ? std::string_view() : parameter.substr(equals + 1);
        parameters.emplace_back(canonical(parameter.substr(0, equals)), canonical(value));
    }
    std::sort(parameters.begin(), parameters.end());

    std::string joined;
    for (auto const& [name, value] : parameters) {
        if (!joined.empty())
            joined += '&';
        joined += name + "=" + value;
    }
    return joined;
}

std::string join(std::vector<std::string> const& texts, char separator)
{
    std::string joined;
    for (std::string const& text : texts) {
        if (!joined.empty())
            joined += separator;
        joined += text;
    }
    return joined;
}

std::span<std::byte const> bytes_of(std::string_view text) noexcept
{
    return std::as_bytes(std::span(text.data(), text.size()));
}

} // namespace

std::string canonical_request(http_request const& request, std::vector<std::string> const& signed_headers,
                              std::string_view payload_sha256)
{
    std::string_view const target = request.target;
    auto const question = target.find('?');
    std::string_view const path = target.substr(0, question);
    std::string_view const query =
        question == std::string_view::npos ? std::string_view() : target.substr(question + 1);

    std::string canonical;
    canonical.reserve(canonical_request_bytes);
    canonical += to_string(request.method);
    canonical += '\n';
    // A path from the wire is percent-encoded already: here its percent signs are encoded a second time.
    canonical += base::encode_uri_path(base::normalize_path(path));
    canonical += '\n';
    canonical += canonical_query(query);
    canonical += '\n';
    for (std::string const& name : signed_headers) {
        canonical += name;
        canonical += ':';
        bool first = true;
        for (auto const& [field, value] : request.headers) {
            if (!equal_names(field, name))
                continue;
            if (!std::exchange(first, false))
                canonical += ',';
            append_folded(canonical, value);
        }
        canonical += '\n';
    }
    canonical += '\n';
    canonical += join(signed_headers, ';');
    canonical += '\n';
    canonical += payload_sha256;
    return canonical;
}

namespace {

/// `20260203/us-east-1/glacier/aws4_request`. The date as in x-amz-date.
std::string scope_of_date(std::string_view date, signing_scope const& scope)
{
    std::string text(date.substr(0, 8));
    text += '/';
    text += scope.region;
    text += '/';
    text += scope.service;
    text += "/aws4_request";
    return text;
}

std::string string_to_sign(std::string_view canonical, std::string_view date, std::string_view scope)
{
    std::string text(algorithm);
    text += '\n';
    text += date;
    text += '\n';
    text += scope;
    text += '\n';
    text += crypto::sha256_of(canonical).hex();
    return text;
}

} // namespace

std::string credential_scope(timestamp time, signing_scope const& scope)
{
    return scope_of_date(base::to_iso8601_basic(time), scope);
}

std::string string_to_sign(std::string_view canonical, timestamp time, signing_scope const& scope)
{
    std::string const date = base::to_iso8601_basic(time);
    return string_to_sign(canonical, date, scope_of_date(date, scope));
}

sha256_digest signing_key(secret_string const& secret_access_key, timestamp time, signing_scope const& scope)
{
    secret_string const start("AWS4" + std::string(secret_access_key.reveal()));
    std::string const day = base::to_iso8601_basic(time).substr(0, 8);
    sha256_digest const of_day = crypto::hmac_sha256(bytes_of(start.reveal()), day);
    sha256_digest const of_region = crypto::hmac_sha256(of_day.bytes(), scope.region);
    sha256_digest const of_service = crypto::hmac_sha256(of_region.bytes(), scope.service);
    return crypto::hmac_sha256(of_service.bytes(), "aws4_request");
}

std::string signature(sha256_digest const& key, std::string_view text)
{
    return crypto::hmac_sha256(key.bytes(), text).hex();
}

std::vector<std::string> headers_to_sign(http_headers const& headers)
{
    // Proxies and load balancers may add, drop or change these.
    constexpr std::array<std::string_view, 12> unsigned_headers{"authorization",
                                                                "connection",
                                                                "expect",
                                                                "keep-alive",
                                                                "proxy-authenticate",
                                                                "proxy-authorization",
                                                                "te",
                                                                "trailer",
                                                                "upgrade",
                                                                "transfer-encoding",
                                                                "user-agent",
                                                                "x-amzn-trace-id"};
    std::vector<std::string> names;
    for (auto const& [name, value] : headers) {
        std::string lower = to_lower(name);
        bool const is_unsigned =
            std::find(unsigned_headers.begin(), unsigned_headers.end(), lower) != unsigned_headers.end();
        if (!is_unsigned && std::find(names.begin(), names.end(), lower) == names.end())
            names.push_back(std::move(lower));
    }
    std::sort(names.begin(), names.end());
    return names;
}

sha256_digest signer::key_for(credentials const& identity, timestamp time, std::string const& scope)
{
    std::lock_guard const lock(mutex_);
    if (!cached_ || cached_->scope != scope || cached_->access_key_id != identity.access_key_id ||
        cached_->secret_access_key.reveal() != identity.secret_access_key.reveal())
        cached_.emplace(cached_key{identity.access_key_id, identity.secret_access_key, scope,
                                   signing_key(identity.secret_access_key, time, scope_)});
    return cached_->key;
}

void signer::sign(http_request& request, credentials const& identity, timestamp time)
{
    request.headers.remove("authorization");
    request.headers.remove("x-amz-security-token");
    if (identity.anonymous)
        return;
    std::string const date = base::to_iso8601_basic(time);
    request.headers.set("x-amz-date", date);
    if (!identity.session_token.empty())
        request.headers.add("x-amz-security-token", std::string(identity.session_token.reveal()));

    std::string payload_sha256(request.headers.get("x-amz-content-sha256"));
    if (payload_sha256.empty())
        payload_sha256 = request.body.empty() ? std::string(empty_payload_sha256)
                                              : crypto::sha256_of(std::string_view(request.body)).hex();

    std::vector<std::string> const names = headers_to_sign(request.headers);
    std::string const scope = scope_of_date(date, scope_);
    std::string const text = string_to_sign(canonical_request(request, names, payload_sha256), date, scope);
    std::string value(algorithm);
    value += " Credential=";
    value += identity.access_key_id;
    value += '/';
    value += scope;
    value += ", SignedHeaders=";
    value += join(names, ';');
    value += ", Signature=";
    value += signature(key_for(identity, time, scope), text);
    request.headers.add("authorization", std::move(value));
}

namespace {

/// Splits at the first separator; the rest becomes empty if there is none.
std::string_view take_until(std::string_view& rest, char separator)
{
    std::string_view const piece = rest.substr(0, rest.find(separator));
    rest.remove_prefix(std::min(piece.size() + 1, rest.size()));
    return piece;
}

std::string_view trim(std::string_view text)
{
    auto const begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// The three parameters as they stand in the header; null if one is missing.
struct authorization_parameters {
    std::optional<std::string_view> credential;
    std::optional<std::string_view> signed_headers;
    std::optional<std::string_view> signature;

    std::optional<std::string_view>* find(std::string_view name)
    {
        if (name == "Credential")
            return &credential;
        if (name == "SignedHeaders")
            return &signed_headers;
        return name == "Signature" ? &signature : nullptr;
    }
};

boost::system::result<authorization_parameters, authorization_error> split_authorization(
    std::string_view text)
{
    authorization_parameters found;
    while (!text.empty()) {
        std::string_view item = trim(take_until(text, ','));
        if (item.empty())
            continue;
        if (item.find('=') == std::string_view::npos)
            return authorization_error{
                "'" + base::printable(item, 40) +
                "' not a valid key=value pair (missing equal-sign) in Authorization header."};
        std::string_view const name = take_until(item, '=');
        auto* const value = found.find(name);
        if (value == nullptr)
            continue;
        if (*value)
            return authorization_error{"Authorization header has more than one '" + std::string(name) +
                                       "' parameter."};
        *value = item;
    }
    std::string missing;
    for (std::string_view const name : {"Credential", "Signature", "SignedHeaders"})
        if (found.find(name)->value_or("").empty())
            missing += (missing.empty() ? "" : " ") + std::string("Authorization header requires '") +
                       std::string(name) + "' parameter.";
    if (!missing.empty())
        return authorization_error{missing};
    return found;
}

} // namespace

boost::system::result<authorization, authorization_error> parse_authorization(std::string_view header)
{
    header = trim(header);
    std::string_view const scheme = header.substr(0, header.find_first_of(" \t"));
    if (scheme != algorithm)
        return authorization_error{"Unsupported AWS 'algorithm': '" + base::printable(scheme, 40) + "'."};
    auto const found = split_authorization(header.substr(scheme.size()));
    if (!found)
        return found.error();

    authorization parsed;
    std::string_view credential = *found->credential;
    if (std::count(credential.begin(), credential.end(), '/') != 4)
        return authorization_error{"Credential must have exactly 5 slash-delimited elements, e.g. "
                                   "keyid/date/region/service/term, got '" +
                                   base::printable(credential, 200) + "'."};
    parsed.access_key_id = take_until(credential, '/');
    parsed.scope = credential;
    parsed.signature = *found->signature;
    std::string_view names = *found->signed_headers;
    while (!names.empty())
        parsed.signed_headers.emplace_back(take_until(names, ';'));
    return parsed;
}

} // namespace glacier::protocol
