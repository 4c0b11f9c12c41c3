#pragma once

#include <glacier/timestamp.hpp>

#include <optional>
#include <string_view>

namespace glacier::base {

/// Reads `Mon, 23 Nov 2026 03:53:43 GMT`, the one form that HTTP allows to be written. The day of the week is not
/// compared with the date.
std::optional<timestamp> parse_http_date(std::string_view text);

} // namespace glacier::base
