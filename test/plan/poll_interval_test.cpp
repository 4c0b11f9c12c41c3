#include "plan/poll_interval.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <vector>

namespace glacier::plan {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(poll_interval_test)

// Each interval is half of what was waited so far, but no less than the least.
BOOST_AUTO_TEST_CASE(grows_by_half_of_what_was_waited)
{
    poll_interval interval(10ms, 1h);
    std::vector<long> seen;
    for (int i = 0; i < 9; ++i)
        seen.push_back(interval.next().count());
    std::vector<long> const expected{10, 10, 10, 15, 22, 33, 50, 75, 112};
    BOOST_TEST(seen == expected, boost::test_tools::per_element());
}

// It never gets longer than the most.
BOOST_AUTO_TEST_CASE(stays_within_the_limits)
{
    poll_interval interval(10s, 1min);
    std::chrono::milliseconds waited{0};
    for (int i = 0; i < 100; ++i) {
        auto const next = interval.next();
        BOOST_TEST((next >= 10s && next <= 1min));
        waited += next;
    }
    BOOST_TEST((interval.next() == 1min));
    BOOST_TEST((waited > 90min));
}

// A job of five hours costs few requests, and its end is noticed within a third of the time.
BOOST_AUTO_TEST_CASE(hours_cost_few_requests)
{
    poll_interval interval(10s, 10min);
    std::chrono::milliseconds waited{0};
    int requests = 0;
    for (; waited < 5h; ++requests)
        waited += interval.next();
    BOOST_TEST(requests < 50);
    BOOST_TEST((waited <= 5h + 10min));
}

// Where the least is above the most, the least counts.
BOOST_AUTO_TEST_CASE(least_wins_over_most)
{
    poll_interval interval(1min, 1s);
    BOOST_TEST((interval.next() == 1min));
    for (int i = 0; i < 10; ++i)
        BOOST_TEST((interval.next() == 1min));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::plan
