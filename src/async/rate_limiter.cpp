#include "async/rate_limiter.hpp"

#include "async/run_on.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <utility>

namespace glacier::async {

namespace {

// Smaller blocks would be mostly heads of TLS records.
constexpr std::uint64_t block_bytes_min = 4'096;

} // namespace

/// Where a coroutine stands in the line.
struct rate_limiter::place {
    explicit place(asio::any_io_executor its_strand) : strand(std::move(its_strand)) {}

    event is_first;
    asio::any_io_executor const strand;
    // On the strand.
    std::unique_ptr<timer> waits;
};

/// The place of one coroutine. When it goes, also because its coroutine is destroyed where it waits, the others move up.
class rate_limiter::turn {
public:
    turn(std::shared_ptr<rate_limiter> owner, asio::any_io_executor strand)
        : owner_(std::move(owner)), place_(std::make_shared<place>(std::move(strand)))
    {
        std::lock_guard const lock(owner_->mutex_);
        self_ = owner_->line_.insert(owner_->line_.end(), place_);
        if (owner_->line_.begin() == self_)
            place_->is_first.set();
    }

    turn(turn const&) = delete;
    turn& operator=(turn const&) = delete;

    ~turn()
    {
        std::shared_ptr<place> next;
        {
            std::lock_guard const lock(owner_->mutex_);
            bool const was_first = owner_->line_.begin() == self_;
            owner_->line_.erase(self_);
            if (was_first && !owner_->line_.empty())
                next = owner_->line_.front();
        }
        // Not under the mutex: where a context is going, this destroys the next coroutine, and with it its place.
        if (next)
            next->is_first.set();
    }

    std::shared_ptr<place> const& mine() const noexcept { return place_; }

private:
    std::shared_ptr<rate_limiter> owner_;
    std::shared_ptr<place> place_;
    std::list<std::shared_ptr<place>>::iterator self_;
};

rate_limiter::rate_limiter(std::uint64_t bytes_per_second, std::shared_ptr<time_source> time)
    : time_(std::move(time)), rate_(bytes_per_second), bucket_(bytes_per_second, time_->now())
{}

bool rate_limiter::has_limit() const noexcept
{
    return rate() != 0;
}

std::uint64_t rate_limiter::rate() const noexcept
{
    return rate_.load(std::memory_order_relaxed);
}

std::size_t rate_limiter::block_bytes(std::size_t wanted) const noexcept
{
    std::uint64_t const limit = rate();
    if (limit == 0)
        return wanted;
    std::uint64_t const in_a_moment = limit / (std::chrono::seconds(1) / plan::byte_rate::moment);
    return static_cast<std::size_t>(std::min<std::uint64_t>(std::max(in_a_moment, block_bytes_min), wanted));
}

void rate_limiter::set_rate(std::uint64_t bytes_per_second)
{
    std::shared_ptr<place> first;
    {
        std::lock_guard const lock(mutex_);
        rate_.store(bytes_per_second, std::memory_order_relaxed);
        bucket_.set_rate(bytes_per_second, time_->now());
        if (!line_.empty())
            first = line_.front();
    }
    if (!first)
        return;
    auto wake = [first] {
        if (first->waits)
            first->waits->wake();
    };
    asio::post(first->strand, std::move(wake));
}

asio::awaitable<void> rate_limiter::pass(std::size_t bytes)
{
    return wait_in_line(shared_from_this(), bytes);
}

asio::awaitable<void> rate_limiter::wait_in_line(std::shared_ptr<rate_limiter> self, std::size_t bytes)
{
    if (self->pass_at_once(bytes))
        co_return;
    // The timer is woken from outside, which may be another thread.
    asio::any_io_executor const strand = asio::make_strand(co_await asio::this_coro::executor);
    turn const taken(self, strand);
    bool const is_first = co_await taken.mine()->is_first.wait();
    if (!is_first)
        throw boost::system::system_error(asio::error::operation_aborted);
    auto waiting = wait_as_first(std::move(self), taken.mine(), bytes);
    co_await run_on(strand, std::move(waiting));
}

asio::awaitable<void> rate_limiter::wait_as_first(std::shared_ptr<rate_limiter> self,
                                                  std::shared_ptr<place> mine, std::size_t bytes)
{
    mine->waits = self->time_->make_timer(mine->strand);
    while (true) {
        auto const now = self->time_->now();
        auto const wait = self->take(bytes, now);
        if (wait == std::chrono::nanoseconds(0))
            co_return;
        co_await mine->waits->wait_until(now + wait);
    }
}

bool rate_limiter::pass_at_once(std::size_t bytes)
{
    if (!has_limit())
        return true;
    std::lock_guard const lock(mutex_);
    return line_.empty() && bucket_.take(bytes, time_->now()) == std::chrono::nanoseconds(0);
}

std::chrono::nanoseconds rate_limiter::take(std::size_t bytes, time_source::time_point now)
{
    std::lock_guard const lock(mutex_);
    return bucket_.take(bytes, now);
}

} // namespace glacier::async
