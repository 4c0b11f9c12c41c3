#pragma once

#include "base/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>

namespace glacier::async {

namespace asio = boost::asio;

/// Lets one coroutine at a time wait for a moment.
class timer {
public:
    using time_point = std::chrono::steady_clock::time_point;

    timer() = default;
    timer(timer const&) = delete;
    timer& operator=(timer const&) = delete;
    virtual ~timer() = default;

    /// Waits until `moment`, or until wake(). Cancellation: terminal.
    virtual asio::awaitable<void> wait_until(time_point moment) = 0;

    /// Ends the wait that is under way, if there is one. On the timer's executor.
    virtual void wake() = 0;
};

/// Time as waiting operations see it. Safe to use from any thread.
class time_source {
public:
    using time_point = timer::time_point;

    time_source() = default;
    time_source(time_source const&) = delete;
    time_source& operator=(time_source const&) = delete;
    virtual ~time_source() = default;

    /// Never goes back, so intervals and deadlines are measured with it.
    virtual time_point now() const = 0;

    /// The time of day, for comparison with what the service says.
    virtual timestamp today() const = 0;

    virtual std::unique_ptr<timer> make_timer(asio::any_io_executor executor) = 0;
};

/// The machine's time.
std::shared_ptr<time_source> system_time();

} // namespace glacier::async
