#include "plan/send_rate.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <thread>
#include <vector>

namespace glacier::plan {
namespace {

using namespace std::chrono_literals;
using time_point = send_rate::time_point;

/// Moments are told in milliseconds from here.
constexpr time_point start{std::chrono::hours(1'000)};

/// One attempt that ended at a moment, and the rate after it.
struct ended_attempt {
    bool throttled;
    int at;
    double rate;
};

BOOST_AUTO_TEST_SUITE(send_rate_test)

// Ten requests a second, throttled, then fewer. The rates were computed apart from this implementation, from the
// formulas that the AWS SDKs publish.
BOOST_AUTO_TEST_CASE(rates_of_a_history)
{
    send_rate sut(start);
    for (int at = 100; at <= 2'000; at += 100)
        BOOST_TEST(sut.on_attempt(false, start + std::chrono::milliseconds(at)) == 0.0);
    for (ended_attempt const& each : std::vector<ended_attempt>{{true, 2'050, 6.9887999999999995},
                                                                {false, 2'300, 7.996558528911826},
                                                                {false, 2'600, 8.871303682482523},
                                                                {false, 3'000, 5.91872},
                                                                {false, 4'000, 2.7837440000000004},
                                                                {true, 4'200, 0.9743104000000001},
                                                                {true, 4'300, 0.6820172800000001},
                                                                {false, 6'000, 1.1785636702065583},
                                                                {false, 6'600, 2.070235400619331},
                                                                {false, 9'000, 1.3982699520000001}}) {
        double const rate = sut.on_attempt(each.throttled, start + std::chrono::milliseconds(each.at));
        BOOST_TEST(rate == each.rate, boost::test_tools::tolerance(1e-9));
        BOOST_TEST(sut.rate() == rate);
    }
}

// Until the service complains, nothing waits.
BOOST_AUTO_TEST_CASE(off_until_the_first_throttle)
{
    send_rate sut(start);
    for (int i = 0; i < 1'000; ++i)
        BOOST_TEST_REQUIRE((sut.take(start) == 0ns));
    BOOST_TEST(sut.on_attempt(false, start + 1s) == 0.0);
    BOOST_TEST(sut.rate() == 0.0);
    BOOST_TEST((sut.take(start + 1s) == 0ns));
}

// However badly it goes, one request goes out every two seconds.
BOOST_AUTO_TEST_CASE(least_rate)
{
    send_rate sut(start);
    for (int i = 0; i < 20; ++i)
        sut.on_attempt(true, start + 10ms);
    BOOST_TEST(sut.rate() == 0.5);

    auto const wait = sut.take(start + 10ms);
    BOOST_TEST((wait > 1'999ms && wait <= 2'001ms));
    BOOST_TEST((sut.take(start + 1s) > 0ns));
    BOOST_TEST((sut.take(start + 10ms + wait) == 0ns));
    BOOST_TEST((sut.take(start + 10ms + wait) > 0ns));
}

// Whoever waits as long as it is told gets what it waited for, at the rate.
BOOST_AUTO_TEST_CASE(requests_follow_the_rate)
{
    send_rate sut(start);
    for (int at = 1; at <= 100; ++at)
        sut.on_attempt(false, start + std::chrono::milliseconds(10 * at));
    double const rate = sut.on_attempt(true, start + 1s);
    BOOST_TEST(rate > 50);

    time_point now = start + 1s;
    time_point const end = now + 10s;
    int sent = 0;
    while (now < end) {
        auto const wait = sut.take(now);
        if (wait == 0ns)
            ++sent;
        now += wait;
    }
    BOOST_TEST(sent == rate * 10, boost::test_tools::tolerance(0.01));
}

// What was not used does not pile up beyond a second.
BOOST_AUTO_TEST_CASE(idle_time_is_not_saved_up)
{
    send_rate sut(start);
    for (int at = 1; at <= 100; ++at)
        sut.on_attempt(false, start + std::chrono::milliseconds(10 * at));
    double const rate = sut.on_attempt(true, start + 1s);

    int at_once = 0;
    while (sut.take(start + 1h) == 0ns)
        ++at_once;
    BOOST_TEST(at_once == static_cast<int>(rate));
}

// Successes bring the rate back beyond that of the complaint, but not beyond twice what is really sent.
BOOST_AUTO_TEST_CASE(recovers)
{
    send_rate sut(start);
    for (int at = 1; at <= 100; ++at)
        sut.on_attempt(false, start + std::chrono::milliseconds(10 * at));
    sut.on_attempt(true, start + 1s);
    double rate = 0;
    for (int at = 1; at <= 2'000; ++at)
        rate = sut.on_attempt(false, start + 1s + std::chrono::milliseconds(10 * at));
    BOOST_TEST(rate > 100);
    BOOST_TEST(rate <= 210);
}

// Attempts of several threads are counted, and a clock that they read in another order does no harm.
BOOST_AUTO_TEST_CASE(safe_in_threads)
{
    send_rate sut(start);
    auto const work = [&sut](int first) {
        for (int i = 0; i < 10'000; ++i) {
            sut.on_attempt(i % 100 == 0, start + std::chrono::milliseconds(first + i));
            sut.take(start + std::chrono::milliseconds(first + i));
        }
    };
    std::thread first(work, 0);
    std::thread second(work, 3);
    first.join();
    second.join();
    BOOST_TEST(sut.rate() >= 0.5);
    BOOST_TEST(sut.rate() < 10'000);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::plan
