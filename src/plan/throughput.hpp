#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace glacier::plan {

/**
 * Decides whether a body moves fast enough. It is told how long each step took, so that time between steps does
 * not count.
 *
 * A window is as long as its steps, and at least as long as the setting: a step is never split.
 */
class throughput {
public:
    using microseconds = std::chrono::microseconds;

    /// `bytes_per_second_min`: zero: any speed will do.
    throughput(std::size_t bytes_per_second_min, std::chrono::milliseconds window) noexcept
        : bytes_per_second_min_(bytes_per_second_min), window_(window)
    {}

    bool has_limit() const noexcept { return bytes_per_second_min_ > 0; }

    /// How long a step may take at most that moves `pending` bytes when it ends: after that, not even these would
    /// be enough.
    microseconds time_left(std::uint64_t pending) const noexcept;

    /// A step has ended. False: the body is too slow.
    bool on_moved(std::uint64_t bytes, microseconds time) noexcept;

private:
    std::size_t bytes_per_second_min_;
    microseconds window_;
    // Of the present window.
    microseconds elapsed_{0};
    std::uint64_t bytes_ = 0;
};

} // namespace glacier::plan
