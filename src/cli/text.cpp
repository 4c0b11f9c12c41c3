#include "cli/text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace glacier::cli {

namespace {

/// One character at the beginning of a text.
struct character {
    /// Its bytes; 0 if the text does not begin with well-formed UTF-8.
    std::size_t length = 0;
    std::uint32_t code_point = 0;
};

character first_character(std::string_view text) noexcept
{
    auto const lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80)
        return {1, lead};
    std::size_t const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length)
        return {};

    std::uint32_t code_point = lead & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        auto const next = static_cast<unsigned char>(text[i]);
        if ((next & 0xc0U) != 0x80)
            return {};
        code_point = (code_point << 6U) | (next & 0x3fU);
    }
    // The same code point in more bytes than it needs, halves of UTF-16 pairs, and what lies beyond Unicode.
    bool const too_long = (length == 3 && code_point < 0x800) || (length == 4 && code_point < 0x10000);
    if (too_long || (code_point >= 0xd800 && code_point <= 0xdfff) || code_point > 0x10ffff)
        return {};
    return {length, code_point};
}

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
        character const next = first_character(text);
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
    std::string valid;
    while (!text.empty()) {
        std::size_t const length = first_character(text).length;
        if (length == 0)
            valid += "\xef\xbf\xbd";
        else
            valid += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return valid;
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
