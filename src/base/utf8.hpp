#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace glacier::base {

/// One character at the beginning of a text.
struct utf8_character {
    /// Its bytes; 0 if the text does not begin with valid UTF-8.
    std::size_t length = 0;
    std::uint32_t code_point = 0;
};

/// The first character of a text that is not empty. Overlong forms and surrogates are not valid.
utf8_character first_utf8_character(std::string_view text) noexcept;

/// Characters of a text in UTF-8. Nothing if it is no valid UTF-8: overlong forms and surrogates are not.
std::optional<std::size_t> count_utf8_characters(std::string_view text) noexcept;

/// The text with each byte that is not UTF-8 replaced by U+FFFD, as JSON wants it.
std::string valid_utf8(std::string_view text);

} // namespace glacier::base
