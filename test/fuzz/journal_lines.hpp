#pragma once

#include "crypto/sha256.hpp"
#include "fuzz/property.hpp"

#include <string>
#include <string_view>

namespace glacier::fuzz {

/// Lines of a state file with the checksums that no mutation would ever guess. What follows the last line end stays as
/// it is: a line that was cut off.
inline std::string with_checksums(std::string_view lines)
{
    constexpr std::size_t checksum_digits = 16;
    std::string content;
    while (lines.find('\n') != std::string_view::npos) {
        std::string_view const line = take_line(lines);
        content += crypto::sha256_of(line).hex().substr(0, checksum_digits);
        content += ' ';
        content += line;
        content += '\n';
    }
    content += lines;
    return content;
}

} // namespace glacier::fuzz
