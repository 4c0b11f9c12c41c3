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

std::vector<pool_plan::expired_connection> pool_plan::take_expired(time_point now)
{
    std::erase_if(idle_, [&](idle_connection const& candidate) {
        bool const unused = now - candidate.since >= settings_.idle_max;
        if (!unused && !too_old(candidate.connection, now))
            return false;
        opened_.erase(candidate.connection);
        expired_.push_back(
            {candidate.connection, unused ? connection_close_reason::idle : connection_close_reason::life});
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
    waiting_.emplace(given.ticket, now);
    return given;
}

std::optional<pool_plan::number> pool_plan::open_ahead(time_point now)
{
    expired_ = take_expired(now);
    if (!waiting_.empty() || opened_.size() >= settings_.connections_max)
        return std::nullopt;
    return open_one(now).connection;
}

std::optional<pool_plan::grant> pool_plan::release(number connection, bool reusable, time_point now)
{
    bool const usable = reusable && !too_old(connection, now);
    if (!usable)
        opened_.erase(connection);
    if (reusable && !usable)
        expired_.push_back({connection, connection_close_reason::life});

    if (waiting_.empty()) {
        if (usable)
            idle_.push_back({connection, now});
        return std::nullopt;
    }
    grant granted;
    granted.ticket = waiting_.begin()->first;
    waiting_.erase(waiting_.begin());
    if (usable) {
        granted.given.what = step::reuse;
        granted.given.connection = connection;
    } else {
        granted.given = open_one(now);
    }
    return granted;
}

void pool_plan::renew(number connection, time_point now)
{
    opened_[connection] = now;
}

void pool_plan::give_up(number ticket)
{
    waiting_.erase(ticket);
}

std::vector<pool_plan::number> pool_plan::take_overdue(time_point now)
{
    std::vector<number> overdue;
    for (auto next = next_overdue(); next && *next <= now; next = next_overdue()) {
        overdue.push_back(waiting_.begin()->first);
        waiting_.erase(waiting_.begin());
    }
    return overdue;
}

std::optional<pool_plan::time_point> pool_plan::next_overdue() const
{
    if (waiting_.empty() || wait_max_ == std::chrono::milliseconds::zero())
        return std::nullopt;
    return waiting_.begin()->second + wait_max_;
}

} // namespace glacier::plan
