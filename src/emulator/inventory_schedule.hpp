#pragma once

#include <glacier/timestamp.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace glacier::emulation {

/// What a vault held when its last inventory was taken.
struct vault_inventory {
    timestamp date;
    std::uint64_t archives = 0;
    std::uint64_t bytes = 0;
};

/// How much is in a vault: now, and as the last inventory that was written down says.
struct vault_holdings {
    timestamp created;
    /// When an archive was last added or deleted.
    std::optional<timestamp> changed;
    std::uint64_t archives = 0;
    std::uint64_t bytes = 0;
    std::optional<vault_inventory> inventory;
};

/**
 * Takes the inventory that is due at `now`.
 *
 * An inventory is taken at the first multiple of `period` after the vault's creation that follows a change,
 * and holds what was there before that moment. A period of zero keeps the inventory current always.
 *
 * Must be called before every change, so that what an inventory counts is what was there when it was due.
 */
void take_due_inventory(vault_holdings& vault, std::chrono::milliseconds period, timestamp now);

/// Archives created before this moment, and not deleted before it, are in the vault's inventory.
timestamp inventory_moment(vault_inventory const& inventory, std::chrono::milliseconds period, timestamp now);

} // namespace glacier::emulation
