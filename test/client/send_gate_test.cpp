#include "client/send_gate.hpp"

#include "support/manual_time.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <vector>

namespace glacier {
namespace {

using namespace std::chrono_literals;
using test::manual_time;

/// A gate whose rate is one request every two seconds.
struct gate_fixture {
    gate_fixture() { sut->on_attempt(true); }

    /// Starts one request; its number is in `passed` when its turn has come.
    void start(int number)
    {
        signals.push_back(std::make_unique<asio::cancellation_signal>());
        auto on_wait = [this](std::chrono::milliseconds wait) { waits.push_back(wait); };
        auto on_end = [this, number](std::exception_ptr const& error) {
            (error ? cancelled : passed).push_back(number);
        };
        asio::co_spawn(context, sut->pass(on_wait),
                       asio::bind_cancellation_slot(signals.back()->slot(), on_end));
        manual_time::settle(context);
    }

    void pass(std::chrono::milliseconds duration) { time->pass(context, duration); }

    asio::io_context context;
    std::shared_ptr<manual_time> time = std::make_shared<manual_time>();
    std::shared_ptr<send_gate> sut = std::make_shared<send_gate>(time);
    std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
    std::vector<std::chrono::milliseconds> waits;
    std::vector<int> passed;
    std::vector<int> cancelled;
};

BOOST_AUTO_TEST_SUITE(send_gate_test)

// Without a complaint of the service nobody waits.
BOOST_AUTO_TEST_CASE(open_gate)
{
    asio::io_context context;
    auto const sut = std::make_shared<send_gate>(std::make_shared<manual_time>());
    int passed = 0;
    for (int i = 0; i < 100; ++i)
        asio::co_spawn(context, sut->pass({}), [&passed](std::exception_ptr) { ++passed; });
    context.run();
    BOOST_TEST(passed == 100);
    BOOST_TEST(sut->rate() == 0.0);
}

// First come, first served, at the rate; one timer for all who wait, and each is told how long it will take.
BOOST_FIXTURE_TEST_CASE(in_order_and_at_the_rate, gate_fixture)
{
    for (int number = 1; number <= 4; ++number)
        start(number);
    BOOST_TEST(passed.empty());
    BOOST_TEST(time->waiting() == 1U);
    BOOST_TEST((waits == std::vector<std::chrono::milliseconds>{2s, 4s, 6s, 8s}));

    pass(1'900ms);
    BOOST_TEST(passed.empty());
    for (std::size_t count = 1; count <= 4; ++count) {
        pass(count == 1 ? 200ms : 2s);
        BOOST_TEST(passed.size() == count);
    }
    BOOST_TEST((passed == std::vector<int>{1, 2, 3, 4}));
    BOOST_TEST(time->waiting() == 0U);
}

// Whoever is cancelled leaves at once, wherever it stands, and the others move up.
BOOST_FIXTURE_TEST_CASE(cancellation, gate_fixture)
{
    for (int number = 1; number <= 4; ++number)
        start(number);
    signals[2]->emit(asio::cancellation_type::terminal);
    manual_time::settle(context);
    BOOST_TEST((cancelled == std::vector<int>{3}));
    signals[0]->emit(asio::cancellation_type::terminal);
    manual_time::settle(context);
    BOOST_TEST((cancelled == std::vector<int>{3, 1}));

    pass(2'100ms);
    BOOST_TEST((passed == std::vector<int>{2}));
    pass(2s);
    BOOST_TEST((passed == std::vector<int>{2, 4}));
}

// Those who wait when their context goes are dropped, and nothing is left of them: also on strands, which destroy what
// is posted to them when they have gone before the timers. However many they are, that does not become deep.
BOOST_AUTO_TEST_CASE(context_goes_first)
{
    for (bool const on_strands : {false, true}) {
        auto const time = std::make_shared<manual_time>();
        auto const sut = std::make_shared<send_gate>(time);
        sut->on_attempt(true);
        int ended = 0;
        auto const alive = std::make_shared<int>();
        {
            asio::io_context context;
            asio::steady_timer const first(context);
            for (int i = 0; i < 20'000; ++i) {
                asio::any_io_executor executor = context.get_executor();
                if (on_strands)
                    executor = asio::make_strand(context);
                asio::co_spawn(executor, sut->pass({}), [&ended, alive](std::exception_ptr) { ++ended; });
            }
            manual_time::settle(context);
        }
        BOOST_TEST(ended == 0);
        BOOST_TEST(alive.use_count() == 1);
        BOOST_TEST(sut.use_count() == 1);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier
