#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace glacier::base {

/// The text cut to `length_max` characters, with everything but printable ASCII shown as `\xNN`: safe to
/// put into a message or on a terminal.
std::string printable(std::string_view text, std::size_t length_max);

} // namespace glacier::base
