#pragma once

#include <glacier/timestamp.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace glacier::base {

/// `2013-03-20T17:03:43.221Z`, the form of the service's answers. Years 1 to 9999.
std::string to_iso8601(timestamp time);

/// `2013-03-20T17:03:43Z`, the form of the service's filter dates.
std::string to_iso8601_seconds(timestamp time);

/// `20130320T170343Z`, the form that signatures use.
std::string to_iso8601_basic(timestamp time);

/// Reads any of these: 0 to 9 fractional digits (cut to milliseconds), `Z` or `+00:00`.
std::optional<timestamp> parse_iso8601(std::string_view text);

/// Reads `20130320T170343Z`.
std::optional<timestamp> parse_iso8601_basic(std::string_view text);

} // namespace glacier::base
