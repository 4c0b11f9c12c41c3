#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <mutex>

namespace glacier::emulation {

class store;

/**
 * The time that jobs and inventories live by: the wall clock, run faster by a factor and moved on by steps.
 *
 * It never goes back, not even over a restart. To that end the data directory holds a moment that the clock
 * will not have passed: a clock that starts later begins there. With a factor of one there is no such
 * moment, and what earlier runs were ahead of the wall clock stays.
 */
class virtual_clock final : public base::clock {
public:
    virtual_clock(base::clock const& wall, double scale, store& data);

    timestamp now() const override;

    /// Moves on by `by`, which is not negative, for good.
    void advance(std::chrono::milliseconds by);

    /// Moves on to `time`, for good. Whether that is no step back.
    bool set(timestamp time);

    double scale() const;

    /// Runs at another factor from here on.
    void set_scale(double scale);

    /// A moment later than all that came before, and not later than any that comes after.
    timestamp next_moment();

    /// Moves the moment in the data directory on, if the clock has come near it. Called before each request,
    /// and never while a transaction is open.
    void renew();

    /// Writes down where the clock stands, so that the next start goes on from here.
    void save();

private:
    timestamp at(timestamp wall_time) const;
    timestamp now_locked() const;
    bool is_due(timestamp wall_time) const;
    /// Goes on from `start` at `scale`, which is on the disk before anybody sees the new time.
    void go_on_from(timestamp start, double scale);

    base::clock const& wall_;
    store& data_;
    // For those who change where the clock stands in the data directory, one after the other.
    std::mutex change_mutex_;
    mutable std::mutex mutex_;
    double scale_;
    timestamp wall_start_;
    timestamp virtual_start_;
    mutable timestamp latest_;
    timestamp reserved_;
};

} // namespace glacier::emulation
