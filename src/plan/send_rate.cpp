#include "plan/send_rate.hpp"

#include <algorithm>
#include <cmath>

namespace glacier::plan {

namespace {

constexpr double rate_min = 0.5;
constexpr double buckets_per_second = 2;
constexpr double weight_of_newest = 0.8;
constexpr double kept_after_throttle = 0.7;
constexpr double steepness = 0.4;
constexpr double times_measured_max = 2;

} // namespace

double send_rate::seconds_at(time_point now) const noexcept
{
    return std::chrono::duration<double>(now - start_).count();
}

double send_rate::measure(double now) noexcept
{
    ++count_;
    double const bucket = std::floor(now * buckets_per_second) / buckets_per_second;
    if (bucket > bucket_began_) {
        double const current = static_cast<double>(count_) / (bucket - bucket_began_);
        measured_ = current * weight_of_newest + measured_ * (1 - weight_of_newest);
        count_ = 0;
        bucket_began_ = bucket;
    }
    return measured_;
}

void send_rate::fill(double now) noexcept
{
    tokens_ = std::min(capacity_, tokens_ + std::max(now - filled_at_, 0.0) * rate_);
    filled_at_ = std::max(now, filled_at_);
}

std::chrono::nanoseconds send_rate::take(time_point now) noexcept
{
    std::lock_guard const lock(mutex_);
    if (!limited_)
        return std::chrono::nanoseconds(0);
    fill(seconds_at(now));
    if (tokens_ >= 1) {
        tokens_ -= 1;
        return std::chrono::nanoseconds(0);
    }
    // Rounded up to the next microsecond, so that asking again then finds a whole token.
    return std::chrono::microseconds(static_cast<std::int64_t>((1 - tokens_) / rate_ * 1e6) + 1);
}

double send_rate::on_attempt(bool throttled, time_point now_point) noexcept
{
    std::lock_guard const lock(mutex_);
    double const now = seconds_at(now_point);
    double const measured = measure(now);
    double wanted = 0;
    if (throttled) {
        rate_at_throttle_ = limited_ ? std::min(measured, rate_) : measured;
        curve_zero_ = std::cbrt(rate_at_throttle_ * (1 - kept_after_throttle) / steepness);
        throttled_at_ = now;
        wanted = rate_at_throttle_ * kept_after_throttle;
        if (!limited_)
            filled_at_ = now;
        limited_ = true;
    } else if (limited_) {
        double const since = now - throttled_at_ - curve_zero_;
        wanted = steepness * since * since * since + rate_at_throttle_;
    } else {
        return 0;
    }
    // What has passed so far was filled at the old rate.
    fill(now);
    double const allowed = std::min(wanted, times_measured_max * measured);
    rate_ = std::max(allowed, rate_min);
    capacity_ = std::max(allowed, 1.0);
    tokens_ = std::min(tokens_, capacity_);
    return rate_;
}

double send_rate::rate() const noexcept
{
    std::lock_guard const lock(mutex_);
    return limited_ ? rate_ : 0;
}

} // namespace glacier::plan
