#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace glacier::base {

/// Characters of a text in UTF-8. Nothing if it is no valid UTF-8: overlong forms and surrogates are not.
std::optional<std::size_t> count_utf8_characters(std::string_view text) noexcept;

} // namespace glacier::base
