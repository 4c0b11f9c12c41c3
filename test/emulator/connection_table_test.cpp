#include "emulator/connection_table.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace glacier::emulation {

namespace {

using numbers = std::vector<int>;

struct table_fixture {
    std::optional<connection_table::number> add(int name)
    {
        return table.add([this, name] { closed.push_back(name); });
    }

    connection_table table{2};
    numbers closed;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(connection_table_suite, table_fixture)

BOOST_AUTO_TEST_CASE(a_connection_too_many_closes_the_longest_idle_one)
{
    auto const first = add(1);
    BOOST_TEST(add(2).has_value());
    BOOST_TEST(closed.empty());
    BOOST_TEST(add(3).has_value());
    BOOST_TEST((closed == numbers{1}));
    BOOST_TEST(table.size() == 2U);
    BOOST_TEST(!table.begin_request(*first));
    table.remove(*first);
    BOOST_TEST(add(4).has_value());
    BOOST_TEST((closed == numbers{1, 2}));
    BOOST_TEST(table.size() == 2U);
}

BOOST_AUTO_TEST_CASE(one_that_had_a_request_is_idle_since_its_end)
{
    auto const first = add(1);
    add(2);
    BOOST_TEST(table.begin_request(*first));
    table.end_request(*first);
    add(3);
    BOOST_TEST((closed == numbers{2}));
}

BOOST_AUTO_TEST_CASE(busy_connections_stay_and_new_ones_are_turned_away)
{
    auto const first = add(1);
    auto const second = add(2);
    BOOST_TEST(table.begin_request(*first));
    BOOST_TEST(table.begin_request(*second));
    BOOST_TEST(!add(3).has_value());
    BOOST_TEST(!table.close_idle());
    BOOST_TEST(closed.empty());
    table.remove(*first);
    BOOST_TEST(add(4).has_value());
    BOOST_TEST(closed.empty());
}

BOOST_AUTO_TEST_CASE(an_idle_one_can_be_closed_at_any_time)
{
    add(1);
    BOOST_TEST(table.close_idle());
    BOOST_TEST((closed == numbers{1}));
    BOOST_TEST(!table.close_idle());
    BOOST_TEST(table.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_removed_is_not_closed)
{
    table.remove(*add(1));
    BOOST_TEST(table.size() == 0U);
    BOOST_TEST(!table.close_idle());
    BOOST_TEST(closed.empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
