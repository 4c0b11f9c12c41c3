#pragma once

#include <string>
#include <string_view>

namespace glacier::crypto {

/// SHA-1 in lower-case hexadecimal. Names files only: it protects nothing.
std::string sha1_hex(std::string_view text);

} // namespace glacier::crypto
