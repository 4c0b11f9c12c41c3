#pragma once

#include <glacier/observer.hpp>
#include <glacier/settings.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace glacier::plan {

/**
 * Decides which connection an operation gets. Connections and waiting operations are numbers here; somebody
 * else opens, closes and wakes them.
 *
 * A place is the right to have one connection. An operation that is told to open one holds its place until
 * release(), whether opening succeeds or not.
 */
class pool_plan {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using number = std::uint64_t;

    enum class step {
        /// Use the idle connection `connection`.
        reuse,
        /// Open a new connection, known as `connection`.
        open,
        /// Wait as `ticket`, until release() or take_overdue() names it.
        wait,
        /// Too many wait already.
        refuse,
    };

    struct decision {
        step what = step::refuse;
        number connection = 0;
        number ticket = 0;
    };

    /// A waiting operation that gets a connection now.
    struct grant {
        number ticket = 0;
        decision given;
    };

    /// A connection to be closed.
    struct expired_connection {
        number connection = 0;
        connection_close_reason reason = connection_close_reason::idle;
    };

    /// `wait_max`: of an operation for a connection; zero: no limit.
    explicit pool_plan(pool_settings const& settings,
                       std::chrono::milliseconds wait_max = std::chrono::milliseconds(0)) noexcept
        : settings_(settings), wait_max_(wait_max)
    {}

    decision acquire(time_point now);

    /// A place for a connection that nobody has asked for yet; none if others need what there is.
    std::optional<number> open_ahead(time_point now);

    /// The connection is free again; `reusable`: it may serve another request. If it may not, it is gone.
    std::optional<grant> release(number connection, bool reusable, time_point now);

    /// Another connection has taken its place, and its life begins now.
    void renew(number connection, time_point now);

    /// The operation does not wait any more.
    void give_up(number ticket);

    /// Idle connections that have become too old, to be closed. They are forgotten here.
    std::vector<expired_connection> take_expired(time_point now);

    /// Operations that have waited for too long. They are forgotten here.
    std::vector<number> take_overdue(time_point now);

    /// When the next one will have waited for too long; nothing if there is no limit, or nobody waits.
    std::optional<time_point> next_overdue() const;

    std::size_t open() const noexcept { return opened_.size(); }
    std::size_t idle() const noexcept { return idle_.size(); }
    std::size_t waiting() const noexcept { return waiting_.size(); }

private:
    struct idle_connection {
        number connection;
        time_point since;
    };

    bool too_old(number connection, time_point now) const;
    decision open_one(time_point now);

    pool_settings settings_;
    std::chrono::milliseconds wait_max_;
    number next_number_ = 1;
    // All places in use, with the time at which the connection was asked for.
    std::map<number, time_point> opened_;
    // The last used is at the back and is used first: the others get a chance to expire.
    std::deque<idle_connection> idle_;
    // In the order of tickets, with the time since when they wait. All may wait equally long, so the first is the
    // first whose time is over.
    std::map<number, time_point> waiting_;
    std::vector<expired_connection> expired_;
};

} // namespace glacier::plan
