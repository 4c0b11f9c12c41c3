#include "emulator/inventory_schedule.hpp"

namespace glacier::emulation {

void take_due_inventory(vault_holdings& vault, std::chrono::milliseconds period, timestamp now)
{
    if (period <= std::chrono::milliseconds::zero()) {
        vault.inventory = vault_inventory{vault.changed.value_or(vault.created), vault.archives, vault.bytes};
        return;
    }
    if (!vault.changed || (vault.inventory && vault.inventory->date > *vault.changed))
        return;
    timestamp const due = vault.created + ((*vault.changed - vault.created) / period + 1) * period;
    if (due <= now)
        vault.inventory = vault_inventory{due, vault.archives, vault.bytes};
}

timestamp inventory_moment(vault_inventory const& inventory, std::chrono::milliseconds period, timestamp now)
{
    return period <= std::chrono::milliseconds::zero() ? now + std::chrono::milliseconds(1) : inventory.date;
}

} // namespace glacier::emulation
