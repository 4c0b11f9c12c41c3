#pragma once

#include <string>
#include <string_view>

namespace glacier::cli {

/// The text as one line that is safe to show: control characters and what is not UTF-8 become `\xNN`.
std::string one_line(std::string_view text);

/// The text with what is not UTF-8 replaced by U+FFFD, as JSON wants it. Names of files may be any bytes.
std::string valid_utf8(std::string_view text);

/// The text as one word of a shell's command line, quoted if it must be.
std::string shell_word(std::string_view text);

} // namespace glacier::cli
