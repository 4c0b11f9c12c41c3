#include "plan/byte_rate.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <limits>

namespace glacier::plan {
namespace {

using namespace std::chrono_literals;
using time_point = byte_rate::time_point;

constexpr time_point start{std::chrono::hours(1'000)};

/// Lets blocks pass one after the other, as soon as they may. Gives how many bytes had passed when the time was over.
std::uint64_t bytes_passed(byte_rate& sut, time_point from, std::chrono::nanoseconds duration,
                           std::size_t block)
{
    std::uint64_t passed = 0;
    for (time_point now = from; now < from + duration;) {
        auto const wait = sut.take(block, now);
        if (wait == 0ns)
            passed += block;
        now += wait;
    }
    return passed;
}

BOOST_AUTO_TEST_SUITE(byte_rate_test)

// Without a limit everything passes at once.
BOOST_AUTO_TEST_CASE(no_limit)
{
    byte_rate sut(0, start);
    BOOST_TEST(sut.rate() == 0U);
    for (int i = 0; i < 1'000; ++i)
        BOOST_TEST_REQUIRE((sut.take(std::numeric_limits<std::size_t>::max(), start) == 0ns));
}

// Whatever the size of the blocks, in the long run so many bytes pass as are allowed, and what the bucket held.
BOOST_AUTO_TEST_CASE(average)
{
    for (std::size_t const block : {1'000U, 16'384U, 262'144U, 3'000'000U}) {
        byte_rate sut(1'000'000, start);
        double const passed = static_cast<double>(bytes_passed(sut, start, 100s, block));
        BOOST_TEST(passed >= 1e8, "blocks of " << block);
        BOOST_TEST(passed <= 1e8 + 1e5 + static_cast<double>(block), "blocks of " << block);
    }
}

// Whoever waits as long as it is told gets what it waited for, and no sooner.
BOOST_AUTO_TEST_CASE(waits_are_exact)
{
    byte_rate sut(1'000, start);
    BOOST_TEST((sut.take(100, start) == 0ns));
    auto const wait = sut.take(50, start);
    BOOST_TEST((wait >= 50ms && wait <= 50ms + 2us));
    BOOST_TEST((sut.take(50, start + 49ms) > 0ns));
    BOOST_TEST((sut.take(50, start + wait) == 0ns));
    BOOST_TEST((sut.take(1, start + wait) > 0ns));
}

// What was not used does not pile up beyond a moment.
BOOST_AUTO_TEST_CASE(idle_time_is_not_saved_up)
{
    byte_rate sut(1'000, start);
    BOOST_TEST((sut.take(100, start + 1h) == 0ns));
    BOOST_TEST((sut.take(1, start + 1h) > 0ns));
}

// A block that is larger than the bucket waits until it is full, and is then missing for the next ones.
BOOST_AUTO_TEST_CASE(large_block)
{
    byte_rate sut(1'000, start);
    BOOST_TEST((sut.take(10'000, start) == 0ns));
    auto const wait = sut.take(1, start);
    BOOST_TEST((wait > 9'900ms && wait <= 9'902ms));
    auto const full = sut.take(10'000, start);
    BOOST_TEST((full >= 10s && full <= 10s + 2us));
}

// Another rate counts from the moment on in which it was set, also for what is owed.
BOOST_AUTO_TEST_CASE(changed_rate)
{
    byte_rate sut(1'000, start);
    BOOST_TEST((sut.take(10'100, start) == 0ns));
    sut.set_rate(100'000, start + 5s);
    BOOST_TEST(sut.rate() == 100'000U);
    // 5,000 of the 10,000 bytes are still owed.
    auto const wait = sut.take(1'000, start + 5s);
    BOOST_TEST((wait >= 60ms && wait <= 61ms));

    sut.set_rate(10, start + 6s);
    BOOST_TEST((sut.take(1, start + 6s) == 0ns));
    BOOST_TEST((sut.take(1, start + 6s) > 0ns));

    sut.set_rate(0, start + 6s);
    BOOST_TEST((sut.take(1'000'000, start + 6s) == 0ns));
    sut.set_rate(1'000, start + 6s);
    BOOST_TEST((sut.take(100, start + 6s) == 0ns));
    BOOST_TEST((sut.take(1, start + 6s) > 0ns));
}

// Numbers that nobody means are no trouble, and nobody is told to wait beyond the end of time.
BOOST_AUTO_TEST_CASE(absurd_numbers)
{
    byte_rate slow(1, start);
    BOOST_TEST((slow.take(std::numeric_limits<std::size_t>::max(), start) == 0ns));
    auto const wait = slow.take(1, start);
    BOOST_TEST((wait >= 24h && wait <= 24h + 1s));

    byte_rate quick(std::numeric_limits<std::uint64_t>::max(), start);
    BOOST_TEST((quick.take(1'000'000'000, start) == 0ns));
    BOOST_TEST((quick.take(1'000'000'000, start + 1h) == 0ns));
}

// Threads read the clock in another order than they come.
BOOST_AUTO_TEST_CASE(clock_of_several_threads)
{
    byte_rate sut(1'000, start);
    BOOST_TEST((sut.take(100, start + 1s) == 0ns));
    BOOST_TEST((sut.take(1, start) > 0ns));
    BOOST_TEST((sut.take(1, start + 1s) > 0ns));
    BOOST_TEST((sut.take(1, start + 1s + 2ms) == 0ns));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::plan
