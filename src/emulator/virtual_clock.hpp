#pragma once

#include "base/clock.hpp"

#include <mutex>

namespace glacier::emulation {

class store;

/**
 * The time that jobs and inventories live by: the wall clock, run faster by a factor.
 *
 * It never goes back, not even over a restart. To that end the data directory holds a moment that the clock
 * will not have passed: a clock that starts later begins there. With a factor of one there is no such
 * moment, and what earlier runs were ahead of the wall clock stays.
 */
class virtual_clock final : public base::clock {
public:
    virtual_clock(base::clock const& wall, double scale, store& data);

    timestamp now() const override;

    /// Moves the moment in the data directory on, if the clock has come near it. Called before each request,
    /// and never while a transaction is open.
    void renew();

    /// Writes down where the clock stands, so that the next start goes on from here.
    void save();

private:
    timestamp at(timestamp wall_time) const;

    base::clock const& wall_;
    double const scale_;
    store& data_;
    timestamp wall_start_;
    timestamp virtual_start_;
    mutable std::mutex mutex_;
    mutable timestamp latest_;
    timestamp reserved_;
};

} // namespace glacier::emulation
