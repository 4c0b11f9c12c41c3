#include "emulator/store.hpp"

#include "fixture.hpp"

namespace glacier::emulation {

BOOST_FIXTURE_TEST_SUITE(store_vaults, service_fixture)

BOOST_AUTO_TEST_CASE(everything_of_a_vault_goes_with_it_and_nothing_of_another)
{
    make_vault("attic");
    make_vault("cellar");
    auto change = data->begin();
    auto const fill = [&](std::int64_t vault) {
        change.put_tag(vault, "owner", "ann");
        change.put_access_policy(vault, "{}");
        change.put_lock(vault, lock_record());
        change.put_notification(vault, notification_record());
    };
    auto const attic = change.find_vault("attic");
    auto const cellar = change.find_vault("cellar");
    fill(attic->number);
    fill(cellar->number);
    change.delete_vault(*attic);
    for (auto const& [vault, there] : {std::pair(attic->number, false), {cellar->number, true}}) {
        BOOST_TEST(change.tags_of(vault).empty() != there);
        BOOST_TEST(change.find_access_policy(vault).has_value() == there);
        BOOST_TEST(change.find_lock(vault).has_value() == there);
        BOOST_TEST(change.find_notification(vault).has_value() == there);
    }
}

BOOST_AUTO_TEST_CASE(settings_can_be_kept_for_the_next_vault_of_the_name)
{
    make_vault("attic");
    make_vault("cellar");
    {
        auto change = data->begin();
        auto const attic = change.find_vault("attic");
        change.put_tag(attic->number, "owner", "ann");
        change.put_tag(attic->number, "box", "7");
        change.put_notification(attic->number, notification_record{"topic", "ArchiveRetrievalCompleted"});
        change.put_access_policy(attic->number, "{}");
        change.keep_settings(*attic);
        // What is kept is what there was at last.
        change.delete_tag(attic->number, "box");
        change.keep_settings(*attic);
        change.delete_vault(*attic);
        change.commit();
    }
    make_vault("attic");
    reopen();
    auto change = data->begin();
    auto const attic = change.find_vault("attic");
    auto const cellar = change.find_vault("cellar");
    BOOST_TEST(change.tags_of(attic->number).empty());
    change.restore_settings(*attic);
    change.restore_settings(*cellar);
    BOOST_TEST(change.tags_of(attic->number).size() == 1U);
    BOOST_TEST(change.tags_of(attic->number).at("owner") == "ann");
    BOOST_TEST(change.find_notification(attic->number)->topic == "topic");
    BOOST_TEST(change.find_notification(attic->number)->events == "ArchiveRetrievalCompleted");
    BOOST_TEST(!change.find_access_policy(attic->number).has_value());
    BOOST_TEST(change.tags_of(cellar->number).empty());
    BOOST_TEST(!change.find_notification(cellar->number).has_value());
}

BOOST_AUTO_TEST_CASE(a_vault_is_found_in_any_case_its_own_first)
{
    make_vault("Attic");
    make_vault("attic");
    auto view = data->begin();
    BOOST_TEST(!view.find_vault("ATTIC").has_value());
    BOOST_TEST(view.find_vault_in_any_case("ATTIC")->name == "Attic");
    BOOST_TEST(view.find_vault_in_any_case("attic")->name == "attic");
    BOOST_TEST(view.find_vault_in_any_case("Attic")->name == "Attic");
    BOOST_TEST(!view.find_vault_in_any_case("attic2").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
