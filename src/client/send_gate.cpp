#include "client/send_gate.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <cstdint>
#include <utility>

namespace glacier {

/// A place in the line. When it goes, also because its coroutine is destroyed where it waits, the others move up.
class send_gate::place {
public:
    explicit place(std::shared_ptr<send_gate> gate) : gate_(std::move(gate))
    {
        std::lock_guard const lock(gate_->mutex_);
        ahead_ = gate_->line_.size();
        self_ = gate_->line_.insert(gate_->line_.end(), first_);
        if (ahead_ == 0)
            first_->set();
    }

    place(place const&) = delete;
    place& operator=(place const&) = delete;

    ~place()
    {
        std::shared_ptr<async::event> next;
        {
            std::lock_guard const lock(gate_->mutex_);
            bool const was_first = gate_->line_.begin() == self_;
            gate_->line_.erase(self_);
            if (was_first && !gate_->line_.empty())
                next = gate_->line_.front();
        }
        // Not under the mutex: where a context is going, this destroys the next coroutine, and with it its place.
        if (next)
            next->set();
    }

    std::size_t ahead() const noexcept { return ahead_; }

    /// False on cancellation.
    asio::awaitable<bool> wait_to_be_first() { return first_->wait(); }

private:
    std::shared_ptr<send_gate> gate_;
    std::shared_ptr<async::event> first_ = std::make_shared<async::event>();
    std::list<std::shared_ptr<async::event>>::iterator self_;
    std::size_t ahead_ = 0;
};

send_gate::send_gate(std::shared_ptr<async::time_source> time) : time_(std::move(time)), rate_(time_->now())
{}

bool send_gate::pass_at_once()
{
    std::lock_guard const lock(mutex_);
    return line_.empty() && rate_.take(time_->now()) == std::chrono::nanoseconds(0);
}

asio::awaitable<void> send_gate::pass(std::function<void(std::chrono::milliseconds)> on_wait)
{
    if (pass_at_once())
        co_return;
    place mine(shared_from_this());
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
