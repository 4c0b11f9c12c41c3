#include "async/offload.hpp"

#include "support/end_noted.hpp"
#include "support/last_words.hpp"
#include "support/run.hpp"
#include "support/started.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace glacier::async {
namespace {

using test::counted;
using test::started;

bool is_aborted(boost::system::system_error const& error)
{
    return error.code() == asio::error::operation_aborted;
}

BOOST_AUTO_TEST_SUITE(offload_test)

// The value of the function comes back, also one that can only be moved.
BOOST_AUTO_TEST_CASE(value_comes_back)
{
    asio::thread_pool threads(1);
    BOOST_TEST(test::run(offload(threads.get_executor(), [] { return std::string("a value"); })) ==
               "a value");
    auto make = [pointer = std::make_unique<int>(7)]() mutable { return std::move(pointer); };
    BOOST_TEST(*test::run(offload(threads.get_executor(), std::move(make))) == 7);
}

// A function without a value has returned when offload() is done.
BOOST_AUTO_TEST_CASE(void_function_has_returned)
{
    asio::thread_pool threads(1);
    bool done = false;
    test::run(offload(threads.get_executor(), [&done] { done = true; }));
    BOOST_TEST(done);
}

// What the function throws is thrown, with or without a value.
BOOST_AUTO_TEST_CASE(exception_comes_back)
{
    asio::thread_pool threads(1);
    auto const is_it = [](std::runtime_error const& error) {
        return std::string(error.what()) == "not today";
    };
    auto fail = []() -> int { throw std::runtime_error("not today"); };
    BOOST_CHECK_EXCEPTION(test::run(offload(threads.get_executor(), fail)), std::runtime_error, is_it);
    auto fail_without_value = [] { throw std::runtime_error("not today"); };
    BOOST_CHECK_EXCEPTION(test::run(offload(threads.get_executor(), fail_without_value)), std::runtime_error,
                          is_it);
}

asio::awaitable<std::thread::id> go_there_and_back(asio::any_io_executor threads, std::thread::id& inside)
{
    auto look = [] { return std::this_thread::get_id(); };
    inside = co_await offload(threads, look);
    co_return std::this_thread::get_id();
}

// The function runs on a thread of the executor, and the caller goes on on its own.
BOOST_AUTO_TEST_CASE(runs_on_another_thread)
{
    asio::thread_pool threads(1);
    std::thread::id inside;
    auto const after = test::run(go_there_and_back(threads.get_executor(), inside));
    BOOST_TEST((inside != std::thread::id()));
    BOOST_TEST((inside != std::this_thread::get_id()));
    BOOST_TEST((after == std::this_thread::get_id()));
}

// The event loop goes on while the function blocks.
BOOST_AUTO_TEST_CASE(loop_is_not_blocked)
{
    asio::thread_pool threads(1);
    asio::io_context context;
    std::promise<void> release;
    auto block = [&release] { release.get_future().wait(); };
    started<void> waiting(context.get_executor(), offload(threads.get_executor(), block));
    // The function blocks until the loop does something else.
    asio::post(context, [&release] { release.set_value(); });
    test::run_to_end(context);
    waiting.get();
}

// A cancellation takes effect when the function has returned, and its value is not thrown away.
BOOST_AUTO_TEST_CASE(cancellation_waits_for_the_function)
{
    asio::thread_pool threads(1);
    asio::io_context context;
    std::promise<void> begun;
    std::promise<void> release;
    auto block = [&] {
        begun.set_value();
        release.get_future().wait();
        return 42;
    };
    started<int> waiting(context.get_executor(), offload(threads.get_executor(), block));
    context.poll();
    begun.get_future().wait();
    for (int i = 0; i < 3; ++i) {
        waiting.cancel();
        context.poll();
        BOOST_TEST(!waiting.ended());
    }
    release.set_value();
    test::run_to_end(context);
    BOOST_TEST(waiting.get() == 42);
}

asio::awaitable<bool> throws_after(asio::any_io_executor executor, bool throws_before)
{
    co_await asio::this_coro::throw_if_cancelled(throws_before);
    auto nothing = [] {};
    co_await offload(executor, nothing);
    co_return co_await asio::this_coro::throw_if_cancelled();
}

// Whether the caller throws when it is cancelled stays as the caller set it.
BOOST_AUTO_TEST_CASE(callers_setting_is_kept)
{
    asio::thread_pool threads(1);
    BOOST_TEST(test::run(throws_after(threads.get_executor(), true)));
    BOOST_TEST(!test::run(throws_after(threads.get_executor(), false)));
}

// A function that was never called, because its context went before, gives operation_aborted.
BOOST_AUTO_TEST_CASE(dropped_function_is_aborted)
{
    asio::io_context here;
    std::optional<asio::io_context> there(std::in_place);
    int alive = 0;
    auto never = [held = counted(alive)] { return 42; };
    started<int> waiting(here.get_executor(), offload(there->get_executor(), std::move(never)));
    here.poll();
    BOOST_TEST(!waiting.ended());
    there.reset();
    test::run_to_end(here);
    BOOST_CHECK_EXCEPTION(waiting.get(), boost::system::system_error, is_aborted);
}

template <class Function>
asio::awaitable<void> hold_and_offload(counted /*in_the_frame*/, asio::any_io_executor threads,
                                       Function function)
{
    co_await offload(threads, std::move(function));
}

// The threads belong to the context: they have ended before it is gone, and what waited for them is dropped.
BOOST_AUTO_TEST_CASE(threads_end_with_the_context)
{
    int alive = 0;
    std::promise<void> begun;
    std::atomic<bool> ended = false;
    {
        asio::io_context context;
        auto const threads = blocking_executor_of(context.get_executor());
        std::shared_future<void> const released = test::end_of(context);
        asio::post(threads, [&ended, &begun, released] {
            begun.set_value();
            released.wait();
            // Gives a context that does not wait the time to be gone.
            for (int i = 0; i < 1'000; ++i)
                std::this_thread::yield();
            ended = true;
        });
        begun.get_future().wait();
        BOOST_TEST(!ended);
    }
    BOOST_TEST(ended);

    begun = std::promise<void>();
    {
        asio::io_context context;
        auto const threads = blocking_executor_of(context.get_executor());
        std::shared_future<void> const release = test::end_of(context);
        auto block = [&begun, release] {
            begun.set_value();
            release.wait();
        };
        started<void> const waiting(context.get_executor(),
                                    hold_and_offload(counted(alive), threads, std::move(block)));
        context.poll();
        begun.get_future().wait();
        BOOST_TEST(alive == 1);
    }
    BOOST_TEST(alive == 0);
}

asio::awaitable<void> note_end_and_offload(test::end_noted /*in_the_frame*/, asio::any_io_executor threads,
                                           std::function<void()> function)
{
    co_await offload(threads, std::move(function));
}

// A coroutine on a strand that waits for its function when the context goes is destroyed by whoever destroys the
// context, never by the thread that ends the function: several of them may share memory without locks.
BOOST_AUTO_TEST_CASE(strand_is_destroyed_by_one_thread)
{
    std::promise<void> begun;
    std::thread::id place;
    {
        asio::io_context context;
        auto const threads = blocking_executor_of(context.get_executor());
        std::shared_future<void> const release = test::end_of(context);
        auto block = [&begun, release] {
            begun.set_value();
            release.wait();
        };
        asio::co_spawn(asio::make_strand(context),
                       note_end_and_offload(test::end_noted(place), threads, block), asio::detached);
        context.poll();
        begun.get_future().wait();
        BOOST_TEST((place == std::thread::id()));
    }
    BOOST_TEST((place == std::this_thread::get_id()));
}

/// Posts to the threads of a context when it goes.
struct posts_when_it_goes {
    posts_when_it_goes(asio::io_context& its_context, std::atomic<bool>& its_flag)
        : context(&its_context), has_run(&its_flag)
    {}
    posts_when_it_goes(posts_when_it_goes&& other) noexcept
        : context(std::exchange(other.context, nullptr)), has_run(other.has_run)
    {}
    posts_when_it_goes& operator=(posts_when_it_goes&&) = delete;
    ~posts_when_it_goes()
    {
        if (context == nullptr)
            return;
        asio::post(blocking_executor_of(context->get_executor()), [flag = has_run] { *flag = true; });
        // Gives a thread that should not be there the time to run it.
        for (int i = 0; i < 1'000; ++i)
            std::this_thread::yield();
    }

    asio::io_context* context;
    std::atomic<bool>* has_run;
};

// Also while they end, and afterwards, the threads may be asked for. Then nothing runs on them any more.
BOOST_AUTO_TEST_CASE(threads_are_asked_for_while_they_end)
{
    std::promise<void> begun;
    std::atomic<bool> asked = false;
    std::atomic<bool> either = false;
    std::atomic<bool> has_run = false;
    {
        asio::io_context context;
        auto const threads = blocking_executor_of(context.get_executor());
        std::shared_future<void> const release = test::end_of(context);
        auto ask = [&] {
            begun.set_value();
            release.wait();
            // Gives a context that does not wait the time to hold what it holds while it waits.
            for (int i = 0; i < 1'000; ++i)
                std::this_thread::yield();
            blocking_executor_of(context.get_executor());
            asked = true;
        };
        auto block = [release] { release.wait(); };
        asio::post(threads, std::move(ask));
        asio::post(threads, std::move(block));
        // Two hold the threads, so this one is dropped while they end, or runs just before.
        asio::post(threads, [late = posts_when_it_goes(context, either)] {});
        // Is left on a strand, which ends after the threads.
        asio::post(asio::make_strand(context), [late = posts_when_it_goes(context, has_run)] {});
        begun.get_future().wait();
    }
    BOOST_TEST(asked);
    BOOST_TEST(!has_run);
}

// More functions wait than there are threads when the context goes: nothing of them is left.
BOOST_AUTO_TEST_CASE(queued_functions_are_dropped)
{
    int alive = 0;
    {
        asio::io_context context;
        auto const threads = blocking_executor_of(context.get_executor());
        std::shared_future<void> const release = test::end_of(context);
        for (int i = 0; i < 100; ++i) {
            auto block = [release] { release.wait(); };
            asio::co_spawn(context, hold_and_offload(counted(alive), threads, std::move(block)),
                           asio::detached);
        }
        context.poll();
        BOOST_TEST(alive == 100);
    }
    BOOST_TEST(alive == 0);
}

asio::awaitable<std::thread::id> thread_of(asio::any_io_executor threads)
{
    auto look = [] { return std::this_thread::get_id(); };
    co_return co_await offload(threads, look);
}

asio::awaitable<int> nice_value_of(asio::any_io_executor threads)
{
    auto look = [] { return ::getpriority(PRIO_PROCESS, 0); };
    co_return co_await offload(threads, look);
}

// Where processors are short, the loop goes before the threads of its context; its own nice value stays.
BOOST_AUTO_TEST_CASE(threads_let_the_loop_go_first)
{
    int const own = ::getpriority(PRIO_PROCESS, 0);
    asio::io_context context;
    int const theirs = test::run(context, nice_value_of(blocking_executor_of(context.get_executor())));
    BOOST_TEST(theirs == std::min(own + 5, 19));
    BOOST_TEST(::getpriority(PRIO_PROCESS, 0) == own);
}

// A context has its threads once, however often they are asked for; another context has its own.
BOOST_AUTO_TEST_CASE(each_context_has_its_threads)
{
    asio::io_context first;
    asio::io_context second;
    BOOST_TEST((blocking_executor_of(first.get_executor()) == blocking_executor_of(first.get_executor())));
    BOOST_TEST((blocking_executor_of(first.get_executor()) != blocking_executor_of(second.get_executor())));

    std::set<std::thread::id> seen;
    for (int i = 0; i < 50; ++i)
        seen.insert(test::run(first, thread_of(blocking_executor_of(first.get_executor()))));
    BOOST_TEST(seen.size() <= 2U);
    BOOST_TEST(seen.count(std::this_thread::get_id()) == 0U);
    BOOST_TEST(seen.count(test::run(second, thread_of(blocking_executor_of(second.get_executor())))) == 0U);
}

// Two functions may block at the same time.
BOOST_AUTO_TEST_CASE(two_functions_block_at_once)
{
    asio::io_context context;
    auto const threads = blocking_executor_of(context.get_executor());
    std::promise<void> first_is_there;
    std::promise<void> second_is_there;
    auto meet_second = [&] {
        first_is_there.set_value();
        second_is_there.get_future().wait();
    };
    auto meet_first = [&] {
        second_is_there.set_value();
        first_is_there.get_future().wait();
    };
    started<void> first(context.get_executor(), offload(threads, meet_second));
    started<void> second(context.get_executor(), offload(threads, meet_first));
    test::run_to_end(context);
    first.get();
    second.get();
}

// ---------------------------------------------------------------------------------------------------
// Steps

// It is called until it gives false, elsewhere, and then the caller goes on.
BOOST_AUTO_TEST_CASE(steps_until_the_end)
{
    asio::thread_pool threads(1);
    int calls = 0;
    std::set<std::thread::id> seen;
    auto step = [&] {
        seen.insert(std::this_thread::get_id());
        return ++calls < 5;
    };
    test::run(offload_steps(threads.get_executor(), step));
    BOOST_TEST(calls == 5);
    BOOST_TEST(seen.size() == 1U);
    BOOST_TEST(seen.count(std::this_thread::get_id()) == 0U);
}

// What a step throws is thrown, and there are no more.
BOOST_AUTO_TEST_CASE(step_throws)
{
    asio::thread_pool threads(1);
    int calls = 0;
    auto step = [&calls]() -> bool {
        if (++calls == 3)
            throw std::runtime_error("not today");
        return true;
    };
    BOOST_CHECK_THROW(test::run(offload_steps(threads.get_executor(), step)), std::runtime_error);
    BOOST_TEST(calls == 3);
}

// Between two steps others have their turn.
BOOST_AUTO_TEST_CASE(steps_take_turns)
{
    asio::io_context threads;
    asio::io_context context;
    std::string order;
    auto first = [&order] { return (order += 'a').size() < 6; };
    auto second = [&order] { return (order += 'b').size() < 6; };
    started<void> one(context.get_executor(), offload_steps(threads.get_executor(), first));
    started<void> two(context.get_executor(), offload_steps(threads.get_executor(), second));
    context.poll();
    threads.run();
    test::run_to_end(context);
    one.get();
    two.get();
    BOOST_TEST(order == "abababa");
}

// A cancellation ends it between two steps.
BOOST_AUTO_TEST_CASE(steps_are_cancelled)
{
    asio::io_context threads;
    asio::io_context context;
    int calls = 0;
    auto step = [&calls] {
        ++calls;
        return true;
    };
    started<void> endless(context.get_executor(), offload_steps(threads.get_executor(), step));
    context.poll();
    threads.run_one();
    threads.run_one();
    endless.cancel();
    context.restart();
    context.poll();
    BOOST_TEST(!endless.ended());
    threads.run();
    test::run_to_end(context);
    BOOST_CHECK_EXCEPTION(endless.get(), boost::system::system_error, is_aborted);
    BOOST_TEST(calls == 2);
}

// Steps whose threads have gone are aborted.
BOOST_AUTO_TEST_CASE(dropped_steps_are_aborted)
{
    asio::io_context here;
    std::optional<asio::io_context> there(std::in_place);
    int alive = 0;
    auto step = [held = counted(alive)] { return true; };
    started<void> waiting(here.get_executor(), offload_steps(there->get_executor(), std::move(step)));
    here.poll();
    there->run_one();
    there.reset();
    test::run_to_end(here);
    BOOST_CHECK_EXCEPTION(waiting.get(), boost::system::system_error, is_aborted);
    // The one in this frame is left.
    BOOST_TEST(alive == 1);
}

// What a function holds is free as soon as it is through: who waits may need it at once.
BOOST_AUTO_TEST_CASE(lets_go_of_what_it_holds)
{
    asio::io_context here;
    asio::io_context there;
    auto first = std::make_shared<int>(1);
    std::weak_ptr<int> const of_first = first;
    auto work = [held = std::move(first)] {};
    started<void> once(here.get_executor(), offload(there.get_executor(), std::move(work)));
    auto second = std::make_shared<int>(2);
    std::weak_ptr<int> const of_second = second;
    auto step = [left = 2, held = std::move(second)]() mutable { return --left > 0; };
    started<void> steps(here.get_executor(), offload_steps(there.get_executor(), std::move(step)));
    here.poll();
    there.run_one();
    BOOST_TEST(of_first.expired());
    there.run_one();
    BOOST_TEST(!of_second.expired());
    there.run_one();
    BOOST_TEST(of_second.expired());
    here.restart();
    test::run_to_end(here);
    once.get();
    steps.get();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::async
