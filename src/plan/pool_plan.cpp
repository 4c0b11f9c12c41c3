#include "plan/pool_plan.hpp"

#include <algorithm>
#include <utility>

namespace glacier::plan {

bool pool_plan::too_old(number connection, time_point now) const
{
    return now - opened_.at(connection) >= settings_.life_max;
}

pool_plan::decision pool_plan::open_one(time_point now)
{
    decision given;
    given.what = step::open;
    given.connection = next_number_++;
    opened_.emplace(given.connection, now);
    return given;
}

std::vector<pool_plan::number> pool_plan::take_expired(time_point now)
{
    std::erase_if(idle_, [&](idle_connection const& candidate) {
        if (now - candidate.since < settings_.idle_max && !too_old(candidate.connection, now))
            return false;
        opened_.erase(candidate.connection);
        expired_.push_back(candidate.connection);
        return true;
    });
    return std::exchange(expired_, {});
}

pool_plan::decision pool_plan::acquire(time_point now)
{
    decision given;
    // Whoever waits already comes first.
    if (waiting_.empty()) {
        expired_ = take_expired(now);
        if (!idle_.empty()) {
            given.what = step::reuse;
            given.connection = idle_.back().connection;
            idle_.pop_back();
            return given;
        }
        if (opened_.size() < settings_.connections_max)
            return open_one(now);
    }
    if (waiting_.size() >= settings_.waiting_max)
        return given;
    given.what = step::wait;
    given.ticket = next_number_++;
    waiting_.push_back(given.ticket);
    return given;
}

std::optional<pool_plan::grant> pool_plan::release(number connection, bool reusable, time_point now)
{
    bool const usable = reusable && !too_old(connection, now);
    if (!usable)
        opened_.erase(connection);
    if (reusable && !usable)
        expired_.push_back(connection);

    if (waiting_.empty()) {
        if (usable)
            idle_.push_back({connection, now});
        return std::nullopt;
    }
    grant granted;
    granted.ticket = waiting_.front();
    waiting_.pop_front();
    if (usable) {
        granted.given.what = step::reuse;
        granted.given.connection = connection;
    } else {
        granted.given = open_one(now);
    }
    return granted;
}

void pool_plan::give_up(number ticket)
{
    std::erase(waiting_, ticket);
}

} // namespace glacier::plan
