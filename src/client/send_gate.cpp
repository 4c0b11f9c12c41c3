#include "client/send_gate.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <cstdint>
#include <utility>

namespace glacier {

send_gate::send_gate(std::shared_ptr<async::time_source> time)
    : time_(std::move(time)), rate_(time_->now()), line_(std::make_shared<async::line>())
{}

asio::awaitable<void> send_gate::pass(std::function<void(std::chrono::milliseconds)> on_wait)
{
    if (line_->empty() && rate_.take(time_->now()) == std::chrono::nanoseconds(0))
        co_return;
    std::shared_ptr<send_gate> const self = shared_from_this();
    async::line::place const mine(line_);
    if (on_wait) {
        double const seconds = static_cast<double>(mine.ahead() + 1) / rate_.rate();
        on_wait(std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1'000)));
    }
    bool const first = co_await mine.wait_to_be_first();
    if (!first)
        throw boost::system::system_error(asio::error::operation_aborted);
    auto const timer = time_->make_timer(co_await asio::this_coro::executor);
    for (;;) {
        auto const now = time_->now();
        auto const wait = rate_.take(now);
        if (wait == std::chrono::nanoseconds(0))
            co_return;
        co_await timer->wait_until(now + wait);
    }
}

double send_gate::on_attempt(bool throttled)
{
    return rate_.on_attempt(throttled, time_->now());
}

} // namespace glacier
