#include "cli/run.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace glacier::cli;
using namespace std::chrono_literals;

asio::awaitable<int> answer()
{
    co_await asio::post(asio::use_awaitable);
    co_return 42;
}

asio::awaitable<void> fail()
{
    co_await asio::post(asio::use_awaitable);
    throw std::runtime_error("as it must");
}

/// Sends a signal to this process, and then waits for ever.
asio::awaitable<void> raise_and_wait(int signal)
{
    ::raise(signal);
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             std::chrono::steady_clock::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
}

/// Sends a signal, and ends as if there had been none.
asio::awaitable<int> raise_and_succeed(int signal)
{
    ::raise(signal);
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             std::chrono::steady_clock::time_point::max());
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_return 42;
}

asio::awaitable<void> set(bool& done)
{
    co_await asio::post(asio::use_awaitable);
    done = true;
}

asio::awaitable<void> wait_for_ever(std::shared_ptr<bool> cancelled)
{
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             std::chrono::steady_clock::time_point::max());
    try {
        co_await timer.async_wait(asio::use_awaitable);
    } catch (boost::system::system_error const&) {
        *cancelled = true;
        throw;
    }
}

exit_code code_of_interruption(int signal)
{
    asio::io_context context(1);
    try {
        run(context, raise_and_wait(signal));
    } catch (interrupted const& error) {
        return error.code();
    }
    return exit_code::success;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cli_run)

BOOST_AUTO_TEST_CASE(result_of_the_operation)
{
    asio::io_context context(1);
    BOOST_TEST(run(context, answer()) == 42);
    // One context serves several runs.
    BOOST_TEST(run(context, answer()) == 42);
}

BOOST_AUTO_TEST_CASE(error_of_the_operation)
{
    asio::io_context context(1);
    BOOST_CHECK_EXCEPTION(run(context, fail()), std::runtime_error, [](std::runtime_error const& error) {
        return error.what() == std::string("as it must");
    });
}

// What keeps the loop busy beside the operation does not keep the command from its end.
BOOST_AUTO_TEST_CASE(other_work_does_not_matter)
{
    asio::io_context context(1);
    asio::steady_timer timer(context, 1h);
    timer.async_wait([](boost::system::error_code) {});
    BOOST_TEST(run(context, answer()) == 42);
}

BOOST_AUTO_TEST_CASE(signals_cancel)
{
    BOOST_TEST((code_of_interruption(SIGINT) == exit_code::interrupted));
    BOOST_TEST((code_of_interruption(SIGTERM) == exit_code::terminated));
}

BOOST_AUTO_TEST_CASE(interruptions_say_more)
{
    interrupted const first(SIGINT);
    interrupted const more(first, "; nothing was stored");
    BOOST_TEST(more.what() == std::string("interrupted; nothing was stored"));
    BOOST_TEST((more.code() == exit_code::interrupted));
    BOOST_TEST(interrupted(SIGTERM).what() == std::string("terminated"));
}

// A result that is there in spite of a signal is not thrown away.
BOOST_AUTO_TEST_CASE(success_in_spite_of_a_signal)
{
    asio::io_context context(1);
    bool cleaned = false;
    BOOST_TEST(run(context, raise_and_succeed(SIGINT), [&cleaned] { return set(cleaned); }) == 42);
    BOOST_TEST(!cleaned);
}

// Cleaning up comes after an interruption, and only then.
BOOST_AUTO_TEST_CASE(clean_up)
{
    asio::io_context context(1);
    bool cleaned = false;
    auto const clean = [&cleaned] { return set(cleaned); };
    BOOST_TEST(run(context, answer(), clean) == 42);
    BOOST_CHECK_THROW(run(context, fail(), clean), std::runtime_error);
    BOOST_TEST(!cleaned);
    BOOST_CHECK_THROW(run(context, raise_and_wait(SIGINT), clean), interrupted);
    BOOST_TEST(cleaned);
}

// A failure to clean up does not hide the interruption.
BOOST_AUTO_TEST_CASE(clean_up_that_fails)
{
    asio::io_context context(1);
    BOOST_CHECK_THROW(run(context, raise_and_wait(SIGTERM), [] { return fail(); }), interrupted);
}

// Cleaning up may take some time, but not for ever.
BOOST_AUTO_TEST_CASE(clean_up_is_bounded)
{
    asio::io_context context(1);
    auto const cancelled = std::make_shared<bool>(false);
    auto const start = std::chrono::steady_clock::now();
    BOOST_CHECK_THROW(
        run(
            context, raise_and_wait(SIGINT), [cancelled] { return wait_for_ever(cancelled); }, 20ms),
        interrupted);
    BOOST_TEST(*cancelled);
    BOOST_TEST((std::chrono::steady_clock::now() - start < 4s));
}

// The second signal ends the process at once, whatever is still to be done.
BOOST_AUTO_TEST_CASE(second_signal)
{
    auto const start = std::chrono::steady_clock::now();
    pid_t const child = ::fork();
    if (child == 0) {
        asio::io_context context(1);
        try {
            run(context, raise_and_wait(SIGINT), [] { return raise_and_wait(SIGTERM); });
        } catch (...) {
            std::_Exit(1);
        }
        std::_Exit(0);
    }
    int status = 0;
    BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
    BOOST_TEST_REQUIRE(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == 143);
    BOOST_TEST((std::chrono::steady_clock::now() - start < 15s));
}

// After the run, signals mean again what they did before.
BOOST_AUTO_TEST_CASE(signals_are_given_back)
{
    asio::io_context context(1);
    BOOST_TEST(run(context, answer()) == 42);
    struct sigaction action {};
    BOOST_TEST_REQUIRE(::sigaction(SIGTERM, nullptr, &action) == 0);
    BOOST_TEST((action.sa_handler == SIG_DFL));
}

BOOST_AUTO_TEST_SUITE_END()
