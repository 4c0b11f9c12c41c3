#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace glacier::plan {

/// A bucket that fills with so many bytes a second and holds those of a moment. Knows no clock. Not safe to use from
/// several threads at once.
class byte_rate {
public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::milliseconds moment{100};

    /// Zero: no limit.
    byte_rate(std::uint64_t bytes_per_second, time_point now) noexcept;

    void set_rate(std::uint64_t bytes_per_second, time_point now) noexcept;
    std::uint64_t rate() const noexcept { return rate_; }

    /// Takes the bytes and gives nothing; or gives how long to wait before asking again. More bytes than the bucket
    /// holds are let through when it is full, and are then missing for the next ones.
    std::chrono::nanoseconds take(std::size_t bytes, time_point now) noexcept;

private:
    void fill(time_point now) noexcept;

    std::uint64_t rate_ = 0;
    double held_ = 0;
    time_point filled_at_;
};

} // namespace glacier::plan
