#include "cli/text.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace glacier::cli {

namespace {

/// Terminals obey the second group, C1, as much as the first.
bool is_control(std::uint32_t code_point) noexcept
{
    return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
}

bool is_plain_in_shell(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./:,+@%=").find(c) != std::string_view::npos;
}

} // namespace

std::string one_line(std::string_view text)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string line;
    while (!text.empty()) {
        base::utf8_character const next = base::first_utf8_character(text);
        std::size_t const length = std::max<std::size_t>(next.length, 1);
        if (next.length > 0 && !is_control(next.code_point)) {
            line += text.substr(0, length);
        } else {
            for (char const c : text.substr(0, length)) {
                auto const value = static_cast<unsigned char>(c);
                line += "\\x";
                line += digits[value >> 4U];
                line += digits[value & 15U];
            }
        }
        text.remove_prefix(length);
    }
    return line;
}

std::string valid_utf8(std::string_view text)
{
    return base::valid_utf8(text);
}

std::string shell_word(std::string_view text)
{
    if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain_in_shell))
        return std::string(text);
    std::string quoted = "'";
    for (char const c : text) {
        if (c == '\'')
            quoted += "'\\''";
        else
            quoted += c;
    }
    return quoted + "'";
}

} // namespace glacier::cli
