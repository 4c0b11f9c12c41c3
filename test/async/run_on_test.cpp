#include "async/run_on.hpp"

#include "support/run.hpp"
#include "support/started.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
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

asio::awaitable<std::string> give(std::string value)
{
    co_return value;
}

asio::awaitable<std::unique_ptr<int>> give_pointer(int value)
{
    co_return std::make_unique<int>(value);
}

asio::awaitable<void> note(bool& done)
{
    done = true;
    co_return;
}

asio::awaitable<int> fail()
{
    throw std::runtime_error("not today");
    co_return 1;
}

/// Waits, and throws operation_aborted when it is cancelled, like an operation of Asio.
asio::awaitable<int> wait_for(event& awaited)
{
    bool const happened = co_await awaited.wait();
    if (!happened)
        throw boost::system::system_error(asio::error::operation_aborted);
    co_return 42;
}

/// Notes a cancellation, but goes on until the event.
asio::awaitable<int> wait_to_the_end(event& awaited, int& cancellations)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    bool happened = co_await awaited.wait();
    while (!happened) {
        ++cancellations;
        happened = co_await awaited.wait();
    }
    co_return 42;
}

BOOST_AUTO_TEST_SUITE(run_on_test)

// The value of the operation comes back, also one that can only be moved.
BOOST_AUTO_TEST_CASE(value_comes_back)
{
    asio::thread_pool other(1);
    BOOST_TEST(test::run(run_on(other.get_executor(), give("a value"))) == "a value");
    BOOST_TEST(*test::run(run_on(other.get_executor(), give_pointer(7))) == 7);
}

// An operation without a value has run when run_on() is done.
BOOST_AUTO_TEST_CASE(void_operation_has_run)
{
    asio::thread_pool other(1);
    bool done = false;
    test::run(run_on(other.get_executor(), note(done)));
    BOOST_TEST(done);
}

// What the operation throws is thrown.
BOOST_AUTO_TEST_CASE(exception_comes_back)
{
    asio::thread_pool other(1);
    BOOST_CHECK_EXCEPTION(
        test::run(run_on(other.get_executor(), fail())), std::runtime_error,
        [](std::runtime_error const& error) { return std::string(error.what()) == "not today"; });
}

struct places {
    std::thread::id before;
    std::thread::id inside;
    bool in_strand = false;
    std::thread::id after;
};

asio::awaitable<void> note_place(asio::strand<asio::thread_pool::executor_type> strand, places& seen)
{
    seen.inside = std::this_thread::get_id();
    seen.in_strand = strand.running_in_this_thread();
    co_return;
}

asio::awaitable<void> go_there_and_back(asio::strand<asio::thread_pool::executor_type> strand, places& seen)
{
    seen.before = std::this_thread::get_id();
    co_await run_on(strand, note_place(strand, seen));
    seen.after = std::this_thread::get_id();
}

// The operation runs on the other executor, and the caller goes on on its own.
BOOST_AUTO_TEST_CASE(runs_on_the_other_executor)
{
    asio::thread_pool other(2);
    places seen;
    test::run(go_there_and_back(asio::make_strand(other), seen));
    BOOST_TEST((seen.before == std::this_thread::get_id()));
    BOOST_TEST((seen.inside != std::this_thread::get_id()));
    BOOST_TEST(seen.in_strand);
    BOOST_TEST((seen.after == std::this_thread::get_id()));
}

// The other executor may be that of the caller.
BOOST_AUTO_TEST_CASE(own_executor_works_too)
{
    asio::io_context context;
    BOOST_TEST(test::run(context, run_on(context.get_executor(), give("here"))) == "here");
}

// A cancellation is passed on, and the operation's own end is what comes back.
BOOST_AUTO_TEST_CASE(cancellation_is_passed_on)
{
    asio::io_context here;
    asio::io_context there;
    event never;
    started<int> running(here.get_executor(), run_on(there.get_executor(), wait_for(never)));
    here.poll();
    there.poll();

    running.cancel();
    here.poll();
    BOOST_TEST(!running.ended());
    test::run_to_end(there);
    test::run_to_end(here);
    BOOST_CHECK_EXCEPTION(running.get(), boost::system::system_error, is_aborted);
}

// A cancellation before the operation has begun reaches it all the same.
BOOST_AUTO_TEST_CASE(cancellation_before_the_operation_begins)
{
    asio::io_context here;
    asio::io_context there;
    event never;
    started<int> running(here.get_executor(), run_on(there.get_executor(), wait_for(never)));
    here.poll();
    running.cancel();
    here.poll();
    test::run_to_end(there);
    test::run_to_end(here);
    BOOST_CHECK_EXCEPTION(running.get(), boost::system::system_error, is_aborted);
}

// The operation is waited for, since it may use the caller's memory; each cancellation is passed on.
BOOST_AUTO_TEST_CASE(cancellation_waits_for_the_operation)
{
    asio::io_context here;
    asio::io_context there;
    event happened;
    int cancellations = 0;
    started<int> running(here.get_executor(),
                         run_on(there.get_executor(), wait_to_the_end(happened, cancellations)));
    for (int i = 1; i <= 3; ++i) {
        here.poll();
        there.poll();
        running.cancel();
        here.poll();
        there.poll();
        BOOST_TEST(cancellations == i);
        BOOST_TEST(!running.ended());
    }
    happened.set();
    test::run_to_end(there);
    test::run_to_end(here);
    // What was done is not thrown away.
    BOOST_TEST(running.get() == 42);
}

asio::awaitable<bool> throws_after(asio::any_io_executor executor, bool throws_before)
{
    co_await asio::this_coro::throw_if_cancelled(throws_before);
    co_await run_on(executor, give(""));
    co_return co_await asio::this_coro::throw_if_cancelled();
}

// Whether the caller throws when it is cancelled stays as the caller set it.
BOOST_AUTO_TEST_CASE(callers_setting_is_kept)
{
    asio::thread_pool other(1);
    BOOST_TEST(test::run(throws_after(other.get_executor(), true)));
    BOOST_TEST(!test::run(throws_after(other.get_executor(), false)));
}

asio::awaitable<int> hold(counted /*in_the_frame*/, event& awaited)
{
    co_return co_await wait_for(awaited);
}

asio::awaitable<int> hold_and_run_on(counted /*in_the_frame*/, asio::any_io_executor executor,
                                     asio::awaitable<int> operation)
{
    co_return co_await run_on(executor, std::move(operation));
}

// When the context of the operation goes before it has ended, the caller gets operation_aborted.
BOOST_AUTO_TEST_CASE(dropped_operation_is_aborted)
{
    asio::io_context here;
    event happened;
    int alive = 0;
    for (bool const has_begun : {false, true}) {
        happened.reset();
        std::optional<asio::io_context> there(std::in_place);
        started<int> running(here.get_executor(),
                             run_on(there->get_executor(), hold(counted(alive), happened)));
        here.restart();
        here.poll();
        if (has_begun) {
            there->poll();
            // It is about to go on.
            happened.set();
        }
        BOOST_TEST(alive == 1);
        there.reset();
        BOOST_TEST(alive == 0);
        test::run_to_end(here);
        BOOST_CHECK_EXCEPTION(running.get(), boost::system::system_error, is_aborted);
    }
}

// When the context of both goes, nothing is left of either.
BOOST_AUTO_TEST_CASE(context_of_both_may_go)
{
    for (int polls = 0; polls < 6; ++polls) {
        int alive = 0;
        {
            // Outlives the context, and holds what waits for it.
            event never;
            asio::io_context context;
            auto const strand = asio::make_strand(context);
            started<int> const running(context.get_executor(),
                                       hold_and_run_on(counted(alive), strand, hold(counted(alive), never)));
            for (int i = 0; i < polls; ++i)
                context.poll_one();
            BOOST_TEST(alive == 2);
            never.set();
        }
        BOOST_TEST(alive == 0, "after " << polls << " steps");
    }
}

// Threads that cancel and complete at the same moment: each operation ends exactly once, with one of the two.
BOOST_AUTO_TEST_CASE(cancel_and_complete_at_once)
{
    asio::thread_pool other(2);
    asio::io_context here;
    for (int round = 0; round < 300; ++round) {
        event happened;
        started<int> running(here.get_executor(), run_on(asio::make_strand(other), wait_for(happened)));
        here.restart();
        here.poll();
        asio::post(other, [&happened] { happened.set(); });
        asio::post(here, [&running] { running.cancel(); });
        test::run_to_end(here);
        try {
            BOOST_TEST_REQUIRE(running.get() == 42);
        } catch (boost::system::system_error const& error) {
            BOOST_TEST_REQUIRE(is_aborted(error));
        }
        // The event is not used any more when it goes.
        std::promise<void> idle;
        asio::post(other, [&idle] { idle.set_value(); });
        idle.get_future().wait();
    }
    other.join();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::async
