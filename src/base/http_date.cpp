#include "base/http_date.hpp"

#include "base/decimal.hpp"

#include <algorithm>
#include <array>

namespace glacier::base {

namespace {

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Where digits stand; everything else is punctuation, or a name.
constexpr std::string_view form = "Mon, 23 Nov 2026 03:53:43 GMT";

bool has_punctuation(std::string_view text) noexcept
{
    for (std::size_t const at : {3U, 4U, 7U, 11U, 16U, 19U, 22U, 25U, 26U, 27U, 28U})
        if (text[at] != form[at])
            return false;
    return true;
}

} // namespace

std::optional<timestamp> parse_http_date(std::string_view text)
{
    if (text.size() != form.size() || !has_punctuation(text))
        return std::nullopt;
    auto const month = std::find(months.begin(), months.end(), text.substr(8, 3));
    auto const day = parse_decimal(text.substr(5, 2));
    auto const year = parse_decimal(text.substr(12, 4));
    auto const hour = parse_decimal(text.substr(17, 2));
    auto const minute = parse_decimal(text.substr(20, 2));
    auto const second = parse_decimal(text.substr(23, 2));
    if (month == months.end() || !day || !year || !hour || !minute || !second)
        return std::nullopt;
    std::chrono::year_month_day const date{
        std::chrono::year(static_cast<int>(*year)),
        std::chrono::month(static_cast<unsigned>(month - months.begin()) + 1),
        std::chrono::day(static_cast<unsigned>(*day))};
    // A leap second, :60, counts as the second after.
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60)
        return std::nullopt;
    return timestamp(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(*hour) +
                     std::chrono::minutes(*minute) + std::chrono::seconds(*second));
}

} // namespace glacier::base
