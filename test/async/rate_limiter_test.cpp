#include "async/rate_limiter.hpp"

#include "support/end_noted.hpp"
#include "support/manual_time.hpp"
#include "support/slow_poster.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

namespace glacier::async {
namespace {

using namespace std::chrono_literals;
using test::manual_time;

/// 1,000 bytes a second, of which a moment's are gone.
struct limiter_fixture {
    limiter_fixture() { start(0, 100); }

    /// Starts a block; its number is in `passed` when its turn has come.
    void start(int number, std::size_t bytes)
    {
        signals.push_back(std::make_unique<asio::cancellation_signal>());
        auto on_end = [this, number](std::exception_ptr const& error) {
            (error ? cancelled : passed).push_back(number);
        };
        asio::co_spawn(context, sut->pass(bytes),
                       asio::bind_cancellation_slot(signals.back()->slot(), on_end));
        manual_time::settle(context);
    }

    void cancel(int number)
    {
        signals[static_cast<std::size_t>(number)]->emit(asio::cancellation_type::terminal);
        manual_time::settle(context);
    }

    void pass(std::chrono::milliseconds duration) { time->pass(context, duration); }

    asio::io_context context;
    std::shared_ptr<manual_time> time = std::make_shared<manual_time>();
    std::shared_ptr<rate_limiter> sut = std::make_shared<rate_limiter>(1'000, time);
    std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
    std::vector<int> passed;
    std::vector<int> cancelled;
};

/// The machine's time, with timers that note who destroys them.
class noted_time final : public time_source {
public:
    explicit noted_time(std::thread::id& place) : place_(place) {}

    time_point now() const override { return system_->now(); }
    timestamp today() const override { return system_->today(); }

    std::unique_ptr<timer> make_timer(asio::any_io_executor executor) override
    {
        return std::make_unique<noted_timer>(system_->make_timer(std::move(executor)), place_);
    }

private:
    class noted_timer final : public timer {
    public:
        noted_timer(std::unique_ptr<timer> inner, std::thread::id& place)
            : inner_(std::move(inner)), place_(place)
        {}

        asio::awaitable<void> wait_until(time_point moment) override { return inner_->wait_until(moment); }
        void wake() override { inner_->wake(); }

    private:
        std::unique_ptr<timer> inner_;
        test::end_noted place_;
    };

    std::shared_ptr<time_source> system_ = system_time();
    std::thread::id& place_;
};

using numbers = std::vector<int>;

BOOST_FIXTURE_TEST_SUITE(rate_limiter_test, limiter_fixture)

// Without a limit nobody waits, and no clock is asked.
BOOST_AUTO_TEST_CASE(no_limit)
{
    auto const open = std::make_shared<rate_limiter>(0, time);
    BOOST_TEST(!open->has_limit());
    BOOST_TEST(open->block_bytes(262'144) == 262'144U);
    int count = 0;
    for (int i = 0; i < 100; ++i)
        asio::co_spawn(context, open->pass(1'000'000'000), [&count](std::exception_ptr) { ++count; });
    manual_time::settle(context);
    BOOST_TEST(count == 100);
}

// First come, first served, at the rate, with one timer for all who wait.
BOOST_AUTO_TEST_CASE(in_order_and_at_the_rate)
{
    BOOST_TEST((passed == numbers{0}));
    start(1, 100);
    start(2, 50);
    start(3, 1);
    BOOST_TEST(time->waiting() == 1U);
    BOOST_TEST(sut->has_limit());

    pass(99ms);
    BOOST_TEST((passed == numbers{0}));
    pass(2ms);
    BOOST_TEST((passed == numbers{0, 1}));
    pass(48ms);
    BOOST_TEST((passed == numbers{0, 1}));
    pass(2ms);
    BOOST_TEST((passed == numbers{0, 1, 2}));
    pass(1ms);
    BOOST_TEST((passed == numbers{0, 1, 2, 3}));
    BOOST_TEST(time->waiting() == 0U);
}

// Blocks are no larger than what passes in a moment, but not so small that their heads outweigh them.
BOOST_AUTO_TEST_CASE(size_of_blocks)
{
    sut->set_rate(1'000'000);
    BOOST_TEST(sut->block_bytes(262'144) == 100'000U);
    BOOST_TEST(sut->block_bytes(10'000) == 10'000U);
    sut->set_rate(1);
    BOOST_TEST(sut->block_bytes(262'144) == 4'096U);
    BOOST_TEST(sut->block_bytes(10) == 10U);
    sut->set_rate(100'000'000'000);
    BOOST_TEST(sut->block_bytes(262'144) == 262'144U);
}

// Another rate is followed at once, by whoever waits already.
BOOST_AUTO_TEST_CASE(rate_is_raised)
{
    start(1, 100'000);
    start(2, 100'000);
    pass(101ms);
    BOOST_TEST((passed == numbers{0, 1}));
    pass(10s);
    BOOST_TEST((passed == numbers{0, 1}));

    sut->set_rate(1'000'000);
    BOOST_TEST(sut->rate() == 1'000'000U);
    manual_time::settle(context);
    BOOST_TEST((passed == numbers{0, 1}));
    pass(190ms);
    BOOST_TEST((passed == numbers{0, 1, 2}));
}

// A lower one too: nobody passes as early as it was told before.
BOOST_AUTO_TEST_CASE(rate_is_lowered)
{
    start(1, 100);
    sut->set_rate(10);
    pass(90ms);
    BOOST_TEST((passed == numbers{0}));
    pass(20ms);
    // A moment's bytes are now one, so it goes when that is there, and owes the rest.
    BOOST_TEST((passed == numbers{0, 1}));
    start(2, 1);
    pass(9s);
    BOOST_TEST((passed == numbers{0, 1}));
    pass(1s);
    BOOST_TEST((passed == numbers{0, 1, 2}));
}

// Without a limit from now on, all who wait go.
BOOST_AUTO_TEST_CASE(limit_is_removed)
{
    for (int number = 1; number <= 10; ++number)
        start(number, 1'000'000);
    sut->set_rate(0);
    manual_time::settle(context);
    BOOST_TEST(passed.size() == 11U);
    BOOST_TEST(time->waiting() == 0U);
}

// Whoever is cancelled leaves at once, wherever it stands, and the others move up.
BOOST_AUTO_TEST_CASE(cancellation)
{
    for (int number = 1; number <= 4; ++number)
        start(number, 100);
    cancel(3);
    BOOST_TEST((cancelled == numbers{3}));
    cancel(1);
    BOOST_TEST((cancelled == numbers{3, 1}));

    pass(101ms);
    BOOST_TEST((passed == numbers{0, 2}));
    pass(101ms);
    BOOST_TEST((passed == numbers{0, 2, 4}));
}

// Those who wait when their context goes are dropped, and nothing is left of them: also on strands, which destroy what
// is posted to them when they have gone before the timers.
BOOST_AUTO_TEST_CASE(context_goes_first)
{
    for (bool const on_strands : {false, true}) {
        int ended = 0;
        auto const alive = std::make_shared<int>();
        {
            asio::io_context other;
            asio::steady_timer const first(other);
            for (int i = 0; i < 3; ++i) {
                asio::any_io_executor executor = other.get_executor();
                if (on_strands)
                    executor = asio::make_strand(other);
                asio::co_spawn(executor, sut->pass(100), [&ended, alive](std::exception_ptr) { ++ended; });
            }
            manual_time::settle(other);
            sut->set_rate(1'000);
        }
        BOOST_TEST(ended == 0);
        BOOST_TEST(alive.use_count() == 1);
        BOOST_TEST(sut.use_count() == 1);
    }
    start(1, 100);
    pass(101ms);
    BOOST_TEST((passed == numbers{0, 1}));
}

// Whoever sets the rate is never the last to hold what belongs to the context of who waits: that may be gone when he
// goes on.
BOOST_AUTO_TEST_CASE(setting_keeps_nothing_of_a_context)
{
    std::thread::id place;
    auto const limiter = std::make_shared<rate_limiter>(1, std::make_shared<noted_time>(place));
    std::thread setter;
    {
        asio::io_context other;
        // The first goes at once, and the next one has to wait for what it took.
        asio::co_spawn(other, limiter->pass(1'000'000), asio::detached);
        bool ended = false;
        asio::co_spawn(test::slow_poster(other), limiter->pass(1),
                       [&ended](std::exception_ptr) { ended = true; });
        other.poll();
        BOOST_TEST_REQUIRE(!ended);
        setter = std::thread([&limiter] { limiter->set_rate(0); });
        other.restart();
        while (!ended)
            other.run_one_for(10s);
        other.poll();
    }
    setter.join();
    BOOST_TEST((place == std::this_thread::get_id()));
}

// On several threads, with the machine's time, while the rate changes: everybody passes.
BOOST_AUTO_TEST_CASE(many_threads)
{
    auto const shared = std::make_shared<rate_limiter>(1'000'000, system_time());
    asio::io_context other;
    std::atomic<int> ended = 0;
    for (int i = 0; i < 200; ++i)
        asio::co_spawn(other, shared->pass(1'000), [&ended](std::exception_ptr) { ++ended; });
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&other] { other.run_for(10s); });
    for (std::uint64_t rate = 1'000'000; rate < 5'000'000; rate += 1'000)
        shared->set_rate(rate);
    shared->set_rate(0);
    for (std::thread& each : threads)
        each.join();
    BOOST_TEST(ended == 200);
    BOOST_TEST(shared.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::async
