#pragma once

#include <glacier/part_size.hpp>
#include <glacier/transfer_limits.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace glacier::cli {

/// What uploads and downloads can be told alike, as it was given.
struct transfer_options {
    std::optional<std::string> concurrency;
    std::optional<std::string> limit_rate;
    std::optional<std::string> memory;
    std::optional<std::string> state_file;
    bool no_resume = false;
    bool restart = false;
};

// Each throws failure(usage) with the option, the value and the rule.

/// Parts or ranges at once.
std::size_t concurrency_of(transfer_options const& options);

/// Bytes a second; zero: no limit.
std::uint64_t rate_of(transfer_options const& options);

/// Looks at all values, before anything is done.
void check_values(transfer_options const& options);

/// The size of parts or ranges that an option gives.
part_size parse_part_size(std::string const& option, std::string const& text);

/// --memory, and the library's own limit if it was not given.
void set_memory(transfer_settings& settings, transfer_options const& options);

} // namespace glacier::cli
