#include "protocol/retry_after.hpp"

#include "base/decimal.hpp"
#include "base/http_date.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace glacier::protocol {

namespace {

using std::chrono::milliseconds;

/// A number of milliseconds or of seconds, which may have any size.
milliseconds believed(std::uint64_t count, std::uint64_t unit) noexcept
{
    auto const max = static_cast<std::uint64_t>(retry_after_max.count());
    return milliseconds(static_cast<std::int64_t>(std::min(count, max / unit) * unit));
}

} // namespace

std::optional<milliseconds> retry_after_of(http_headers const& headers, timestamp now)
{
    if (auto const count = base::parse_decimal(headers.get("x-amz-retry-after")))
        return believed(*count, 1);
    std::string_view const text = headers.get("retry-after");
    if (auto const count = base::parse_decimal(text))
        return believed(*count, 1'000);
    if (auto const date = base::parse_http_date(text)) {
        milliseconds const wait = *date - base::parse_http_date(headers.get("date")).value_or(now);
        return std::clamp(wait, milliseconds(0), retry_after_max);
    }
    return std::nullopt;
}

} // namespace glacier::protocol
