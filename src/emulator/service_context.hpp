#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "emulator/errors.hpp"
#include "emulator/store.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace glacier::emulation {

/// What the services of an account in a region go by.
struct service_options {
    std::string account = "123456789012";
    std::string region = "us-east-1";
    /// Replaces the delay of every tier and of inventory jobs.
    std::optional<std::chrono::milliseconds> job_delay;
    /// How often inventories are taken; zero keeps them current always.
    std::chrono::milliseconds inventory_period = std::chrono::hours(24);
    /// How long an upload is kept after it was last used.
    std::chrono::milliseconds upload_life = std::chrono::hours(24);
    /// How long a job and its output are kept after its completion.
    std::chrono::milliseconds job_output_life = std::chrono::hours(24);
    /// The service's documentation says 10 at one place, and at another, younger one 50.
    std::size_t tags_per_vault_max = 50;
    /// URLs to which the notifications of a topic go; `*` stands for all topics that have none of their own.
    std::map<std::string, std::string> webhooks;
};

/// What every service works with.
struct service_context {
    store& data;
    /// Virtual time.
    base::clock const& clock;
    base::random_source& random;
    service_options const& options;
};

/// `arn:aws:glacier:us-east-1:123456789012:vaults/NAME`.
std::string vault_arn(service_options const& options, std::string_view vault);

/// `/123456789012/vaults/NAME`.
std::string vault_path(service_options const& options, std::string_view vault);

/// The vault, or the answer that there is none.
service_result<vault_record> require_vault(service_context& context, transaction& view,
                                           std::string_view name);

/// Items of a page: what was asked for, within 1 to `most`; an error for 0.
service_result<std::size_t> page_size(std::optional<std::uint32_t> limit, std::size_t most);

/// The URL for a topic; null if there is none.
std::string const* webhook_of(service_options const& options, std::string const& topic);

/// Removes what has expired.
void sweep(service_context& context);

} // namespace glacier::emulation
