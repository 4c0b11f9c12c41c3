#include "protocol/redactor.hpp"

#include "base/uri.hpp"

#include <algorithm>
#include <utility>

namespace glacier::protocol {

namespace {

constexpr std::size_t secret_bytes_min = 8;
constexpr std::string_view replacement = "[redacted]";

/// How much of the end of the text is the beginning of the secret. What is too short may be chance.
std::size_t cut_secret_at_end(std::string_view text, std::string_view secret) noexcept
{
    for (std::size_t length = std::min(text.size(), secret.size() - 1); length >= secret_bytes_min; --length)
        if (text.ends_with(secret.substr(0, length)))
            return length;
    return 0;
}

void replace_all(std::string& text, std::string_view secret)
{
    for (auto found = text.find(secret); found != std::string::npos;
         found = text.find(secret, found + replacement.size()))
        text.replace(found, secret.size(), replacement);
}

} // namespace

void redactor::add(std::string_view secret, bool may_be_cut)
{
    if (secret.size() < secret_bytes_min)
        return;
    secrets_.push_back(hidden{secret_string(secret), may_be_cut});
    if (std::string const encoded = base::encode_uri_component(secret); encoded != secret)
        secrets_.push_back(hidden{secret_string(encoded), may_be_cut});
}

void redactor::add(credentials const& identity, http_headers const& signed_headers)
{
    add(identity.secret_access_key.reveal());
    add(identity.session_token.reveal());
    std::string_view const authorization = signed_headers.get("authorization");
    // It begins with public words, which messages may quote.
    add(authorization, false);
    constexpr std::string_view parameter = "Signature=";
    if (auto const found = authorization.find(parameter); found != std::string_view::npos)
        add(authorization.substr(found + parameter.size()));
}

std::string redactor::redact(std::string_view text) const
{
    std::string shown(text);
    for (hidden const& each : secrets_) {
        std::string_view const secret = each.text.reveal();
        replace_all(shown, secret);
        std::size_t const length = each.may_be_cut ? cut_secret_at_end(shown, secret) : 0;
        shown.replace(shown.size() - length, length, length > 0 ? replacement : "");
    }
    return shown;
}

void redactor::redact(http_response& answer) const
{
    answer.body = redact(answer.body);
    http_headers headers;
    for (auto const& [name, value] : answer.headers)
        headers.add(name, redact(value));
    answer.headers = std::move(headers);
}

} // namespace glacier::protocol
