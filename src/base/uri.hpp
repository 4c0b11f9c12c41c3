#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace glacier::base {

/// Percent-encodes all but the unreserved characters of RFC 3986 (letters, digits, `-` `.` `_` `~`).
std::string encode_uri_component(std::string_view text);

/// The same, but leaves `/` as it is: for whole paths.
std::string encode_uri_path(std::string_view path);

/// Undoes percent-encoding; nothing for a `%` without two hexadecimal digits. `+` stays `+`.
std::optional<std::string> decode_uri_component(std::string_view text);

/// Removes dot segments and empty segments from an absolute path; keeps a trailing `/`.
std::string normalize_path(std::string_view path);

} // namespace glacier::base
