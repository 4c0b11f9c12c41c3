#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace glacier::fuzz {

/// Ends the program, which the fuzzer takes for a finding.
inline void require(bool holds)
{
    if (!holds)
        std::abort();
}

inline bool is_printable(std::string_view text) noexcept
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

inline bool is_visible(std::string_view text) noexcept
{
    return is_printable(text) && text.find(' ') == std::string_view::npos;
}

inline std::string_view text_of(std::uint8_t const* data, std::size_t size) noexcept
{
    return {reinterpret_cast<char const*>(data), size};
}

/// The text before the next line end, both of which the rest loses.
inline std::string_view take_line(std::string_view& rest) noexcept
{
    std::string_view const line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    return line;
}

} // namespace glacier::fuzz
