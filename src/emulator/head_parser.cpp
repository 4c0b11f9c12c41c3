#include "emulator/head_parser.hpp"

#include "base/decimal.hpp"
#include "base/printable.hpp"

#include <algorithm>

namespace glacier::emulation {

namespace {

// The longest one that is registered, UPDATEREDIRECTREF, has 17 letters.
constexpr std::size_t method_length_max = 32;
constexpr std::size_t shown_max = 100;

/// First byte of a TLS record with a handshake message.
constexpr char tls_handshake_byte = 0x16;

bool is_letter_or_digit(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// `tchar` of RFC 9110.
bool is_token_char(char c) noexcept
{
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return is_letter_or_digit(c) || others.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) noexcept
{
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_graphic(char c) noexcept
{
    return c > ' ' && c <= '~';
}

/// Bytes beyond ASCII may be there, and mean nothing.
bool is_value_char(char c) noexcept
{
    auto const byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7f);
}

std::string_view trimmed(std::string_view text) noexcept
{
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string shown(std::string_view text)
{
    return base::printable(text, shown_max);
}

/// Whether a list of comma-separated words has this one.
bool list_has(std::string_view list, std::string_view word) noexcept
{
    while (true) {
        auto const comma = list.find(',');
        if (protocol::equal_names(trimmed(list.substr(0, comma)), word))
            return true;
        if (comma == std::string_view::npos)
            return false;
        list.remove_prefix(comma + 1);
    }
}

} // namespace

head_parser::progress head_parser::feed(std::string_view text)
{
    if (!has_request_line_ && text.starts_with(tls_handshake_byte))
        return refuse(400, "it is TLS, and plain HTTP is spoken here");
    // What lies beyond the limit is not looked at.
    std::string_view const allowed = text.substr(0, limits_.bytes_max);
    while (true) {
        auto const end = allowed.find('\n', seen_);
        if (end == std::string_view::npos) {
            seen_ = allowed.size();
            if (!has_request_line_ && !can_become_request_line(allowed.substr(line_begin_)))
                return refuse(400, "it does not begin with a method and a target");
            if (text.size() >= limits_.bytes_max)
                return refuse(431, "its head has more than " + std::to_string(limits_.bytes_max) + " bytes");
            return progress::incomplete;
        }
        std::string_view line = allowed.substr(line_begin_, end - line_begin_);
        line_begin_ = end + 1;
        seen_ = line_begin_;
        if (!line.ends_with('\r'))
            return refuse(400, "a line ends with LF instead of CR LF: " + shown(line));
        line.remove_suffix(1);

        bool good = true;
        if (!has_request_line_) {
            if (line.empty() && !skipped_empty_line_)
                // Some clients send a line end too many after a body.
                skipped_empty_line_ = true;
            else
                good = read_request_line(line);
        } else if (line.empty()) {
            return check_headers() ? progress::complete : progress::refused;
        } else {
            good = read_header(line);
        }
        if (!good)
            return progress::refused;
    }
}

head_parser::progress head_parser::refuse(int status, std::string reason)
{
    keep_alive_ = false;
    error_.status = status;
    error_.reason = std::move(reason);
    return progress::refused;
}

/// A client that speaks something else may wait for an answer before it sends a line end.
bool head_parser::can_become_request_line(std::string_view beginning) const noexcept
{
    if (beginning.ends_with('\r'))
        beginning.remove_suffix(1);
    auto const method = beginning.substr(0, beginning.find(' '));
    return std::all_of(method.begin(), method.end(), is_token_char) && method.size() <= method_length_max &&
           std::all_of(beginning.begin(), beginning.end(), [](char c) { return is_graphic(c) || c == ' '; });
}

bool head_parser::read_request_line(std::string_view line)
{
    auto const first = line.find(' ');
    auto const last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) {
        refuse(400, "the first line is not METHOD TARGET HTTP/1.1: " + shown(line));
        return false;
    }
    std::string_view const method = line.substr(0, first);
    if (!is_token(method) || method.size() > method_length_max) {
        refuse(400, "the method is not allowed: " + shown(method));
        return false;
    }
    head_.method = method;
    has_request_line_ = true;
    return read_version(line.substr(last + 1)) && read_target(line.substr(first + 1, last - first - 1));
}

bool head_parser::read_version(std::string_view version)
{
    auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
    bool const has_form = version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
                          version[6] == '.' && is_digit(version[7]);
    if (!has_form) {
        refuse(400, "the version is not HTTP/1.1: " + shown(version));
        return false;
    }
    if (version[5] != '1') {
        refuse(505, "HTTP/1.1 is spoken here, not " + std::string(version));
        return false;
    }
    // A later minor version is understood by those who know this one; the answer says which that is.
    is_version_1_0_ = version[7] == '0';
    // Whether an old client can keep a connection open is not worth the question.
    keep_alive_ = !is_version_1_0_;
    return true;
}

bool head_parser::read_target(std::string_view target)
{
    bool const is_clean =
        std::all_of(target.begin(), target.end(), [](char c) { return is_graphic(c) && c != '#'; });
    if (!is_clean) {
        refuse(400, "the target has characters that are not allowed: " + shown(target));
        return false;
    }
    for (std::string_view const scheme : {"http://", "https://"}) {
        if (!protocol::equal_names(target.substr(0, scheme.size()), scheme))
            continue;
        std::string_view const rest = target.substr(scheme.size());
        auto const end = std::min(rest.find_first_of("/?"), rest.size());
        target_host_ = rest.substr(0, end);
        head_.target = rest.substr(end);
        if (!head_.target.starts_with('/'))
            head_.target.insert(0, 1, '/');
        return true;
    }
    if (!target.starts_with('/') && target != "*") {
        refuse(400, "the target is neither a path nor a URL: " + shown(target));
        return false;
    }
    head_.target = target;
    return true;
}

bool head_parser::read_header(std::string_view line)
{
    if (head_.headers.size() == limits_.headers_max) {
        refuse(431, "it has more than " + std::to_string(limits_.headers_max) + " headers");
        return false;
    }
    if (line.starts_with(' ') || line.starts_with('\t')) {
        refuse(400, "a header goes on in a second line: " + shown(line));
        return false;
    }
    auto const colon = line.find(':');
    std::string_view const name = line.substr(0, colon);
    if (colon == std::string_view::npos || !is_token(name)) {
        refuse(400, "a header has no proper name: " + shown(line.substr(0, line.find(':'))));
        return false;
    }
    std::string_view const value = trimmed(line.substr(colon + 1));
    if (!std::all_of(value.begin(), value.end(), is_value_char)) {
        refuse(400, "the header " + shown(name) + " has control characters");
        return false;
    }

    bool good = true;
    if (protocol::equal_names(name, "content-length"))
        good = read_content_length(value);
    else if (protocol::equal_names(name, "transfer-encoding"))
        has_transfer_encoding_ = true;
    else if (protocol::equal_names(name, "expect"))
        good = read_expectation(value);
    else if (protocol::equal_names(name, "host"))
        good = read_host(value);
    else if (protocol::equal_names(name, "connection") && list_has(value, "close"))
        keep_alive_ = false;
    if (good)
        head_.headers.add(std::string(name), std::string(value));
    return good;
}

bool head_parser::read_content_length(std::string_view value)
{
    if (head_.content_length) {
        refuse(400, "it has Content-Length twice");
        return false;
    }
    head_.content_length = base::parse_decimal(value);
    if (!head_.content_length) {
        refuse(400, "Content-Length is not a decimal number of at most 64 bits: " + shown(value));
        return false;
    }
    return true;
}

bool head_parser::read_expectation(std::string_view value)
{
    if (is_version_1_0_)
        return true;
    if (!protocol::equal_names(value, "100-continue")) {
        refuse(417, "the only expectation that is met is 100-continue, not " + shown(value));
        return false;
    }
    waits_for_continue_ = true;
    return true;
}

bool head_parser::read_host(std::string_view value)
{
    if (host_) {
        refuse(400, "it has Host twice");
        return false;
    }
    host_ = value;
    return true;
}

bool head_parser::check_headers()
{
    if (!host_ && !is_version_1_0_) {
        refuse(400, "it has no Host");
        return false;
    }
    if (target_host_ && host_ && !protocol::equal_names(*target_host_, *host_)) {
        refuse(400, "the target is at another host than Host: " + shown(*target_host_));
        return false;
    }
    if (has_transfer_encoding_ && head_.content_length) {
        refuse(400, "it has both Content-Length and Transfer-Encoding");
        return false;
    }
    return true;
}

} // namespace glacier::emulation
