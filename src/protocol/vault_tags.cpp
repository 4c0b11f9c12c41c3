#include <glacier/vault_tags.hpp>

#include "base/utf8.hpp"

#include <algorithm>

namespace glacier {

namespace {

/// Which characters beyond ASCII are letters is the service's to judge.
bool may_be_in_tag(char c) noexcept
{
    bool const letter_or_digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    bool const beyond_ascii = static_cast<unsigned char>(c) >= 0x80;
    return letter_or_digit || beyond_ascii || std::string_view(" _.:/=+-@").find(c) != std::string_view::npos;
}

bool is_tag_text(std::string_view text, std::size_t least, std::size_t most) noexcept
{
    auto const characters = base::count_utf8_characters(text);
    return characters && *characters >= least && *characters <= most &&
           std::all_of(text.begin(), text.end(), may_be_in_tag);
}

/// Keys that AWS keeps for itself.
bool is_reserved(std::string_view key) noexcept
{
    constexpr std::string_view prefix = "aws:";
    return key.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), key.begin(), [](char expected, char c) {
               return expected == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
           });
}

} // namespace

bool tag_key_rule::allows(std::string_view text) noexcept
{
    return is_tag_text(text, 1, 128) && !is_reserved(text);
}

bool tag_value_rule::allows(std::string_view text) noexcept
{
    return is_tag_text(text, 0, 255);
}

} // namespace glacier
