#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace glacier::base {

/// Reads a whole decimal number: digits only, no sign, no space, within 64 bits.
inline std::optional<std::uint64_t> parse_decimal(std::string_view text) noexcept
{
    std::uint64_t value = 0;
    auto const parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
        return std::nullopt;
    return value;
}

} // namespace glacier::base
