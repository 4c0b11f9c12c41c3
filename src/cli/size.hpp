#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace glacier::cli {

/// Parts or ranges that a transfer may have on their way at once.
inline constexpr std::size_t concurrency_max = 1'000;

/// Reads `16777216`, `16384KiB`, `16MiB` or `1GiB`; nothing for any other form or above 64 bits.
std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;

/// `512 bytes`, `16.0 MiB`, `1.5 TiB`.
std::string size_text(std::uint64_t bytes);

/// Reads the number that was given to an option. Throws failure(usage), which names all three, unless it
/// lies between the two bounds.
std::size_t parse_count(std::string_view option, std::string_view text, std::size_t min, std::size_t max);

/// The same for a number of bytes in one of the forms that parse_size() reads.
std::uint64_t parse_bytes(std::string_view option, std::string_view text, std::uint64_t min,
                          std::uint64_t max);

/// `1 part`, `44 parts`.
std::string count_text(std::uint64_t count, std::string_view what);

} // namespace glacier::cli
