#include "plan/byte_rate.hpp"

#include <algorithm>

namespace glacier::plan {

namespace {

using seconds = std::chrono::duration<double>;

// What is longer does not fit into a deadline. Whoever has waited so long asks again.
constexpr seconds wait_max = std::chrono::hours(24);

double capacity_of(std::uint64_t rate) noexcept
{
    return static_cast<double>(rate) * seconds(byte_rate::moment).count();
}

} // namespace

byte_rate::byte_rate(std::uint64_t bytes_per_second, time_point now) noexcept
    : rate_(bytes_per_second), held_(capacity_of(rate_)), filled_at_(now)
{}

void byte_rate::set_rate(std::uint64_t bytes_per_second, time_point now) noexcept
{
    if (rate_ == 0) {
        *this = byte_rate(bytes_per_second, now);
        return;
    }
    // What has passed so far was filled at the old rate.
    fill(now);
    rate_ = bytes_per_second;
    held_ = std::min(held_, capacity_of(rate_));
}

std::chrono::nanoseconds byte_rate::take(std::size_t bytes, time_point now) noexcept
{
    if (rate_ == 0)
        return std::chrono::nanoseconds(0);
    fill(now);
    double const wanted = std::min(static_cast<double>(bytes), capacity_of(rate_));
    if (held_ >= wanted) {
        held_ -= static_cast<double>(bytes);
        return std::chrono::nanoseconds(0);
    }
    // Rounded up to the next microsecond, so that asking again then finds the bytes.
    seconds const wait((wanted - held_) / static_cast<double>(rate_));
    return std::chrono::duration_cast<std::chrono::microseconds>(std::min(wait, wait_max)) +
           std::chrono::microseconds(1);
}

void byte_rate::fill(time_point now) noexcept
{
    double const passed = std::max(seconds(now - filled_at_).count(), 0.0);
    held_ = std::min(held_ + passed * static_cast<double>(rate_), capacity_of(rate_));
    filled_at_ = std::max(filled_at_, now);
}

} // namespace glacier::plan
