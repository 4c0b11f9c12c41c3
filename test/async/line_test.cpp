#include "async/line.hpp"

#include "support/manual_time.hpp"
#include "support/started.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace glacier::async {
namespace {

using test::manual_time;
using test::started;

/// Waits to be the first, and stays it until the event.
asio::awaitable<bool> stay(std::shared_ptr<line> whole, std::shared_ptr<event> until,
                           std::vector<int>* firsts, int number)
{
    line::place const mine(std::move(whole));
    bool const first = co_await mine.wait_to_be_first();
    if (!first)
        co_return false;
    firsts->push_back(number);
    co_await until->wait();
    co_return true;
}

struct line_fixture {
    void join()
    {
        leave.push_back(std::make_shared<event>());
        int const number = static_cast<int>(waits.size());
        waits.push_back(std::make_unique<started<bool>>(context.get_executor(),
                                                        stay(sut, leave.back(), &firsts, number)));
        settle();
    }

    void settle() { manual_time::settle(context); }

    asio::io_context context;
    std::shared_ptr<line> sut = std::make_shared<line>();
    std::vector<std::shared_ptr<event>> leave;
    std::vector<int> firsts;
    std::vector<std::unique_ptr<started<bool>>> waits;
};

using numbers = std::vector<int>;

BOOST_FIXTURE_TEST_SUITE(line_test, line_fixture)

// One after the other, in the order of coming.
BOOST_AUTO_TEST_CASE(in_order)
{
    BOOST_TEST(sut->empty());
    for (int i = 0; i < 3; ++i)
        join();
    BOOST_TEST(!sut->empty());
    BOOST_TEST((firsts == numbers{0}));
    leave[0]->set();
    settle();
    BOOST_TEST((firsts == numbers{0, 1}));
    leave[1]->set();
    leave[2]->set();
    settle();
    BOOST_TEST((firsts == numbers{0, 1, 2}));
    BOOST_TEST(sut->empty());
}

// A place knows how many were there before.
BOOST_AUTO_TEST_CASE(places_ahead)
{
    line::place const first(sut);
    line::place const second(sut);
    BOOST_TEST(first.ahead() == 0U);
    BOOST_TEST(second.ahead() == 1U);
}

// Whoever is cancelled leaves at once, wherever it stands, and the others move up.
BOOST_AUTO_TEST_CASE(cancellation)
{
    for (int i = 0; i < 4; ++i)
        join();
    waits[2]->cancel();
    settle();
    BOOST_TEST(waits[2]->ended());
    BOOST_TEST((firsts == numbers{0}));
    leave[0]->set();
    settle();
    waits[1]->cancel();
    settle();
    BOOST_TEST((firsts == numbers{0, 1, 3}));
    leave[3]->set();
    settle();
    BOOST_TEST(sut->empty());
}

// Those who wait when their context goes are dropped, and nothing is left of them: also on strands, which destroy what
// is posted to them when they have gone before the timers. However many they are, that does not become deep.
BOOST_AUTO_TEST_CASE(context_goes_first)
{
    for (bool const on_strands : {false, true}) {
        auto held = std::make_unique<line::place>(sut);
        int frames = 0;
        auto const wait = [](std::shared_ptr<line> whole, test::counted) -> asio::awaitable<void> {
            line::place const mine(std::move(whole));
            co_await mine.wait_to_be_first();
        };
        {
            asio::io_context other;
            asio::steady_timer const first(other);
            for (int i = 0; i < 20'000; ++i) {
                asio::any_io_executor executor = other.get_executor();
                if (on_strands)
                    executor = asio::make_strand(other);
                asio::co_spawn(executor, wait(sut, test::counted(frames)), asio::detached);
            }
            manual_time::settle(other);
            BOOST_TEST(frames == 20'000);
            held.reset();
        }
        BOOST_TEST(frames == 0);
        BOOST_TEST(sut->empty());
        BOOST_TEST(sut.use_count() == 1);
    }
}

// On several threads there is one first at a time, and everybody is it once.
BOOST_AUTO_TEST_CASE(many_threads)
{
    asio::io_context other(4);
    std::atomic<int> first_at_once = 0;
    std::atomic<int> too_many = 0;
    std::atomic<int> ended = 0;
    auto const pass = [](std::shared_ptr<line> whole, std::atomic<int>* at_once,
                         std::atomic<int>* too_many_at_once) -> asio::awaitable<void> {
        auto const executor = co_await asio::this_coro::executor;
        line::place const mine(std::move(whole));
        co_await mine.wait_to_be_first();
        if (++*at_once != 1)
            ++*too_many_at_once;
        co_await asio::post(executor, asio::use_awaitable);
        --*at_once;
    };
    for (int i = 0; i < 1'000; ++i)
        asio::co_spawn(asio::make_strand(other), pass(sut, &first_at_once, &too_many),
                       [&ended](std::exception_ptr) { ++ended; });
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&other] { other.run_for(std::chrono::seconds(30)); });
    for (std::thread& each : threads)
        each.join();
    BOOST_TEST(ended == 1'000);
    BOOST_TEST(too_many == 0);
    BOOST_TEST(sut->empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::async
