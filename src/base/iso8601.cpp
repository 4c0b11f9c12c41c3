#include "base/iso8601.hpp"

#include <array>
#include <cstdio>

namespace glacier::base {

namespace {

using std::chrono::milliseconds;

/// The calendar and clock fields of a moment.
struct civil_time {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int millisecond = 0;
};

civil_time split(timestamp time)
{
    auto const days = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day const date(days);
    auto const of_day = static_cast<int>((time - days).count());
    return {.year = static_cast<int>(date.year()),
            .month = static_cast<unsigned>(date.month()),
            .day = static_cast<unsigned>(date.day()),
            .hour = of_day / 3'600'000,
            .minute = of_day / 60'000 % 60,
            .second = of_day / 1'000 % 60,
            .millisecond = of_day % 1'000};
}

std::optional<timestamp> join(civil_time const& fields)
{
    std::chrono::year_month_day const date{std::chrono::year(fields.year), std::chrono::month(fields.month),
                                           std::chrono::day(fields.day)};
    // A leap second, :60, is accepted and counts as the second after.
    if (!date.ok() || fields.hour > 23 || fields.minute > 59 || fields.second > 60)
        return std::nullopt;
    return timestamp(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(fields.hour) +
                     std::chrono::minutes(fields.minute) + std::chrono::seconds(fields.second) +
                     milliseconds(fields.millisecond));
}

/// Takes fixed-width numbers and literal characters off the front of a text.
class scanner {
public:
    explicit scanner(std::string_view text) noexcept : rest_(text) {}

    bool number(int digits, int& value) noexcept
    {
        value = 0;
        for (int i = 0; i < digits; ++i) {
            if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9')
                return false;
            value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        return true;
    }

    bool number(int digits, unsigned& value) noexcept
    {
        int signed_value = 0;
        bool const ok = number(digits, signed_value);
        value = static_cast<unsigned>(signed_value);
        return ok;
    }

    bool literal(std::string_view text) noexcept
    {
        if (!rest_.starts_with(text))
            return false;
        rest_.remove_prefix(text.size());
        return true;
    }

    bool done() const noexcept { return rest_.empty(); }

private:
    std::string_view rest_;
};

template <class... Arguments>
std::string format(char const* pattern, Arguments... arguments)
{
    std::array<char, 64> text{};
    int const length = std::snprintf(text.data(), text.size(), pattern, arguments...);
    return std::string(text.data(), static_cast<std::size_t>(length));
}

void write_digits(std::string& text, std::size_t at, std::size_t count, unsigned value) noexcept
{
    for (std::size_t i = count; i-- > 0; value /= 10)
        text[at + i] = static_cast<char>('0' + value % 10);
}

} // namespace

std::string to_iso8601(timestamp time)
{
    civil_time const t = split(time);
    return format("%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", t.year, t.month, t.day, t.hour, t.minute, t.second,
                  t.millisecond);
}

std::string to_iso8601_seconds(timestamp time)
{
    civil_time const t = split(time);
    return format("%04d-%02u-%02uT%02d:%02d:%02dZ", t.year, t.month, t.day, t.hour, t.minute, t.second);
}

std::string to_iso8601_basic(timestamp time)
{
    // Each signature needs one, so not by format(), which costs as much as hashing a request does.
    civil_time const t = split(time);
    std::string text = "00000000T000000Z";
    write_digits(text, 0, 4, static_cast<unsigned>(t.year));
    write_digits(text, 4, 2, t.month);
    write_digits(text, 6, 2, t.day);
    write_digits(text, 9, 2, static_cast<unsigned>(t.hour));
    write_digits(text, 11, 2, static_cast<unsigned>(t.minute));
    write_digits(text, 13, 2, static_cast<unsigned>(t.second));
    return text;
}

std::optional<timestamp> parse_iso8601(std::string_view text)
{
    scanner scan(text);
    civil_time t;
    if (!scan.number(4, t.year) || !scan.literal("-") || !scan.number(2, t.month) || !scan.literal("-") ||
        !scan.number(2, t.day) || !scan.literal("T") || !scan.number(2, t.hour) || !scan.literal(":") ||
        !scan.number(2, t.minute) || !scan.literal(":") || !scan.number(2, t.second))
        return std::nullopt;
    if (scan.literal(".")) {
        int digit = 0;
        int scale = 100;
        int digits = 0;
        while (digits < 9 && scan.number(1, digit)) {
            t.millisecond += digit * scale;
            scale /= 10;
            ++digits;
        }
    }
    if (!scan.literal("Z") && !scan.literal("+00:00"))
        return std::nullopt;
    if (!scan.done())
        return std::nullopt;
    return join(t);
}

std::optional<timestamp> parse_iso8601_basic(std::string_view text)
{
    scanner scan(text);
    civil_time t;
    if (!scan.number(4, t.year) || !scan.number(2, t.month) || !scan.number(2, t.day) || !scan.literal("T") ||
        !scan.number(2, t.hour) || !scan.number(2, t.minute) || !scan.number(2, t.second) ||
        !scan.literal("Z") || !scan.done())
        return std::nullopt;
    return join(t);
}

} // namespace glacier::base
