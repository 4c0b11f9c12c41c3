#pragma once

#include "async/line.hpp"
#include "async/timer.hpp"
#include "plan/send_rate.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace glacier {

namespace asio = boost::asio;

/**
 * Where requests of the adaptive mode wait for their turn: first come, first served, and only the first has a timer.
 *
 * Thread safety: full. A coroutine resumes on its own executor.
 */
class send_gate : public std::enable_shared_from_this<send_gate> {
public:
    explicit send_gate(std::shared_ptr<async::time_source> time);

    /// Waits for the turn of one request. `on_wait` is told first about how long that will take, if it is not at
    /// once. Cancellation: prompt; the others move up.
    asio::awaitable<void> pass(std::function<void(std::chrono::milliseconds)> on_wait);

    /// As plan::send_rate::on_attempt().
    double on_attempt(bool throttled);

    /// As plan::send_rate::rate().
    double rate() const noexcept { return rate_.rate(); }

private:
    std::shared_ptr<async::time_source> time_;
    plan::send_rate rate_;
    std::shared_ptr<async::line> line_;
};

} // namespace glacier
