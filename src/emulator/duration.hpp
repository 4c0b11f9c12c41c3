#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace glacier::emulation {

/// Reads a whole number and its unit: `250ms`, `90s`, `15min`, `4h`, `2d`; up to 100 years.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;

/// Writes it in the greatest unit of which it is a multiple.
std::string to_string(std::chrono::milliseconds duration);

} // namespace glacier::emulation
