#include "net/connection_pool.hpp"

#include "async/event.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <utility>

namespace glacier::net {

/// An operation that waits, and what it was granted.
struct connection_pool::waiter {
    async::event woken;
    // Written under the pool's mutex.
    std::optional<number> granted;
    std::unique_ptr<connection> opened;
};

/// A place in the line. When it goes, also because the coroutine is destroyed where it waits, what it was granted
/// goes on to the next.
class connection_pool::place_in_line {
public:
    place_in_line(std::shared_ptr<connection_pool> pool, number ticket, std::shared_ptr<waiter> waiting)
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
        bool empty = false;
        {
            std::lock_guard const lock(pool_->mutex_);
            pool_->waiting_.erase(ticket_);
            if (!left->granted) {
                pool_->plan_.give_up(ticket_);
                empty = pool_->line_became_empty();
            }
        }
        if (empty)
            pool_->wake_watcher();
        if (!left->granted)
            return std::nullopt;
        return lease(pool_, *left->granted, std::move(left->opened));
    }

private:
    std::shared_ptr<connection_pool> pool_;
    number ticket_;
    std::shared_ptr<waiter> waiting_;
};

/// Tells that the timer is gone, also when the coroutine is destroyed where it waits.
class connection_pool::watch_guard {
public:
    explicit watch_guard(connection_pool& owner) noexcept : owner_(owner) {}
    watch_guard(watch_guard const&) = delete;
    watch_guard& operator=(watch_guard const&) = delete;
    ~watch_guard() { owner_.timer_ = nullptr; }

private:
    connection_pool& owner_;
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

void lease::set_connection(std::unique_ptr<connection> opened)
{
    connection_ = std::move(opened);
    pool_->on_opened(id_);
}

void lease::drop_connection()
{
    pool_->close(std::move(connection_), connection_close_reason::not_reusable);
}

connection_pool::connection_pool(pool_environment environment, pool_settings const& settings,
                                 std::chrono::milliseconds wait_max)
    : environment_(std::move(environment)), strand_(asio::make_strand(environment_.executor)),
      plan_(settings, wait_max)
{}

connection_pool::~connection_pool()
{
    std::vector<closing> closed;
    for (auto& [id, connection] : idle_)
        closed.push_back({std::move(connection), connection_close_reason::shut_down});
    if (!environment_.observer)
        return;
    for (closing const& each : closed) {
        connection_closed event;
        event.endpoint = environment_.endpoint;
        event.reason = each.reason;
        environment_.observer->on_connection_closed(event);
    }
}

std::unique_ptr<connection> connection_pool::take_idle(number id)
{
    auto node = idle_.extract(id);
    return node ? std::move(node.mapped()) : nullptr;
}

std::vector<connection_pool::closing> connection_pool::take_expired(time_point now)
{
    std::vector<closing> expired;
    for (auto const& [id, reason] : plan_.take_expired(now))
        expired.push_back({take_idle(id), reason});
    return expired;
}

void connection_pool::close(std::vector<closing> closed)
{
    for (auto& [connection, reason] : closed)
        close(std::move(connection), reason);
}

void connection_pool::close(std::unique_ptr<connection> closed, connection_close_reason reason)
{
    if (!closed)
        return;
    {
        std::lock_guard const lock(mutex_);
        if (reason == connection_close_reason::idle)
            ++counted_.closed_idle;
        else if (reason == connection_close_reason::life)
            ++counted_.closed_life;
        else
            ++counted_.closed_not_reusable;
    }
    if (environment_.observer) {
        connection_closed event;
        event.endpoint = environment_.endpoint;
        event.reason = reason;
        environment_.observer->on_connection_closed(event);
    }
    // On its strand, because its timer may be firing on another thread.
    asio::any_io_executor const strand = closed->get_executor();
    asio::post(strand, [closed = std::move(closed)] {});
}

bool connection_pool::line_became_empty() const noexcept
{
    return watched_ && plan_.waiting() == 0;
}

/// Without anybody to watch for, the timer must not keep the context busy.
void connection_pool::wake_watcher()
{
    asio::post(strand_, [self = shared_from_this()] {
        if (self->timer_ != nullptr)
            self->timer_->wake();
    });
}

/// All may wait equally long, so one timer does for them all. It is not set anew when the first of the line is
/// served: it looks again when it fires.
asio::awaitable<void> connection_pool::watch_waiting(std::shared_ptr<connection_pool> self)
{
    auto const timer = self->environment_.time->make_timer(self->strand_);
    self->timer_ = timer.get();
    watch_guard const guard(*self);
    while (true) {
        std::vector<std::shared_ptr<waiter>> overdue;
        std::optional<time_point> next;
        {
            std::lock_guard const lock(self->mutex_);
            for (number const ticket : self->plan_.take_overdue(self->environment_.time->now()))
                if (auto const found = self->waiting_.find(ticket); found != self->waiting_.end())
                    overdue.push_back(found->second);
            next = self->plan_.next_overdue();
            self->watched_ = next.has_value();
        }
        for (auto const& each : overdue)
            each->woken.set();
        if (!next)
            co_return;
        co_await timer->wait_until(*next);
    }
}

void connection_pool::report_acquired(time_point since, bool reused, error_code const& error) const
{
    connection_acquired event;
    event.endpoint = environment_.endpoint;
    event.waited = std::chrono::duration_cast<std::chrono::microseconds>(environment_.time->now() - since);
    event.reused = reused;
    event.error = error;
    environment_.observer->on_connection_acquired(event);
}

asio::awaitable<lease> connection_pool::acquire()
{
    using step = plan::pool_plan::step;
    time_point const begin = environment_.time->now();
    std::vector<closing> expired;
    std::unique_ptr<connection> reused;
    std::shared_ptr<waiter> waiting;
    plan::pool_plan::decision decided;
    bool starts_watching = false;
    {
        std::lock_guard const lock(mutex_);
        expired = take_expired(begin);
        decided = plan_.acquire(begin);
        if (decided.what == step::reuse) {
            reused = take_idle(decided.connection);
            ++counted_.reused;
        } else if (decided.what == step::refuse) {
            ++counted_.refused;
        } else if (decided.what == step::wait) {
            waiting = std::make_shared<waiter>();
            waiting_.emplace(decided.ticket, waiting);
            starts_watching = !watched_ && plan_.next_overdue().has_value();
            watched_ = watched_ || starts_watching;
        }
    }
    close(std::move(expired));

    if (decided.what == step::refuse) {
        if (environment_.observer)
            report_acquired(begin, false, errc::too_many_waiting);
        throw boost::system::system_error(make_error_code(errc::too_many_waiting));
    }
    if (decided.what != step::wait) {
        if (environment_.observer)
            report_acquired(begin, reused != nullptr, {});
        co_return lease(shared_from_this(), decided.connection, std::move(reused));
    }

    place_in_line place(shared_from_this(), decided.ticket, waiting);
    if (starts_watching)
        asio::co_spawn(strand_, watch_waiting(shared_from_this()), asio::detached);
    bool const woken = co_await waiting->woken.wait();
    auto held = place.leave();
    error_code failed;
    if (!woken)
        failed = asio::error::operation_aborted;
    else if (!held)
        failed = errc::connection_wait_timeout;
    if (environment_.observer)
        report_acquired(begin, !failed && held->get() != nullptr, failed);
    if (!failed)
        co_return std::move(*held);

    if (woken) {
        std::lock_guard const lock(mutex_);
        ++counted_.wait_timeouts;
    }
    // Granted at the moment of the cancellation: the next one gets it.
    if (held && held->get() != nullptr)
        held->mark_reusable();
    throw boost::system::system_error(failed);
}

std::optional<lease> connection_pool::acquire_ahead()
{
    std::vector<closing> expired;
    std::optional<number> place;
    {
        std::lock_guard const lock(mutex_);
        time_point const now = environment_.time->now();
        place = plan_.open_ahead(now);
        expired = take_expired(now);
    }
    close(std::move(expired));
    if (!place)
        return std::nullopt;
    return lease(shared_from_this(), *place, nullptr);
}

pool_statistics connection_pool::statistics() const
{
    std::lock_guard const lock(mutex_);
    pool_statistics now = counted_;
    now.open = plan_.open();
    now.idle = plan_.idle();
    now.waiting = plan_.waiting();
    return now;
}

void connection_pool::on_opened(number id)
{
    std::lock_guard const lock(mutex_);
    ++counted_.opened;
    plan_.renew(id, environment_.time->now());
}

void connection_pool::give_back(number id, std::unique_ptr<connection> returned, bool reusable) noexcept
{
    using step = plan::pool_plan::step;
    bool const usable = reusable && returned;
    std::shared_ptr<waiter> woken;
    std::vector<closing> expired;
    bool line_empty = false;
    {
        std::lock_guard const lock(mutex_);
        time_point const now = environment_.time->now();
        if (!returned)
            ++counted_.failed;
        auto const granted = plan_.release(id, usable, now);
        if (usable)
            idle_.emplace(id, std::move(returned));
        expired = take_expired(now);
        if (granted) {
            line_empty = line_became_empty();
            if (auto const found = waiting_.find(granted->ticket); found != waiting_.end()) {
                woken = found->second;
                woken->granted = granted->given.connection;
                if (granted->given.what == step::reuse) {
                    woken->opened = take_idle(granted->given.connection);
                    ++counted_.reused;
                }
            }
        }
    }
    close(std::move(returned), connection_close_reason::not_reusable);
    close(std::move(expired));
    if (woken)
        woken->woken.set();
    if (line_empty)
        wake_watcher();
}

} // namespace glacier::net
