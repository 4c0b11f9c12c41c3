#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace glacier::base {

/// RFC 4648, with padding and without line breaks.
std::string to_base64(std::string_view bytes);

/// Nothing for any other form.
std::optional<std::string> parse_base64(std::string_view text);

} // namespace glacier::base
