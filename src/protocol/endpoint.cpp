#include "protocol/endpoint.hpp"

#include "base/decimal.hpp"

#include <algorithm>
#include <utility>

namespace glacier::protocol {

namespace {

bool is_host_character(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
}

bool is_ipv6_character(char c) noexcept
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

bool is_hex_digit(char c) noexcept
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_path_character(char c) noexcept
{
    return is_host_character(c) || c == '/' || c == '~' || c == '%';
}

/// The path without `/` at its end and with one `/` for each run of them.
result<std::string> parse_path_prefix(std::string_view path)
{
    if (!std::all_of(path.begin(), path.end(), is_path_character))
        return error_code(errc::invalid_endpoint);
    for (auto percent = path.find('%'); percent != std::string_view::npos;
         percent = path.find('%', percent + 1))
        if (percent + 2 >= path.size() || !is_hex_digit(path[percent + 1]) ||
            !is_hex_digit(path[percent + 2]))
            return error_code(errc::invalid_endpoint);
    std::string prefix;
    while (!path.empty()) {
        path.remove_prefix(1);
        std::string_view const segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        if (segment == "." || segment == "..")
            return error_code(errc::invalid_endpoint);
        if (!segment.empty())
            prefix += "/" + std::string(segment);
    }
    return prefix;
}

} // namespace

std::string endpoint::host_header() const
{
    std::string header = host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (port != (tls ? 443 : 80))
        header += ":" + std::to_string(port);
    return header;
}

std::string endpoint::str() const
{
    std::string const bracketed = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return (tls ? "https://" : "http://") + bracketed + ":" + std::to_string(port);
}

result<endpoint> parse_endpoint(std::string_view url)
{
    endpoint parsed;
    if (url.starts_with("https://")) {
        url.remove_prefix(8);
    } else if (url.starts_with("http://")) {
        url.remove_prefix(7);
        parsed.tls = false;
        parsed.port = 80;
    } else {
        return error_code(errc::invalid_endpoint);
    }

    auto const slash = std::min(url.find('/'), url.size());
    std::string_view authority = url.substr(0, slash);
    auto prefix = parse_path_prefix(url.substr(slash));
    if (!prefix)
        return prefix.error();
    parsed.path_prefix = std::move(*prefix);

    std::string_view host = authority;
    std::string_view port;
    if (authority.starts_with('[')) {
        auto const close = authority.find(']');
        if (close == std::string_view::npos)
            return error_code(errc::invalid_endpoint);
        host = authority.substr(1, close - 1);
        std::string_view const rest = authority.substr(close + 1);
        if (!rest.empty() && !rest.starts_with(':'))
            return error_code(errc::invalid_endpoint);
        port = rest.empty() ? rest : rest.substr(1);
        if (host.find(':') == std::string_view::npos ||
            !std::all_of(host.begin(), host.end(), is_ipv6_character))
            return error_code(errc::invalid_endpoint);
    } else {
        auto const colon = authority.find(':');
        host = authority.substr(0, colon);
        port = colon == std::string_view::npos ? std::string_view() : authority.substr(colon + 1);
        if (!std::all_of(host.begin(), host.end(), is_host_character))
            return error_code(errc::invalid_endpoint);
    }
    if (host.empty() || host.size() > 253)
        return error_code(errc::invalid_endpoint);
    parsed.host = host;
    std::transform(parsed.host.begin(), parsed.host.end(), parsed.host.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });

    if (!port.empty()) {
        auto const number = base::parse_decimal(port);
        if (!number || *number == 0 || *number > 65'535)
            return error_code(errc::invalid_endpoint);
        parsed.port = static_cast<std::uint16_t>(*number);
    }
    return parsed;
}

} // namespace glacier::protocol
