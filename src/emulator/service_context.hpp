#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "emulator/errors.hpp"
#include "emulator/store.hpp"

#include <glacier/inferred_behaviour.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
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
    /// Whether explicit denials of access policies are refused.
    bool enforce_access_policies = false;
    /// What the data retrieval policy FreeTier allows within 24 hours.
    std::uint64_t free_tier_bytes_per_day = 357'913'941;
    inferred_behaviour inferred;
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

/// The page of a list that a request asks for.
struct page {
    /// Items that it may have. None only with inferred_behaviour::short_pages.
    std::size_t size = 0;
    /// The marker of the item after which it begins; empty: at the first one.
    std::string after;

    /// The marker of the next page, if this one has no item to be named by it.
    std::string next_without_items() const;
};

/// Reads limit and marker: as many items as asked for, within 1 to `most`; an error for 0.
service_result<page> page_of(service_context const& context, std::optional<std::uint32_t> limit,
                             std::optional<std::string> const& marker, std::size_t most);

/// The URL for a topic; null if there is none.
std::string const* webhook_of(service_options const& options, std::string const& topic);

/// Removes what has expired.
void sweep(service_context& context);

} // namespace glacier::emulation
