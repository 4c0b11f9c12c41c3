#include "async/rate_limiter.hpp"

#include "async/context_gate.hpp"
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

/// What the first of the line waits with.
struct rate_limiter::wait {
    explicit wait(asio::any_io_executor its_strand)
        : strand(std::move(its_strand)), gate(context_gate::of(strand))
    {}

    asio::any_io_executor const strand;
    std::shared_ptr<context_gate> const gate;
    // On the strand.
    std::unique_ptr<timer> until;
};

/// Lets set_rate() find the wait, as long as it lives.
class rate_limiter::wakeable {
public:
    wakeable(rate_limiter& owner, std::shared_ptr<wait> waiting) : owner_(owner), waiting_(std::move(waiting))
    {
        std::lock_guard const lock(owner_.mutex_);
        owner_.waiting_ = waiting_;
    }

    wakeable(wakeable const&) = delete;
    wakeable& operator=(wakeable const&) = delete;

    ~wakeable()
    {
        // Where a context has gone, the next one may wait already.
        std::lock_guard const lock(owner_.mutex_);
        if (owner_.waiting_ == waiting_)
            owner_.waiting_.reset();
    }

private:
    rate_limiter& owner_;
    std::shared_ptr<wait> waiting_;
};

rate_limiter::rate_limiter(std::uint64_t bytes_per_second, std::shared_ptr<time_source> time)
    : time_(std::move(time)), rate_(bytes_per_second), bucket_(bytes_per_second, time_->now()),
      line_(std::make_shared<line>())
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
    std::lock_guard const lock(mutex_);
    rate_.store(bytes_per_second, std::memory_order_relaxed);
    bucket_.set_rate(bytes_per_second, time_->now());
    if (!waiting_)
        return;
    // Under the mutex, which who waits takes when it has waited: so what it waits with, and its context, are there, and
    // are never let go of here.
    waiting_->gate->pass(
        [this] { asio::post(waiting_->strand, [waiting = waiting_] { waiting->until->wake(); }); });
}

asio::awaitable<void> rate_limiter::pass(std::size_t bytes)
{
    return wait_in_line(shared_from_this(), bytes);
}

asio::awaitable<void> rate_limiter::wait_in_line(std::shared_ptr<rate_limiter> self, std::size_t bytes)
{
    if (!self->has_limit())
        co_return;
    if (self->line_->empty() && self->take(bytes, self->time_->now()) == std::chrono::nanoseconds(0))
        co_return;
    line::place const mine(self->line_);
    bool const is_first = co_await mine.wait_to_be_first();
    if (!is_first)
        throw boost::system::system_error(asio::error::operation_aborted);
    // The timer is woken from outside, which may be another thread.
    asio::any_io_executor const strand = asio::make_strand(co_await asio::this_coro::executor);
    co_await run_on(strand, wait_as_first(std::move(self), strand, bytes));
}

asio::awaitable<void> rate_limiter::wait_as_first(std::shared_ptr<rate_limiter> self,
                                                  asio::any_io_executor strand, std::size_t bytes)
{
    auto const waiting = std::make_shared<wait>(strand);
    waiting->until = self->time_->make_timer(strand);
    wakeable const found(*self, waiting);
    while (true) {
        auto const now = self->time_->now();
        auto const duration = self->take(bytes, now);
        if (duration == std::chrono::nanoseconds(0))
            co_return;
        co_await waiting->until->wait_until(now + duration);
    }
}

std::chrono::nanoseconds rate_limiter::take(std::size_t bytes, time_source::time_point now)
{
    std::lock_guard const lock(mutex_);
    return bucket_.take(bytes, now);
}

} // namespace glacier::async
