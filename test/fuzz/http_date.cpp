// Dates and times to wait of any bytes: a date is the one that the text says, and no wait is longer than one that is
// believed.
//
// The lines of the input are the headers Date, Retry-After and x-amz-retry-after.

#include "base/http_date.hpp"

#include "base/decimal.hpp"
#include "base/iso8601.hpp"
#include "fuzz/property.hpp"
#include "protocol/retry_after.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace {

using namespace glacier;
using fuzz::require;

std::string http_date_of(timestamp time)
{
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::string const iso = base::to_iso8601_seconds(time);
    auto const month = base::parse_decimal(std::string_view(iso).substr(5, 2)).value();
    return "Mon, " + iso.substr(8, 2) + " " + months.at(month - 1) + " " + iso.substr(0, 4) + " " +
           iso.substr(11, 8) + " GMT";
}

void check_date(std::string_view text)
{
    auto const date = base::parse_http_date(text);
    if (!date)
        return;
    // A leap second is written as the second after it, which may be in another year.
    if (text.substr(23, 2) == "60") {
        std::string const before = std::string(text.substr(0, 23)) + "59" + std::string(text.substr(25));
        require(base::parse_http_date(before) == *date - std::chrono::seconds(1));
        return;
    }
    std::string const again = http_date_of(*date);
    require(again.substr(3) == text.substr(3));
    require(base::parse_iso8601(base::to_iso8601(*date)) == *date);
}

void check_iso8601(std::string_view text)
{
    auto const time = base::parse_iso8601(text);
    if (!time)
        return;
    if (text.substr(17, 2) == "60")
        return;
    require(base::to_iso8601_seconds(*time).substr(0, 19) == text.substr(0, 19));
    require(base::parse_iso8601(base::to_iso8601(*time)) == *time);
    require(base::parse_iso8601_basic(base::to_iso8601_basic(*time)) ==
            std::chrono::floor<std::chrono::seconds>(*time));
}

void check_retry_after(std::string_view date, std::string_view wait, std::string_view milliseconds)
{
    protocol::http_headers headers;
    headers.add("date", std::string(date));
    headers.add("retry-after", std::string(wait));
    timestamp const now(std::chrono::hours(500'000));
    auto const without = protocol::retry_after_of(headers, now);
    headers.add("x-amz-retry-after", std::string(milliseconds));
    auto const found = protocol::retry_after_of(headers, now);
    for (auto const& each : {without, found})
        require(!each || (each->count() >= 0 && *each <= protocol::retry_after_max));
    auto const count = base::parse_decimal(milliseconds);
    std::uint64_t const max = protocol::retry_after_max.count();
    require(count ? found == std::chrono::milliseconds(std::min(*count, max)) : found == without);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view rest = fuzz::text_of(data, size);
    std::string_view const date = fuzz::take_line(rest);
    std::string_view const wait = fuzz::take_line(rest);
    for (std::string_view const each : {date, wait, rest}) {
        check_date(each);
        check_iso8601(each);
    }
    check_retry_after(date, wait, rest);
    return 0;
}
