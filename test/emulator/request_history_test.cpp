#include "emulator/request_history.hpp"

#include <boost/test/unit_test.hpp>

namespace glacier::emulation {

namespace {

emulator_request request_number(std::size_t number)
{
    emulator_request request;
    request.target = std::to_string(number);
    return request;
}

} // namespace

BOOST_AUTO_TEST_SUITE(request_history_suite)

BOOST_AUTO_TEST_CASE(the_last_ones_in_their_order)
{
    request_history history;
    BOOST_TEST(history.last(10).empty());
    for (std::size_t i = 0; i < 5; ++i)
        history.add(request_number(i));
    auto const last = history.last(2);
    BOOST_TEST_REQUIRE(last.size() == 2U);
    BOOST_TEST(last[0].target == "3");
    BOOST_TEST(last[1].target == "4");
    BOOST_TEST(history.last(10).size() == 5U);
}

BOOST_AUTO_TEST_CASE(the_oldest_ones_are_forgotten)
{
    request_history history;
    for (std::size_t i = 0; i < request_history::requests_max + 3; ++i)
        history.add(request_number(i));
    auto const all = history.last(2 * request_history::requests_max);
    BOOST_TEST_REQUIRE(all.size() == request_history::requests_max);
    BOOST_TEST(all.front().target == "3");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
