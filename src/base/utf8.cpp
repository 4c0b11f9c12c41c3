#include "base/utf8.hpp"

#include <algorithm>

namespace glacier::base {

utf8_character first_utf8_character(std::string_view text) noexcept
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

std::optional<std::size_t> count_utf8_characters(std::string_view text) noexcept
{
    std::size_t count = 0;
    for (; !text.empty(); ++count) {
        std::size_t const length = first_utf8_character(text).length;
        if (length == 0)
            return std::nullopt;
        text.remove_prefix(length);
    }
    return count;
}

std::string valid_utf8(std::string_view text)
{
    std::string valid;
    while (!text.empty()) {
        std::size_t const length = first_utf8_character(text).length;
        if (length == 0)
            valid += "\xef\xbf\xbd";
        else
            valid += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return valid;
}

} // namespace glacier::base
