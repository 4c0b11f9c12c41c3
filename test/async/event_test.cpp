#include "async/event.hpp"

#include "support/run.hpp"
#include "support/started.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace glacier::async {
namespace {

using test::counted;
using test::started;

asio::awaitable<bool> wait_for(event& awaited)
{
    co_return co_await awaited.wait();
}

/// Waits as often as it takes for the event, whatever is cancelled.
asio::awaitable<int> wait_to_the_end(event& awaited)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    int waits = 1;
    bool happened = co_await awaited.wait();
    while (!happened) {
        ++waits;
        happened = co_await awaited.wait();
    }
    co_return waits;
}

BOOST_AUTO_TEST_SUITE(event_test)

// What has happened already is not waited for, by anybody.
BOOST_AUTO_TEST_CASE(set_before_wait)
{
    event happened;
    BOOST_TEST(!happened.is_set());
    happened.set();
    happened.set();
    BOOST_TEST(happened.is_set());
    BOOST_TEST(test::run(wait_for(happened)));
    BOOST_TEST(test::run(wait_for(happened)));
    BOOST_TEST(happened.is_set());
}

// Who waits goes on when it happens, but not within set().
BOOST_AUTO_TEST_CASE(set_after_wait)
{
    asio::io_context context;
    event happened;
    started<bool> waiting(context.get_executor(), wait_for(happened));
    context.poll();
    BOOST_TEST(!waiting.ended());

    happened.set();
    BOOST_TEST(!waiting.ended());
    test::run_to_end(context);
    BOOST_TEST(waiting.get());
}

// A waiting coroutine is work: the context does not run out of it.
BOOST_AUTO_TEST_CASE(waiting_counts_as_work)
{
    asio::io_context context;
    event happened;
    started<bool> waiting(context.get_executor(), wait_for(happened));
    context.poll();
    BOOST_TEST(!context.stopped());
    happened.set();
    context.poll();
    BOOST_TEST(context.stopped());
    BOOST_TEST(waiting.get());
}

/// The thread on which the coroutine goes on after the event.
asio::awaitable<std::thread::id> thread_after(event& awaited)
{
    co_await awaited.wait();
    co_return std::this_thread::get_id();
}

// Another thread may set it; the coroutine goes on on its own executor.
BOOST_AUTO_TEST_CASE(set_from_another_thread)
{
    asio::io_context context;
    event happened;
    started<std::thread::id> waiting(context.get_executor(), thread_after(happened));
    context.poll();

    std::thread other([&happened] { happened.set(); });
    test::run_to_end(context);
    other.join();
    BOOST_TEST((waiting.get() == std::this_thread::get_id()));
}

// A cancelled wait ends with false, and the event has not happened.
BOOST_AUTO_TEST_CASE(cancellation_ends_the_wait)
{
    asio::io_context context;
    event happened;
    started<bool> waiting(context.get_executor(), wait_for(happened));
    context.poll();

    waiting.cancel();
    BOOST_TEST(!waiting.ended());
    test::run_to_end(context);
    BOOST_TEST(!waiting.get());
    BOOST_TEST(!happened.is_set());

    // It can still be used.
    happened.set();
    BOOST_TEST(test::run(wait_for(happened)));
}

// One cancellation ends one wait: who must wait to the end goes on waiting.
BOOST_AUTO_TEST_CASE(one_cancellation_ends_one_wait)
{
    asio::io_context context;
    event happened;
    started<int> waiting(context.get_executor(), wait_to_the_end(happened));
    for (int i = 0; i < 3; ++i) {
        context.poll();
        waiting.cancel();
        context.poll();
        BOOST_TEST(!waiting.ended());
    }
    happened.set();
    test::run_to_end(context);
    BOOST_TEST(waiting.get() == 4);
}

// The event came first: a cancellation after it changes nothing.
BOOST_AUTO_TEST_CASE(cancellation_after_the_event)
{
    asio::io_context context;
    event happened;
    started<bool> waiting(context.get_executor(), wait_for(happened));
    context.poll();
    asio::post(context, [&] {
        happened.set();
        waiting.cancel();
    });
    test::run_to_end(context);
    BOOST_TEST(waiting.get());
}

// The cancellation came first: the wait ends with false, and the event has happened all the same.
BOOST_AUTO_TEST_CASE(event_after_the_cancellation)
{
    asio::io_context context;
    event happened;
    started<bool> waiting(context.get_executor(), wait_for(happened));
    context.poll();
    asio::post(context, [&] {
        waiting.cancel();
        happened.set();
    });
    test::run_to_end(context);
    BOOST_TEST(!waiting.get());
    BOOST_TEST(happened.is_set());
}

// After reset() it can happen again.
BOOST_AUTO_TEST_CASE(reset_makes_it_happen_again)
{
    asio::io_context context;
    event happened;
    for (int i = 0; i < 3; ++i) {
        started<bool> waiting(context.get_executor(), wait_for(happened));
        context.restart();
        context.poll();
        BOOST_TEST(!waiting.ended());
        happened.set();
        test::run_to_end(context);
        BOOST_TEST(waiting.get());
        BOOST_TEST(happened.is_set());
        happened.reset();
        BOOST_TEST(!happened.is_set());
    }
}

asio::awaitable<void> wait_with(counted /*in_the_frame*/, event& awaited)
{
    co_await awaited.wait();
}

// An event that goes while somebody waits takes the waiting coroutine with it.
BOOST_AUTO_TEST_CASE(destruction_drops_who_waits)
{
    int alive = 0;
    asio::io_context context;
    {
        event never;
        started<void> const waiting(context.get_executor(), wait_with(counted(alive), never));
        context.poll();
        BOOST_TEST(alive == 1);
    }
    // The frame is destroyed on its executor.
    test::run_to_end(context);
    BOOST_TEST(alive == 0);
}

// The context may go while a coroutine of it is about to resume.
BOOST_AUTO_TEST_CASE(context_may_go_first)
{
    int alive = 0;
    event happened;
    {
        asio::io_context context;
        started<void> const waiting(context.get_executor(), wait_with(counted(alive), happened));
        context.poll();
        happened.set();
        BOOST_TEST(alive == 1);
    }
    BOOST_TEST(alive == 0);
}

// A setter sets its event when it goes; one that was moved from has nothing to set.
BOOST_AUTO_TEST_CASE(setter_sets_when_it_goes)
{
    auto const happened = std::make_shared<event>();
    {
        std::optional<event_setter> first(std::in_place, happened);
        event_setter const second(std::move(*first));
        first.reset();
        BOOST_TEST(!happened->is_set());
    }
    BOOST_TEST(happened->is_set());
}

// The setter keeps alive what holds the event.
BOOST_AUTO_TEST_CASE(setter_shares_ownership)
{
    auto owner = std::make_shared<event>();
    std::weak_ptr<event> const watched = owner;
    {
        event_setter const setter(std::move(owner));
        BOOST_TEST(!watched.expired());
    }
    BOOST_TEST(watched.expired());
}

// Threads that set the event and cancel the wait at the same moment: every wait ends exactly once.
BOOST_AUTO_TEST_CASE(set_and_cancel_at_once)
{
    asio::io_context context;
    for (int round = 0; round < 300; ++round) {
        event happened;
        started<bool> waiting(context.get_executor(), wait_for(happened));
        context.restart();
        context.poll();
        std::promise<void> go;
        std::thread other([&] {
            go.get_future().wait();
            happened.set();
        });
        asio::post(context, [&] {
            go.set_value();
            waiting.cancel();
        });
        test::run_to_end(context);
        other.join();
        waiting.get();
        BOOST_TEST_REQUIRE(happened.is_set());
    }
}

asio::awaitable<int> count_rounds(event& ping, event& pong, int rounds)
{
    for (int round = 0; round < rounds; ++round) {
        bool const happened = co_await ping.wait();
        if (!happened)
            co_return round;
        ping.reset();
        pong.set();
    }
    co_return rounds;
}

// Two contexts on two threads hand the word back and forth through events.
BOOST_AUTO_TEST_CASE(ping_pong_between_threads)
{
    asio::io_context here;
    asio::io_context there;
    event ping;
    event pong;
    constexpr int rounds = 1'000;
    started<int> first(here.get_executor(), count_rounds(ping, pong, rounds));
    started<int> second(there.get_executor(), count_rounds(pong, ping, rounds));
    std::thread other([&there] { there.run_for(std::chrono::seconds(10)); });
    ping.set();
    test::run_to_end(here);
    other.join();
    BOOST_TEST(first.get() == rounds);
    BOOST_TEST(second.get() == rounds);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::async
