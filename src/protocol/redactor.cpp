#include "protocol/redactor.hpp"

#include "base/uri.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace glacier::protocol {

namespace {

constexpr std::size_t secret_bytes_min = 8;
constexpr std::string_view replacement = "[redacted]";

bool is_letter_or_digit(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string_view longest_word(std::string_view text) noexcept
{
    std::string_view longest;
    while (!text.empty()) {
        auto const end = std::find_if_not(text.begin(), text.end(), is_letter_or_digit);
        std::string_view const word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
        if (word.size() > longest.size())
            longest = word;
        text.remove_prefix(std::min(word.size() + 1, text.size()));
    }
    return longest;
}

std::string with_escaped_slashes(std::string_view text)
{
    std::string escaped;
    for (char const c : text) {
        if (c == '/')
            escaped += '\\';
        escaped += c;
    }
    return escaped;
}

void replace(std::string& text, std::string_view secret)
{
    for (auto found = text.find(secret); found != std::string::npos;
         found = text.find(secret, found + replacement.size()))
        text.replace(found, secret.size(), replacement);
}

/// How much of the end of the text is the beginning of the secret. What is too short may be chance.
std::size_t cut_secret_at_end(std::string_view text, std::string_view secret) noexcept
{
    for (std::size_t length = std::min(text.size(), secret.size() - 1); length >= secret_bytes_min; --length)
        if (text.ends_with(secret.substr(0, length)))
            return length;
    return 0;
}

} // namespace

void redactor::add(std::string_view secret, bool may_be_cut)
{
    if (secret.size() >= secret_bytes_min)
        secrets_.push_back(hidden{secret, longest_word(secret), may_be_cut});
}

void redactor::add(credentials const& identity, std::string_view authorization)
{
    add(identity.secret_access_key.reveal());
    add(identity.session_token.reveal());
    // It begins with public words, which messages may quote.
    add(authorization, false);
    constexpr std::string_view parameter = "Signature=";
    if (auto const found = authorization.find(parameter); found != std::string_view::npos)
        add(authorization.substr(found + parameter.size()));
}

void redactor::replace_all(std::string& text) const
{
    for (hidden const& secret : secrets_) {
        if (text.find(secret.mark) == std::string::npos)
            continue;
        std::array const forms{std::string(secret.text), base::encode_uri_component(secret.text),
                               with_escaped_slashes(secret.text)};
        for (std::string const& form : forms)
            replace(text, form);
    }
}

bool redactor::holds_mark(std::string_view text) const noexcept
{
    return std::any_of(secrets_.begin(), secrets_.end(), [text](hidden const& secret) {
        return text.find(secret.mark) != std::string_view::npos;
    });
}

std::string redactor::redact(std::string_view message) const
{
    std::string shown(message);
    replace_all(shown);
    for (hidden const& secret : secrets_) {
        std::size_t const length = secret.may_be_cut ? cut_secret_at_end(shown, secret.text) : 0;
        shown.replace(shown.size() - length, length, length > 0 ? replacement : "");
    }
    return shown;
}

void redactor::redact(http_response& answer) const
{
    replace_all(answer.body);
    auto const has_mark = [this](http_headers::field const& field) { return holds_mark(field.second); };
    if (std::none_of(answer.headers.begin(), answer.headers.end(), has_mark))
        return;
    http_headers headers;
    for (auto const& [name, value] : answer.headers) {
        std::string shown = value;
        replace_all(shown);
        headers.add(name, std::move(shown));
    }
    answer.headers = std::move(headers);
}

} // namespace glacier::protocol
