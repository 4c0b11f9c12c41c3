#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <future>
#include <utility>

namespace glacier::test {

namespace asio = boost::asio;

/// Runs the context until nothing is left to do; a hang fails this test only.
inline void run_to_end(asio::io_context& context)
{
    context.restart();
    context.run_for(std::chrono::seconds(10));
    BOOST_TEST_REQUIRE(context.stopped(), "still work to do after 10 seconds");
}

/// Runs a coroutine on the context and returns or rethrows its outcome.
template <class T>
T run(asio::io_context& context, asio::awaitable<T> operation)
{
    auto outcome = asio::co_spawn(context, std::move(operation), asio::use_future);
    context.restart();
    context.run_for(std::chrono::seconds(10));
    bool const ended = outcome.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    BOOST_TEST_REQUIRE(ended, "the operation has not ended after 10 seconds");
    return outcome.get();
}

/// The same on a context of its own.
template <class T>
T run(asio::awaitable<T> operation)
{
    asio::io_context context;
    return run(context, std::move(operation));
}

} // namespace glacier::test
