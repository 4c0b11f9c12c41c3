#include "async/task_group.hpp"

#include "support/run.hpp"
#include "support/started.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <future>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace glacier::async {
namespace {

using test::counted;
using test::started;

bool is_aborted(boost::system::system_error const& error)
{
    return error.code() == asio::error::operation_aborted;
}

/// A context with a group, and the events that children wait for.
struct fixture {
    asio::io_context context;
    std::map<int, event> events;
    int alive = 0;
    std::vector<std::string> log;
    task_group group{context.get_executor()};

    asio::any_io_executor executor() { return context.get_executor(); }
};

/// Ends with the event, or with operation_aborted when it is cancelled.
asio::awaitable<void> child(fixture& f, int number, counted /*in_the_frame*/)
{
    bool const happened = co_await f.events[number].wait();
    if (!happened) {
        f.log.push_back("child " + std::to_string(number) + " cancelled");
        throw boost::system::system_error(asio::error::operation_aborted);
    }
    f.log.push_back("child " + std::to_string(number) + " done");
}

asio::awaitable<void> failing_child(fixture& f, int number)
{
    co_await f.events[number].wait();
    throw std::runtime_error("child " + std::to_string(number));
}

/// Ends with the event, whatever is cancelled.
asio::awaitable<void> stubborn_child(fixture& f, int number, counted /*in_the_frame*/)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    bool happened = co_await f.events[number].wait();
    while (!happened) {
        f.log.push_back("child " + std::to_string(number) + " goes on");
        happened = co_await f.events[number].wait();
    }
    f.log.push_back("child " + std::to_string(number) + " done");
}

asio::awaitable<void> quick_child(fixture& f, int number)
{
    f.log.push_back("child " + std::to_string(number) + " done");
    co_return;
}

std::string text_of(std::exception_ptr const& error)
{
    if (!error)
        return "ok";
    try {
        std::rethrow_exception(error);
    } catch (boost::system::system_error const& caught) {
        return is_aborted(caught) ? "aborted" : caught.what();
    } catch (std::exception const& caught) {
        return caught.what();
    }
}

/// Takes completions and notes them, `count` times or until it is cancelled.
asio::awaitable<void> take(fixture& f, int count)
{
    for (int i = 0; i < count; ++i) {
        auto const taken = co_await f.group.next();
        if (!taken) {
            f.log.push_back("next cancelled");
            throw boost::system::system_error(asio::error::operation_aborted);
        }
        f.log.push_back("taken " + std::to_string(taken->id) + " " + text_of(taken->error));
    }
}

asio::awaitable<void> start_and_take(fixture& f, int children, int taken)
{
    for (int number = 0; number < children; ++number)
        f.group.start(static_cast<std::uint64_t>(number), child(f, number, counted(f.alive)));
    co_await take(f, taken);
    f.log.push_back("body ended");
}

BOOST_AUTO_TEST_SUITE(task_group_test)

// Completions come in the order in which the children end, each with its id.
BOOST_AUTO_TEST_CASE(completions_in_order_of_ending)
{
    fixture f;
    started<void> running(f.executor(), f.group.run(start_and_take(f, 3, 3)));
    f.context.poll();
    BOOST_TEST(f.group.size() == 3U);
    for (int const number : {2, 0, 1}) {
        f.events[number].set();
        f.context.poll();
    }
    test::run_to_end(f.context);
    running.get();
    std::vector<std::string> const expected{"child 2 done", "taken 2 ok", "child 0 done", "taken 0 ok",
                                            "child 1 done", "taken 1 ok", "body ended"};
    BOOST_TEST(f.log == expected, boost::test_tools::per_element());
    BOOST_TEST(f.group.size() == 0U);
    BOOST_TEST(f.alive == 0);
}

// Several children that end at once are taken one after the other.
BOOST_AUTO_TEST_CASE(completions_are_kept_until_taken)
{
    fixture f;
    started<void> running(f.executor(), f.group.run(start_and_take(f, 4, 4)));
    f.context.poll();
    for (int const number : {3, 1, 2, 0})
        f.events[number].set();
    test::run_to_end(f.context);
    running.get();
    BOOST_TEST(f.log.size() == 9U);
    BOOST_TEST(f.log.back() == "body ended");
}

asio::awaitable<void> start_failing_and_take(fixture& f)
{
    f.group.start(7, failing_child(f, 0));
    f.group.start(8, child(f, 1, counted(f.alive)));
    co_await take(f, 1);
    f.events[1].set();
    co_await take(f, 1);
}

// An error of a child comes with its completion and harms neither the body nor the others.
BOOST_AUTO_TEST_CASE(errors_come_with_the_completion)
{
    fixture f;
    started<void> running(f.executor(), f.group.run(start_failing_and_take(f)));
    f.context.poll();
    f.events[0].set();
    test::run_to_end(f.context);
    running.get();
    std::vector<std::string> const expected{"taken 7 child 0", "child 1 done", "taken 8 ok"};
    BOOST_TEST(f.log == expected, boost::test_tools::per_element());
}

asio::awaitable<void> start_quick_and_take(fixture& f)
{
    for (int round = 0; round < 3; ++round) {
        f.group.start(5, quick_child(f, round));
        BOOST_TEST(f.group.size() == 1U);
        co_await take(f, 1);
        BOOST_TEST(f.group.size() == 0U);
    }
}

// An id may be used again when its completion was taken.
BOOST_AUTO_TEST_CASE(ids_may_be_used_again)
{
    fixture f;
    test::run(f.context, f.group.run(start_quick_and_take(f)));
    std::vector<std::string> const expected{"child 0 done", "taken 5 ok",   "child 1 done",
                                            "taken 5 ok",   "child 2 done", "taken 5 ok"};
    BOOST_TEST(f.log == expected, boost::test_tools::per_element());
}

// When the body ends, children that still run are cancelled and waited for.
BOOST_AUTO_TEST_CASE(end_of_the_body_cancels_the_children)
{
    fixture f;
    started<void> running(f.executor(), f.group.run(start_and_take(f, 3, 1)));
    f.context.poll();
    f.events[1].set();
    test::run_to_end(f.context);
    running.get();
    std::vector<std::string> const expected{"child 1 done", "taken 1 ok", "body ended", "child 0 cancelled",
                                            "child 2 cancelled"};
    BOOST_TEST(f.log == expected, boost::test_tools::per_element());
    BOOST_TEST(f.alive == 0);
    BOOST_TEST(f.group.size() == 0U);
}

asio::awaitable<void> start_stubborn(fixture& f)
{
    f.group.start(1, stubborn_child(f, 1, counted(f.alive)));
    f.log.push_back("body ended");
    co_return;
}

// A child that goes on although it is cancelled is waited for: it may use the owner's memory.
BOOST_AUTO_TEST_CASE(stubborn_child_is_waited_for)
{
    fixture f;
    started<void> running(f.executor(), f.group.run(start_stubborn(f)));
    f.context.poll();
    BOOST_TEST(!running.ended());
    BOOST_TEST(f.alive == 1);
    f.events[1].set();
    test::run_to_end(f.context);
    running.get();
    BOOST_TEST(f.log.front() == "body ended");
    BOOST_TEST(f.log.back() == "child 1 done");
    BOOST_TEST(f.alive == 0);
}

asio::awaitable<void> start_and_fail(fixture& f)
{
    f.group.start(0, child(f, 0, counted(f.alive)));
    f.group.start(1, stubborn_child(f, 1, counted(f.alive)));
    co_await take(f, 1);
    throw std::runtime_error("body");
}

// An error of the body is thrown when all children have ended.
BOOST_AUTO_TEST_CASE(error_of_the_body_is_thrown_after_the_children)
{
    fixture f;
    started<void> running(f.executor(), f.group.run(start_and_fail(f)));
    f.context.poll();
    f.events[0].set();
    f.context.poll();
    BOOST_TEST(!running.ended());
    f.events[1].set();
    test::run_to_end(f.context);
    BOOST_CHECK_EXCEPTION(running.get(), std::runtime_error, [](std::runtime_error const& error) {
        return std::string(error.what()) == "body";
    });
    BOOST_TEST(f.log.back() == "child 1 done");
    BOOST_TEST(f.alive == 0);
}

// A cancelled owner cancels its children and waits for them, however often it is cancelled.
BOOST_AUTO_TEST_CASE(cancellation_drains)
{
    fixture f;
    started<void> running(f.executor(), f.group.run(start_and_take(f, 2, 2)));
    f.context.poll();
    running.cancel();
    test::run_to_end(f.context);
    BOOST_CHECK_EXCEPTION(running.get(), boost::system::system_error, is_aborted);
    std::vector<std::string> const expected{"next cancelled", "child 0 cancelled", "child 1 cancelled"};
    BOOST_TEST(f.log == expected, boost::test_tools::per_element());
    BOOST_TEST(f.alive == 0);
}

// While it drains, another cancellation neither hurries nor loses a child.
BOOST_AUTO_TEST_CASE(cancellation_while_draining)
{
    fixture f;
    started<void> running(f.executor(), f.group.run(start_stubborn(f)));
    for (int i = 0; i < 3; ++i) {
        f.context.poll();
        running.cancel();
        f.context.poll();
        BOOST_TEST(!running.ended());
    }
    f.events[1].set();
    test::run_to_end(f.context);
    running.get();
    BOOST_TEST(f.log.back() == "child 1 done");
    BOOST_TEST(f.alive == 0);
}

asio::awaitable<void> start_nothing(fixture& f)
{
    f.log.push_back("body ended");
    co_return;
}

// A group without children ends with its body.
BOOST_AUTO_TEST_CASE(no_children)
{
    fixture f;
    test::run(f.context, f.group.run(start_nothing(f)));
    BOOST_TEST(f.log.size() == 1U);
}

// The group can be used again after it has run, also after a failure.
BOOST_AUTO_TEST_CASE(group_can_run_again)
{
    fixture f;
    f.events[0].set();
    f.events[1].set();
    BOOST_CHECK_THROW(test::run(f.context, f.group.run(start_and_fail(f))), std::runtime_error);
    f.log.clear();
    test::run(f.context, f.group.run(start_and_take(f, 2, 2)));
    BOOST_TEST(f.log.back() == "body ended");
    BOOST_TEST(f.alive == 0);
}

asio::awaitable<bool> throws_after(fixture& f, bool throws_before)
{
    co_await asio::this_coro::throw_if_cancelled(throws_before);
    co_await f.group.run(start_nothing(f));
    co_return co_await asio::this_coro::throw_if_cancelled();
}

// Whether the caller throws when it is cancelled stays as the caller set it.
BOOST_AUTO_TEST_CASE(callers_setting_is_kept)
{
    fixture f;
    BOOST_TEST(test::run(f.context, throws_after(f, true)));
    BOOST_TEST(!test::run(f.context, throws_after(f, false)));
}

// When the context goes in the midst of it, nothing is left of the owner and the children.
BOOST_AUTO_TEST_CASE(context_may_go)
{
    int left = 0;
    for (int steps = 0; steps < 20; ++steps) {
        fixture f;
        std::optional<asio::io_context> context(std::in_place);
        f.group = task_group(context->get_executor());
        started<void> const running(context->get_executor(), f.group.run(start_and_take(f, 3, 2)));
        for (int i = 0; i < steps; ++i) {
            // The second half of the steps is after two children have ended.
            if (i == steps / 2) {
                f.events[1].set();
                f.events[2].set();
            }
            context->poll_one();
        }
        left = std::max(left, f.alive);
        // Those that still wait would do so for ever.
        f.events.clear();
        context.reset();
        BOOST_TEST(f.alive == 0, "after " << steps << " steps");
    }
    BOOST_TEST(left == 3);
}

asio::awaitable<void> count_children(task_group& group, int& running, int& most, int children)
{
    struct work {
        static asio::awaitable<void> one(int& running, int& most)
        {
            most = std::max(most, ++running);
            --running;
            co_return;
        }
    };
    for (int number = 0; number < children; ++number)
        group.start(static_cast<std::uint64_t>(number), work::one(running, most));
    for (int number = 0; number < children; ++number)
        co_await group.next();
}

// On a strand of several threads the children do not get in each other's way.
BOOST_AUTO_TEST_CASE(strand_of_several_threads)
{
    asio::thread_pool threads(4);
    auto const strand = asio::make_strand(threads);
    int running = 0;
    int most = 0;
    task_group group(strand);
    auto outcome =
        asio::co_spawn(strand, group.run(count_children(group, running, most, 500)), asio::use_future);
    BOOST_TEST_REQUIRE((outcome.wait_for(std::chrono::seconds(10)) == std::future_status::ready));
    outcome.get();
    threads.join();
    BOOST_TEST(running == 0);
    BOOST_TEST(most == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::async
