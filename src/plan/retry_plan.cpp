#include "plan/retry_plan.hpp"

#include <algorithm>
#include <cmath>

namespace glacier::plan {

bool retry_quota::take(int cost) noexcept
{
    std::lock_guard const lock(mutex_);
    if (available_ < cost)
        return false;
    available_ -= cost;
    return true;
}

void retry_quota::give_back(int amount) noexcept
{
    std::lock_guard const lock(mutex_);
    available_ = std::min(available_ + amount, capacity_);
}

int retry_quota::available() const noexcept
{
    std::lock_guard const lock(mutex_);
    return available_;
}

bool retry_plan::may_have_taken_effect(attempt_failure const& failure) const noexcept
{
    if (repeat_ == protocol::repeatable::yes || !failure.sent)
        return false;
    // An error that the service itself wrote says that nothing was done; a gateway's tells nothing about it.
    return !failure.answered || !failure.from_service;
}

retry_decision retry_plan::on_failure(attempt_failure const& failure, double fraction)
{
    retry_decision decision;
    if (may_have_taken_effect(failure)) {
        // A 4xx of a gateway refuses the request before it reaches the service.
        bool const refused_on_the_way = failure.answered && failure.code != condition::retryable;
        decision.outcome_unknown = !refused_on_the_way;
        return decision;
    }
    if (failure.code != condition::retryable)
        return decision;

    // The peer closed an idle connection just when it was used again: that says nothing about the service.
    bool const timed_out = failure.code == condition::timeout;
    if (failure.reused_connection && !failure.answered && !timed_out && !repeated_stale_) {
        repeated_stale_ = true;
        decision.step = retry_step::repeat_at_once;
        return decision;
    }

    if (attempts_ >= settings_.attempts_max)
        return decision;
    int const cost = timed_out && !failure.answered ? settings_.cost_of_timeout : settings_.cost;
    if (!quota_.take(cost))
        return decision;
    last_cost_ = cost;

    double const exponential =
        static_cast<double>(settings_.delay_base.count()) * std::ldexp(1.0, std::min(attempts_ - 1, 30));
    double const longest = std::min(exponential, static_cast<double>(settings_.delay_max.count()));
    decision.step = retry_step::repeat_after_delay;
    decision.delay = std::chrono::milliseconds(static_cast<std::int64_t>(longest * fraction));
    ++attempts_;
    return decision;
}

void retry_plan::on_success() noexcept
{
    quota_.give_back(last_cost_ != 0 ? last_cost_ : 1);
}

} // namespace glacier::plan
