#pragma once

#include "async/event.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <memory>

namespace glacier::async {

namespace asio = boost::asio;

/**
 * Child operations of one coroutine, all on one strand.
 *
 * Children are started within run(), which ends when all of them have ended: they may use the owner's memory.
 *
 * Thread safety: everything on the strand, and the owner runs on it too.
 */
class task_group {
public:
    /// How a child ended.
    struct completion {
        std::uint64_t id = 0;
        /// Null if it succeeded.
        std::exception_ptr error;
    };

    explicit task_group(asio::any_io_executor strand);

    /// Within run(). Starts a child; `id` comes back in its completion.
    void start(std::uint64_t id, asio::awaitable<void> operation);

    /// Children that run or whose completion was not taken yet.
    std::size_t size() const noexcept { return state_->children.size(); }

    /// Within run(). Waits for a child to end and takes its completion. There must be one. Null on cancellation.
    asio::awaitable<std::unique_ptr<completion>> next();

    /// Awaits `body`, which starts children and takes completions; then cancels the children that still run and
    /// waits for them, also when the owner is cancelled. Rethrows the error of `body`.
    asio::awaitable<void> run(asio::awaitable<void> body);

private:
    struct child {
        asio::cancellation_signal cancel;
        bool ended = false;
    };

    struct state {
        event ended;
        // A child's signal stays until its completion is taken: by then the child has unwound.
        std::map<std::uint64_t, child> children;
        std::deque<completion> completions;
    };

    class child_completion;

    void cancel();

    asio::any_io_executor strand_;
    std::shared_ptr<state> state_;
};

} // namespace glacier::async
