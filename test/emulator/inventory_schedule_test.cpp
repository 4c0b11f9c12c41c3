#include "emulator/inventory_schedule.hpp"

#include "fixture.hpp"

namespace glacier::emulation {

namespace {

constexpr timestamp start(1'000'000s);

vault_holdings new_vault()
{
    vault_holdings vault;
    vault.created = start;
    return vault;
}

/// What a service does when an archive of 10 bytes comes.
void add_archive(vault_holdings& vault, std::chrono::milliseconds period, timestamp now)
{
    take_due_inventory(vault, period, now);
    vault.changed = now;
    ++vault.archives;
    vault.bytes += 10;
}

} // namespace

BOOST_AUTO_TEST_SUITE(inventory_schedule)

BOOST_AUTO_TEST_CASE(a_vault_that_was_never_written_has_no_inventory)
{
    auto vault = new_vault();
    take_due_inventory(vault, 24h, start + 240h);
    BOOST_TEST(!vault.inventory.has_value());
}

BOOST_AUTO_TEST_CASE(an_inventory_is_taken_at_the_first_multiple_of_the_period_after_a_change)
{
    auto vault = new_vault();
    add_archive(vault, 24h, start + 30h);
    take_due_inventory(vault, 24h, start + 48h - 1ms);
    BOOST_TEST(!vault.inventory.has_value());
    take_due_inventory(vault, 24h, start + 1'000h);
    BOOST_TEST((vault.inventory.value().date == start + 48h));
}

// Nobody looked between the first inventory and the second archive: it counts all the same.
BOOST_AUTO_TEST_CASE(an_inventory_that_was_due_before_a_change_does_not_count_it)
{
    auto vault = new_vault();
    add_archive(vault, 24h, start + 1h);
    add_archive(vault, 24h, start + 25h);
    BOOST_TEST((vault.inventory.value().date == start + 24h));
    BOOST_TEST(vault.inventory->archives == 1U);
    take_due_inventory(vault, 24h, start + 26h);
    BOOST_TEST(vault.inventory->archives == 1U);
    take_due_inventory(vault, 24h, start + 48h);
    BOOST_TEST(vault.inventory->archives == 2U);
}

BOOST_AUTO_TEST_CASE(a_change_at_the_very_moment_of_an_inventory_is_in_the_next_one)
{
    auto vault = new_vault();
    add_archive(vault, 24h, start + 1h);
    add_archive(vault, 24h, start + 24h);
    BOOST_TEST(vault.inventory.value().archives == 1U);
    take_due_inventory(vault, 24h, start + 48h);
    BOOST_TEST(vault.inventory->archives == 2U);
    BOOST_TEST((inventory_moment(*vault.inventory, 24h, start + 50h) == start + 48h));
}

BOOST_AUTO_TEST_CASE(a_period_of_zero_keeps_the_inventory_current)
{
    auto vault = new_vault();
    take_due_inventory(vault, 0ms, start + 1h);
    BOOST_TEST((vault.inventory.value().date == start));
    add_archive(vault, 0ms, start + 2h);
    add_archive(vault, 0ms, start + 2h);
    take_due_inventory(vault, 0ms, start + 2h);
    BOOST_TEST(vault.inventory->archives == 2U);
    // What came in this millisecond is listed as well.
    BOOST_TEST((inventory_moment(*vault.inventory, 0ms, start + 2h) > start + 2h));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
