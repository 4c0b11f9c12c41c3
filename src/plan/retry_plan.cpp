#include "plan/retry_plan.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace glacier {

retry_settings retry_settings::standard_2026()
{
    return {};
}

retry_settings retry_settings::standard()
{
    retry_settings made;
    made.delay_base = std::chrono::seconds(1);
    made.cost = 5;
    made.cost_of_timeout = 10;
    return made;
}

retry_settings retry_settings::adaptive()
{
    retry_settings made;
    made.mode = retry_mode::adaptive;
    return made;
}

retry_settings retry_settings::patient()
{
    retry_settings made;
    made.attempts_max = 100;
    made.delay_base = std::chrono::seconds(1);
    made.delay_max = std::chrono::minutes(3);
    made.retry_after_excess_max = std::chrono::minutes(15);
    made.cost = 0;
    made.cost_of_timeout = 0;
    made.cost_of_throttling = 0;
    return made;
}

retry_settings retry_settings::none()
{
    retry_settings made;
    made.attempts_max = 1;
    return made;
}

} // namespace glacier

namespace glacier::plan {

std::optional<std::string> fault_of(retry_settings const& settings)
{
    if (settings.attempts_max < 1)
        return "attempts_max = " + std::to_string(settings.attempts_max);
    for (auto const& [name, value] :
         {std::pair("delay_base", settings.delay_base),
          std::pair("delay_base_of_throttling", settings.delay_base_of_throttling),
          std::pair("delay_max", settings.delay_max),
          std::pair("retry_after_excess_max", settings.retry_after_excess_max)})
        if (value < std::chrono::milliseconds::zero())
            return name + (" = " + std::to_string(value.count())) + " ms";
    for (auto const& [name, value] : {std::pair("quota", settings.quota), std::pair("cost", settings.cost),
                                      std::pair("cost_of_timeout", settings.cost_of_timeout),
                                      std::pair("cost_of_throttling", settings.cost_of_throttling)})
        if (value < 0)
            return name + (" = " + std::to_string(value));
    return std::nullopt;
}

failure_kind kind_of(attempt_failure const& failure) noexcept
{
    if (failure.code == condition::throttling)
        return failure_kind::throttling;
    if (failure.code == condition::retryable) {
        bool const unheard = failure.code == condition::timeout && !failure.answered;
        return unheard ? failure_kind::timeout : failure_kind::transient;
    }
    // A code that this version does not know: the status says whether it may pass.
    if (failure.code == service_errc::unknown)
        switch (failure.http_status) {
        case 408:
        case 500:
        case 502:
        case 503:
        case 504:
            return failure_kind::transient;
        case 429:
            return failure_kind::throttling;
        default:
            break;
        }
    return failure_kind::permanent;
}

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
    if (!failure.answered)
        return true;
    // An error that the service itself wrote says that nothing was done, but of one that is unknown nobody can say
    // what it means.
    if (failure.from_service)
        return failure.code == service_errc::unknown && failure.http_status >= 500;
    // A gateway's 4xx refuses the request before it reaches the service; what else it says tells nothing about it.
    bool const refused_on_the_way =
        failure.http_status < 500 &&
        (failure.http_status == 429 || kind_of(failure) == failure_kind::permanent);
    return !refused_on_the_way;
}

int retry_plan::cost_of(failure_kind kind) const noexcept
{
    switch (kind) {
    case failure_kind::timeout:
        return settings_.cost_of_timeout;
    case failure_kind::throttling:
        return settings_.cost_of_throttling;
    case failure_kind::transient:
    case failure_kind::permanent:
        break;
    }
    return settings_.cost;
}

std::chrono::milliseconds retry_plan::delay_after(failure_kind kind, attempt_failure const& failure,
                                                  double fraction) const
{
    auto const base =
        kind == failure_kind::throttling ? settings_.delay_base_of_throttling : settings_.delay_base;
    double const exponential =
        static_cast<double>(base.count()) * std::ldexp(1.0, std::min(attempts_ - 1, 30));
    double const longest = std::min(exponential, static_cast<double>(settings_.delay_max.count()));
    std::chrono::milliseconds const delay(static_cast<std::int64_t>(longest * fraction));
    if (!failure.retry_after)
        return delay;
    return std::clamp(*failure.retry_after, delay, delay + settings_.retry_after_excess_max);
}

retry_decision retry_plan::on_failure(attempt_failure const& failure, double fraction)
{
    retry_decision decision;
    if (may_have_taken_effect(failure)) {
        decision.outcome_unknown = true;
        return decision;
    }
    failure_kind const kind = kind_of(failure);
    if (kind == failure_kind::permanent)
        return decision;

    // The peer closed an idle connection just when it was used again: that says nothing about the service.
    bool const nothing_came = !failure.answered && failure.http_status == 0;
    if (failure.reused_connection && nothing_came && kind != failure_kind::timeout && !repeated_stale_) {
        repeated_stale_ = true;
        decision.step = retry_step::repeat_at_once;
        return decision;
    }

    if (attempts_ >= settings_.attempts_max)
        return decision;
    int const cost = cost_of(kind);
    if (!quota_.take(cost))
        return decision;
    last_cost_ = cost;

    decision.step = retry_step::repeat_after_delay;
    decision.delay = delay_after(kind, failure, fraction);
    ++attempts_;
    return decision;
}

void retry_plan::on_success() noexcept
{
    quota_.give_back(last_cost_ != 0 ? last_cost_ : 1);
}

} // namespace glacier::plan
