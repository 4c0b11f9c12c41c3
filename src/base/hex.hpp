#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace glacier::base {

/// Lower-case hexadecimal text of the bytes.
std::string to_hex(std::span<std::byte const> bytes);

/// Fills `bytes` from exactly twice as many hexadecimal digits; upper and lower case are accepted.
bool from_hex(std::string_view text, std::span<std::byte> bytes) noexcept;

} // namespace glacier::base
