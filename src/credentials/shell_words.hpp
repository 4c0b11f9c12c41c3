#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace glacier::credentials_sources {

/// Splits a text as a POSIX shell does: words between blanks, with '...', "..." and \. Nothing is expanded. No value
/// for a quotation that does not end, or a backslash at the end.
std::optional<std::vector<std::string>> split_words(std::string_view text);

} // namespace glacier::credentials_sources
