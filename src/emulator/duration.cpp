#include "emulator/duration.hpp"

#include "base/decimal.hpp"

#include <algorithm>
#include <array>

namespace glacier::emulation {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds duration_max = std::chrono::days(36'525);

struct unit {
    std::string_view name;
    milliseconds size;
};

// From the greatest to the smallest.
constexpr std::array units{
    unit{"d", std::chrono::days(1)},      unit{"h", std::chrono::hours(1)},
    unit{"min", std::chrono::minutes(1)}, unit{"s", std::chrono::seconds(1)},
    unit{"ms", milliseconds(1)},
};

} // namespace

std::optional<milliseconds> parse_duration(std::string_view text) noexcept
{
    auto const end_of_number = std::min(text.find_first_not_of("0123456789"), text.size());
    auto const number = base::parse_decimal(text.substr(0, end_of_number));
    std::string_view const name = text.substr(end_of_number);
    auto const* const found =
        std::find_if(units.begin(), units.end(), [name](unit const& known) { return known.name == name; });
    if (!number || found == units.end() || *number > static_cast<std::uint64_t>(duration_max / found->size))
        return std::nullopt;
    return static_cast<std::int64_t>(*number) * found->size;
}

std::string to_string(milliseconds duration)
{
    auto const* const found = std::find_if(units.begin(), units.end(), [duration](unit const& known) {
        return duration % known.size == milliseconds::zero() && duration >= known.size;
    });
    if (found == units.end())
        return std::to_string(duration.count()) + "ms";
    return std::to_string(duration / found->size) + std::string(found->name);
}

} // namespace glacier::emulation
