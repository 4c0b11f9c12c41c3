#include "net/connection_pool.hpp"

#include "async/event.hpp"
#include "net/deadline.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace glacier::net {

namespace {

/// A connection is destroyed on its strand: its timer may be firing on another thread.
void close_on_its_strand(std::unique_ptr<connection> closing)
{
    if (!closing)
        return;
    asio::any_io_executor const strand = closing->get_executor();
    asio::post(strand, [closing = std::move(closing)] {});
}

} // namespace

/// An operation that waits, and what it was granted.
struct connection_pool::waiter {
    async::event woken;
    // Written under the pool's mutex.
    std::optional<plan::pool_plan::number> granted;
    std::unique_ptr<connection> opened;
};

/// A place in the line. When it goes, also because the coroutine is destroyed where it waits, what it was granted
/// goes on to the next.
class connection_pool::place_in_line {
public:
    place_in_line(std::shared_ptr<connection_pool> pool, plan::pool_plan::number ticket,
                  std::shared_ptr<waiter> waiting)
        : pool_(std::move(pool)), ticket_(ticket), waiting_(std::move(waiting))
    {}

    place_in_line(place_in_line const&) = delete;
    place_in_line& operator=(place_in_line const&) = delete;

    ~place_in_line()
    {
        auto held = leave();
        if (held && held->get() != nullptr)
            held->mark_reusable();
    }

    /// Leaves the line, with what was granted.
    std::optional<lease> leave()
    {
        if (!waiting_)
            return std::nullopt;
        auto const left = std::exchange(waiting_, nullptr);
        {
            std::lock_guard const lock(pool_->mutex_);
            pool_->waiting_.erase(ticket_);
            if (!left->granted) {
                pool_->plan_.give_up(ticket_);
                return std::nullopt;
            }
        }
        return lease(pool_, *left->granted, std::move(left->opened));
    }

private:
    std::shared_ptr<connection_pool> pool_;
    plan::pool_plan::number ticket_;
    std::shared_ptr<waiter> waiting_;
};

lease::lease(std::shared_ptr<connection_pool> pool, plan::pool_plan::number id,
             std::unique_ptr<connection> opened)
    : pool_(std::move(pool)), id_(id), connection_(std::move(opened))
{}

lease::~lease()
{
    if (pool_)
        pool_->give_back(id_, std::move(connection_), reusable_);
}

connection_pool::connection_pool(pool_settings const& settings, std::chrono::milliseconds wait_max)
    : wait_max_(wait_max), plan_(settings)
{}

std::unique_ptr<connection> connection_pool::take_idle(plan::pool_plan::number id)
{
    auto node = idle_.extract(id);
    return node ? std::move(node.mapped()) : nullptr;
}

asio::awaitable<lease> connection_pool::acquire()
{
    using step = plan::pool_plan::step;
    auto const now = std::chrono::steady_clock::now();
    std::vector<std::unique_ptr<connection>> expired;
    std::unique_ptr<connection> reused;
    auto const waiting = std::make_shared<waiter>();
    plan::pool_plan::decision decided;
    {
        std::lock_guard const lock(mutex_);
        for (plan::pool_plan::number const id : plan_.take_expired(now))
            expired.push_back(take_idle(id));
        decided = plan_.acquire(now);
        if (decided.what == step::reuse)
            reused = take_idle(decided.connection);
        else if (decided.what == step::wait)
            waiting_.emplace(decided.ticket, waiting);
    }
    for (auto& closing : expired)
        close_on_its_strand(std::move(closing));

    if (decided.what == step::refuse)
        throw boost::system::system_error(make_error_code(errc::too_many_waiting));
    if (decided.what != step::wait)
        co_return lease(shared_from_this(), decided.connection, std::move(reused));

    place_in_line place(shared_from_this(), decided.ticket, waiting);
    auto const strand = asio::make_strand(co_await asio::this_coro::executor);
    auto const limit = std::make_shared<deadline>(strand, [waiting] { waiting->woken.set(); });
    asio::post(strand,
               [limit, wait = wait_max_] { limit->expires_after(wait, errc::connection_wait_timeout); });
    bool const woken = co_await waiting->woken.wait();
    asio::post(strand, [limit] { limit->expires_after(std::chrono::milliseconds(0), errc()); });

    if (!woken)
        throw boost::system::system_error(asio::error::operation_aborted);
    auto held = place.leave();
    if (!held)
        throw boost::system::system_error(make_error_code(errc::connection_wait_timeout));
    co_return std::move(*held);
}

void connection_pool::give_back(plan::pool_plan::number id, std::unique_ptr<connection> returned,
                                bool reusable) noexcept
{
    using step = plan::pool_plan::step;
    auto const now = std::chrono::steady_clock::now();
    bool const usable = reusable && returned;
    std::shared_ptr<waiter> woken;
    std::vector<std::unique_ptr<connection>> expired;
    {
        std::lock_guard const lock(mutex_);
        auto const granted = plan_.release(id, usable, now);
        if (usable)
            idle_.emplace(id, std::move(returned));
        for (plan::pool_plan::number const old : plan_.take_expired(now))
            expired.push_back(take_idle(old));
        if (granted) {
            if (auto const found = waiting_.find(granted->ticket); found != waiting_.end()) {
                woken = found->second;
                woken->granted = granted->given.connection;
                if (granted->given.what == step::reuse)
                    woken->opened = take_idle(granted->given.connection);
            }
        }
    }
    close_on_its_strand(std::move(returned));
    for (auto& closing : expired)
        close_on_its_strand(std::move(closing));
    if (woken)
        woken->woken.set();
}

} // namespace glacier::net
