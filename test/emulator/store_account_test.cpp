#include "emulator/store.hpp"

#include "fixture.hpp"

namespace glacier::emulation {

BOOST_FIXTURE_TEST_SUITE(store_account, service_fixture)

BOOST_AUTO_TEST_CASE(the_account_has_one_rule_at_most)
{
    auto change = data->begin();
    BOOST_TEST(!change.retrieval_rule().has_value());
    change.set_retrieval_rule(retrieval_rule_record{"BytesPerHour", 5});
    change.set_retrieval_rule(retrieval_rule_record{"FreeTier", std::nullopt});
    BOOST_TEST(change.retrieval_rule()->strategy == "FreeTier");
    BOOST_TEST(!change.retrieval_rule()->bytes_per_hour.has_value());
}

BOOST_AUTO_TEST_CASE(capacity_counts_until_it_expires)
{
    auto change = data->begin();
    timestamp const now = clock.now();
    change.insert_capacity(capacity_record{"first", now, now + 1h});
    change.insert_capacity(capacity_record{"second", now, now + 2h});
    BOOST_TEST(change.capacities_at(now).size() == 2U);
    BOOST_TEST(change.capacities_at(now).front().id == "first");
    BOOST_TEST(change.capacities_at(now + 1h).size() == 1U);
    change.delete_capacities(now + 1h);
    BOOST_TEST(change.capacities_at(now).front().id == "second");
}

BOOST_AUTO_TEST_CASE(settings_are_numbers_by_name)
{
    {
        auto change = data->begin();
        BOOST_TEST(!change.setting("clock").has_value());
        change.set_setting("clock", 5);
        change.set_setting("clock", -6);
        change.commit();
    }
    reopen();
    BOOST_TEST(data->begin().setting("clock").value() == -6);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
