#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

namespace glacier::plan {

/**
 * How many requests a second a client allows itself: the adaptive mode of the AWS SDKs. Anything, until the service
 * asks to slow down; then 0.7 of what it took, growing again along a cubic curve with each success. Knows no clock.
 * Safe to use from several threads.
 */
class send_rate {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// `start`: now. Later times are counted from it.
    explicit send_rate(time_point start) noexcept : start_(start) {}

    /// Takes the right to send one request, and gives nothing; or gives how long to wait before asking again.
    std::chrono::nanoseconds take(time_point now) noexcept;

    /// An attempt has ended; `throttled`: the service asked to slow down. Gives the rate from now on.
    double on_attempt(bool throttled, time_point now) noexcept;

    /// Requests per second; 0: there is no limit.
    double rate() const noexcept;

private:
    double seconds_at(time_point now) const noexcept;
    double measure(double now) noexcept;
    void fill(double now) noexcept;

    mutable std::mutex mutex_;
    time_point start_;

    // What is sent: counted for half a second at a time.
    double bucket_began_ = 0;
    std::uint64_t count_ = 0;
    double measured_ = 0;

    // The cubic curve: it reaches again the rate at which the service complained, `curve_zero_` seconds after.
    double rate_at_throttle_ = 0;
    double throttled_at_ = 0;
    double curve_zero_ = 0;

    // The bucket that requests are taken from.
    bool limited_ = false;
    double rate_ = 0;
    double capacity_ = 0;
    double tokens_ = 0;
    double filled_at_ = 0;
};

} // namespace glacier::plan
