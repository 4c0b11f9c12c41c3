#include "cli/size.hpp"

#include "base/decimal.hpp"
#include "cli/exit_code.hpp"

#include <array>
#include <cstdio>
#include <limits>

namespace glacier::cli {

namespace {

struct unit {
    std::string_view name;
    std::uint64_t bytes;
};

constexpr std::array units{
    unit{"KiB", std::uint64_t(1) << 10U}, unit{"MiB", std::uint64_t(1) << 20U},
    unit{"GiB", std::uint64_t(1) << 30U}, unit{"TiB", std::uint64_t(1) << 40U},
    unit{"PiB", std::uint64_t(1) << 50U},
};

/// The units that an option takes.
constexpr std::size_t units_of_options = 3;

} // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept
{
    std::uint64_t factor = 1;
    for (std::size_t i = 0; i < units_of_options; ++i) {
        if (text.ends_with(units[i].name)) {
            factor = units[i].bytes;
            text.remove_suffix(units[i].name.size());
            break;
        }
    }
    auto const number = base::parse_decimal(text);
    if (!number || *number > std::numeric_limits<std::uint64_t>::max() / factor)
        return std::nullopt;
    return *number * factor;
}

std::string size_text(std::uint64_t bytes)
{
    if (bytes < units.front().bytes)
        return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
    std::size_t chosen = 0;
    while (chosen + 1 < units.size() && bytes >= units[chosen + 1].bytes)
        ++chosen;
    std::array<char, 32> number{};
    std::snprintf(number.data(), number.size(), "%.1f ",
                  static_cast<double>(bytes) / static_cast<double>(units[chosen].bytes));
    return std::string(number.data()).append(units[chosen].name);
}

std::size_t parse_count(std::string_view option, std::string_view text, std::size_t min, std::size_t max)
{
    auto const number = base::parse_decimal(text);
    if (!number || *number < min || *number > max)
        throw failure(exit_code::usage, std::string(option) + " \"" + std::string(text) +
                                            "\": a number from " + std::to_string(min) + " to " +
                                            std::to_string(max));
    return static_cast<std::size_t>(*number);
}

std::uint64_t parse_bytes(std::string_view option, std::string_view text, std::uint64_t min,
                          std::uint64_t max)
{
    auto const bytes = parse_size(text);
    if (!bytes || *bytes < min || *bytes > max)
        throw failure(exit_code::usage, std::string(option) + " \"" + std::string(text) + "\": a size from " +
                                            size_text(min) + " to " + size_text(max) +
                                            ", in bytes or with KiB, MiB or GiB");
    return *bytes;
}

std::string count_text(std::uint64_t count, std::string_view what)
{
    return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

} // namespace glacier::cli
