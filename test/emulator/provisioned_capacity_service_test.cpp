#include "emulator/provisioned_capacity_service.hpp"

#include "base/iso8601.hpp"
#include "fixture.hpp"

#include <vector>

namespace glacier::emulation {

namespace {

struct capacity_fixture : service_fixture {
    service_result<purchase_provisioned_capacity_result> try_purchase()
    {
        auto services = context();
        return purchase_provisioned_capacity(services, purchase_provisioned_capacity_request());
    }

    std::string purchase()
    {
        auto const bought = try_purchase();
        BOOST_TEST_REQUIRE(bought.has_value());
        return bought->capacity;
    }

    std::vector<provisioned_capacity_description> list()
    {
        auto services = context();
        auto const listed = list_provisioned_capacity(services, list_provisioned_capacity_request());
        BOOST_TEST_REQUIRE(listed.has_value());
        return listed->capacities;
    }

    void set_time(std::string_view text) { clock.set(*base::parse_iso8601(text)); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(provisioned_capacity_service, capacity_fixture)

BOOST_AUTO_TEST_CASE(a_unit_is_listed_also_after_a_restart)
{
    BOOST_TEST(list().empty());
    set_time("2026-02-03T04:05:06.789Z");
    std::string const first = purchase();
    clock.advance(1h);
    std::string const second = purchase();
    reopen();
    auto const listed = list();
    BOOST_TEST_REQUIRE(listed.size() == 2U);
    BOOST_TEST(listed[0].capacity == first);
    BOOST_TEST(first.size() == 24U);
    BOOST_TEST(base::to_iso8601(listed[0].start_date) == "2026-02-03T04:05:06.789Z");
    BOOST_TEST(base::to_iso8601(listed[0].expiration_date) == "2026-03-03T04:05:06.000Z");
    BOOST_TEST(listed[1].capacity == second);
    BOOST_TEST(base::to_iso8601(listed[1].start_date) == "2026-02-03T05:05:06.789Z");
}

BOOST_AUTO_TEST_CASE(a_unit_lasts_to_the_same_day_of_the_next_month_or_its_last)
{
    for (auto const& [start, end] : {
             std::pair("2026-01-31T23:59:59.999Z", "2026-02-28T23:59:59.000Z"),
             {"2028-01-30T00:00:00.000Z", "2028-02-29T00:00:00.000Z"},
             {"2026-02-28T00:00:00.001Z", "2026-03-28T00:00:00.000Z"},
             {"2026-05-31T12:00:00.000Z", "2026-06-30T12:00:00.000Z"},
             {"2026-12-15T12:00:00.000Z", "2027-01-15T12:00:00.000Z"},
         }) {
        set_time(start);
        std::string const bought = purchase();
        auto const listed = list();
        BOOST_TEST(listed.back().capacity == bought);
        BOOST_TEST(base::to_iso8601(listed.back().expiration_date) == end);
        clock.advance(24h * 40);
    }
}

BOOST_AUTO_TEST_CASE(two_units_at_a_time_and_expired_ones_are_gone)
{
    set_time("2026-02-03T04:05:06.789Z");
    purchase();
    clock.advance(24h);
    std::string const second = purchase();
    auto const refused = try_purchase();
    BOOST_TEST(error_text(refused) ==
               "400 The account has reached its limit of 2 provisioned capacity units");
    BOOST_TEST(refused.error().code_text == "LimitExceededException");

    set_time("2026-03-03T04:05:05.999Z");
    BOOST_TEST(!try_purchase().has_value());
    BOOST_TEST(list().size() == 2U);
    set_time("2026-03-03T04:05:06.000Z");
    BOOST_TEST_REQUIRE(list().size() == 1U);
    BOOST_TEST(list().front().capacity == second);
    std::string const third = purchase();
    BOOST_TEST_REQUIRE(list().size() == 2U);
    BOOST_TEST(list().back().capacity == third);
    BOOST_TEST(!try_purchase().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
