#pragma once

#include "async/line.hpp"
#include "async/timer.hpp"
#include "plan/byte_rate.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

namespace glacier::async {

namespace asio = boost::asio;

/**
 * Where bytes wait for their turn so that no more of them pass in a second than is allowed: first come, first served,
 * and only the first has a timer. Without a limit it costs an atomic load.
 *
 * Thread safety: full. A coroutine resumes on its own executor.
 */
class rate_limiter : public std::enable_shared_from_this<rate_limiter> {
public:
    /// Zero: no limit.
    rate_limiter(std::uint64_t bytes_per_second, std::shared_ptr<time_source> time);

    bool has_limit() const noexcept;

    /// Waits for the turn of `bytes`. Cancellation: prompt; the others move up.
    asio::awaitable<void> pass(std::size_t bytes);

    /// Those that wait follow at once.
    void set_rate(std::uint64_t bytes_per_second);
    std::uint64_t rate() const noexcept;

    /// Others may wait in the same line, so blocks should not be larger than what passes in a moment.
    std::size_t block_bytes(std::size_t wanted) const noexcept;

private:
    struct wait;
    class wakeable;

    static asio::awaitable<void> wait_in_line(std::shared_ptr<rate_limiter> self, std::size_t bytes);
    static asio::awaitable<void> wait_as_first(std::shared_ptr<rate_limiter> self,
                                               asio::any_io_executor strand, std::size_t bytes);
    std::chrono::nanoseconds take(std::size_t bytes, time_source::time_point now);

    std::shared_ptr<time_source> time_;
    std::atomic<std::uint64_t> rate_;
    std::mutex mutex_;
    plan::byte_rate bucket_;
    // Of the first, if it waits.
    std::shared_ptr<wait> waiting_;
    std::shared_ptr<line> const line_;
};

} // namespace glacier::async
