#pragma once

#include "protocol/http_message.hpp"

#include <glacier/timestamp.hpp>

#include <chrono>
#include <optional>

namespace glacier::protocol {

/// The longest wait that is believed.
inline constexpr std::chrono::milliseconds retry_after_max = std::chrono::hours(24);

/**
 * How long the answer asks to wait before another request: `x-amz-retry-after` in milliseconds, or else
 * `Retry-After`, which is in seconds or a date. At least nothing, at most retry_after_max; nothing for what is
 * neither.
 *
 * `now`: for a date, if the answer does not say itself what time it is.
 */
std::optional<std::chrono::milliseconds> retry_after_of(http_headers const& headers, timestamp now);

} // namespace glacier::protocol
