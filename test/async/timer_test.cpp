#include "async/timer.hpp"

#include "support/run.hpp"
#include "support/started.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>

namespace glacier::async {
namespace {

using namespace std::chrono_literals;
using test::started;

asio::awaitable<void> wait_until(timer& waited, timer::time_point moment)
{
    co_await waited.wait_until(moment);
}

struct timer_fixture {
    asio::io_context context;
    std::shared_ptr<time_source> time = system_time();
    std::unique_ptr<timer> sut = time->make_timer(context.get_executor());
};

BOOST_FIXTURE_TEST_SUITE(timer_test, timer_fixture)

// A wait ends when its moment has come, and not before.
BOOST_AUTO_TEST_CASE(moment_comes)
{
    auto const moment = time->now() + 20ms;
    test::run(context, wait_until(*sut, moment));
    BOOST_TEST((time->now() >= moment));
}

// A moment that has passed is not waited for.
BOOST_AUTO_TEST_CASE(moment_has_passed)
{
    auto const begin = time->now();
    test::run(context, wait_until(*sut, begin - 1h));
    BOOST_TEST((time->now() - begin < 5s));
}

// wake() ends a wait early, and the timer can be used again.
BOOST_AUTO_TEST_CASE(woken)
{
    started<void> first(context.get_executor(), wait_until(*sut, timer::time_point::max()));
    context.poll();
    BOOST_TEST(!first.ended());
    sut->wake();
    test::run_to_end(context);
    first.get();

    started<void> second(context.get_executor(), wait_until(*sut, timer::time_point::max()));
    context.restart();
    context.poll();
    BOOST_TEST(!second.ended());
    sut->wake();
    test::run_to_end(context);
    second.get();
}

// Waking a timer for which nobody waits has no effect on the next wait.
BOOST_AUTO_TEST_CASE(woken_too_early)
{
    sut->wake();
    started<void> wait(context.get_executor(), wait_until(*sut, timer::time_point::max()));
    context.poll();
    BOOST_TEST(!wait.ended());
    sut->wake();
    test::run_to_end(context);
    wait.get();
}

// A cancelled wait fails: it is not taken for one whose moment has come.
BOOST_AUTO_TEST_CASE(cancelled)
{
    started<void> wait(context.get_executor(), wait_until(*sut, timer::time_point::max()));
    context.poll();
    wait.cancel();
    test::run_to_end(context);
    BOOST_CHECK_EXCEPTION(wait.get(), boost::system::system_error,
                          [](auto const& error) { return error.code() == asio::error::operation_aborted; });
}

// The time of day is that of the machine.
BOOST_AUTO_TEST_CASE(time_of_day)
{
    auto const difference = std::chrono::system_clock::now() - time->today();
    BOOST_TEST((difference > -1min && difference < 1min));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::async
