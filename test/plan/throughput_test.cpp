#include "plan/throughput.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <limits>

namespace glacier::plan {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(throughput_test)

// Without a minimum nothing is too slow.
BOOST_AUTO_TEST_CASE(no_limit)
{
    throughput tested(0, 10s);
    BOOST_TEST(!tested.has_limit());
    BOOST_TEST(tested.on_moved(0, 10h));
    BOOST_TEST(throughput(1, 10s).has_limit());
}

// Nothing is judged before a window is over; then its average is.
BOOST_AUTO_TEST_CASE(average_of_a_window)
{
    throughput tested(100, 10s);
    BOOST_TEST(tested.on_moved(0, 9s));
    BOOST_TEST(tested.on_moved(1'000, 1s));
    BOOST_TEST(tested.on_moved(0, 9s));
    BOOST_TEST(!tested.on_moved(999, 1s));
}

// Each window begins anew: what an earlier one had too much does not help a later one.
BOOST_AUTO_TEST_CASE(windows_are_apart)
{
    throughput tested(100, 10s);
    BOOST_TEST(tested.on_moved(1'000'000, 10s));
    BOOST_TEST(!tested.on_moved(10, 10s));
}

// A step that is longer than the window is judged by its own average.
BOOST_AUTO_TEST_CASE(long_steps)
{
    throughput tested(100, 10s);
    BOOST_TEST(tested.on_moved(6'000, 60s));
    BOOST_TEST(!tested.on_moved(5'999, 60s));
}

// A step may last until the window is over, or as long as its bytes are enough for.
BOOST_AUTO_TEST_CASE(time_of_a_step)
{
    throughput tested(100, 10s);
    BOOST_TEST((tested.time_left(0) == 10s));
    BOOST_TEST((tested.time_left(500) == 10s));
    BOOST_TEST((tested.time_left(3'000) == 30s));
    BOOST_TEST(tested.on_moved(1'500, 4s));
    BOOST_TEST((tested.time_left(0) == 11s));
    BOOST_TEST((tested.time_left(1'000) == 21s));
    BOOST_TEST(tested.on_moved(0, 6s));
    BOOST_TEST((tested.time_left(0) == 10s));
}

// A step that ends exactly with its time was fast enough, and one that takes longer was not.
BOOST_AUTO_TEST_CASE(time_and_judgement_agree)
{
    for (std::uint64_t const pending : {0U, 900U, 1'000U, 123'456U}) {
        throughput tested(100, 10s);
        auto const limit = tested.time_left(pending);
        BOOST_TEST(throughput(100, 10s).on_moved(pending, limit) == (pending >= 1'000U));
        BOOST_TEST(!tested.on_moved(pending, limit + 1ms));
    }
}

// Numbers of any size give a time that a timer can hold.
BOOST_AUTO_TEST_CASE(large_numbers)
{
    throughput const tested(1, 1ms);
    BOOST_TEST((tested.time_left(std::numeric_limits<std::uint64_t>::max()) < 24h * 365 * 200));
    BOOST_TEST((throughput(std::numeric_limits<std::size_t>::max(), 30s).time_left(1'000) == 30s));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::plan
