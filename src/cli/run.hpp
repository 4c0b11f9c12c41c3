#pragma once

#include "cli/exit_code.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace glacier::cli {

namespace asio = boost::asio;

/// The user or the system wants the command to end: 128 + the signal's number as exit code.
class interrupted : public failure {
public:
    explicit interrupted(int signal);

    /// The same with more to say.
    interrupted(interrupted const& first, std::string const& more)
        : failure(first.code(), std::string(first.what()) + more)
    {}
};

/// Makes a coroutine that puts in order what an interrupted one left.
using clean_up_function = std::function<asio::awaitable<void>()>;

/**
 * Runs an operation on the context, which no other thread runs, until the operation ends.
 *
 * SIGINT and SIGTERM cancel it. Then what `clean_up` makes is run, and cancelled too after `clean_up_time_max`.
 * A second signal ends the process at once, with its exit code.
 *
 * Lifetime: what the operation refers to must live until the context is destroyed.
 * Errors: those of the operation; interrupted if a signal made it fail. If it succeeds although a signal
 *   came, that is no error: its result would be lost. What clean_up throws is lost; it keeps its own record.
 */
void run(asio::io_context& context, asio::awaitable<void> operation, clean_up_function clean_up = nullptr,
         std::chrono::milliseconds clean_up_time_max = std::chrono::seconds(5));

template <class T>
asio::awaitable<void> store_result(asio::awaitable<T> operation, std::optional<T>& result)
{
    result = co_await std::move(operation);
}

/// The same for an operation with a result.
template <class T>
T run(asio::io_context& context, asio::awaitable<T> operation, clean_up_function clean_up = nullptr)
{
    std::optional<T> result;
    run(context, store_result(std::move(operation), result), std::move(clean_up));
    return std::move(*result);
}

} // namespace glacier::cli
