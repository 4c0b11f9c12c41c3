#include "plan/proxy_bypass.hpp"

#include "base/decimal.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>

namespace glacier::plan {

namespace {

/// An IPv6 address, or an IPv4 address as the IPv6 address that it is mapped to.
using address = std::array<unsigned char, 16>;

constexpr std::uint64_t mapped_bits = 96;

struct network {
    address first{};
    std::uint64_t bits = 128;
};

bool is_v4(std::string_view text) noexcept
{
    return text.find(':') == std::string_view::npos;
}

std::optional<address> parse_address(std::string_view text)
{
    std::string const copy(text);
    address parsed{};
    if (is_v4(text)) {
        parsed[10] = parsed[11] = 0xff;
        if (::inet_pton(AF_INET, copy.c_str(), parsed.data() + 12) == 1)
            return parsed;
    } else if (::inet_pton(AF_INET6, copy.c_str(), parsed.data()) == 1) {
        return parsed;
    }
    return std::nullopt;
}

/// `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`.
std::optional<network> parse_network(std::string_view text)
{
    auto const slash = text.find('/');
    auto const first = parse_address(text.substr(0, slash));
    if (!first)
        return std::nullopt;
    network parsed;
    parsed.first = *first;
    if (slash == std::string_view::npos)
        return parsed;
    auto const bits = base::parse_decimal(text.substr(slash + 1));
    std::uint64_t const before = is_v4(text) ? mapped_bits : 0;
    if (!bits || *bits > 128 - before)
        return std::nullopt;
    parsed.bits = before + *bits;
    return parsed;
}

bool contains(network const& range, address const& candidate) noexcept
{
    for (std::uint64_t bit = 0; bit < range.bits; ++bit) {
        auto const mask = static_cast<unsigned char>(0x80U >> (bit % 8));
        if (((range.first[bit / 8] ^ candidate[bit / 8]) & mask) != 0)
            return false;
    }
    return true;
}

bool is_of_the_link(address const& candidate)
{
    return std::ranges::any_of(std::array{"169.254.0.0/16", "fe80::/10", "fd00:ec2::/32"},
                               [&](char const* range) { return contains(*parse_network(range), candidate); });
}

std::string_view trim(std::string_view text) noexcept
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

std::string to_lower(std::string_view text)
{
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

/// Takes `:PORT` off an entry, and the brackets that go with it. False if the entry is for another port.
bool take_port(std::string_view& entry, std::uint16_t port)
{
    std::string_view rest;
    if (entry.starts_with('[')) {
        auto const close = entry.find(']');
        if (close == std::string_view::npos)
            return false;
        rest = entry.substr(close + 1);
        entry = entry.substr(1, close - 1);
    } else if (std::ranges::count(entry, ':') == 1) {
        auto const colon = entry.find(':');
        rest = entry.substr(colon);
        entry = entry.substr(0, colon);
    }
    if (rest.empty())
        return true;
    return rest.starts_with(':') && base::parse_decimal(rest.substr(1)) == std::uint64_t(port);
}

bool matches(std::string_view entry, std::string_view host, std::optional<address> const& numeric,
             std::uint16_t port)
{
    if (entry == "*")
        return true;
    if (!take_port(entry, port))
        return false;
    if (numeric) {
        auto const range = parse_network(entry);
        return range && contains(*range, *numeric);
    }
    if (entry.starts_with("*."))
        entry.remove_prefix(1);
    if (entry.starts_with('.'))
        entry.remove_prefix(1);
    if (entry.ends_with('.'))
        entry.remove_suffix(1);
    std::string const name = to_lower(entry);
    return !name.empty() && (host == name || host.ends_with("." + name));
}

} // namespace

bool bypasses_proxy(std::string_view list, std::string_view host, std::uint16_t port)
{
    auto const numeric = parse_address(host);
    if (numeric && is_of_the_link(*numeric))
        return true;
    if (host.ends_with('.'))
        host.remove_suffix(1);
    while (!list.empty()) {
        auto const comma = std::min(list.find(','), list.size());
        std::string_view const entry = trim(list.substr(0, comma));
        if (!entry.empty() && matches(entry, host, numeric, port))
            return true;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

} // namespace glacier::plan
