#pragma once

#include <glacier/timestamp.hpp>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

namespace glacier::emulation {

/// Keeps a log from growing as fast as somebody can fail. Thread safety: safe.
class event_limit {
public:
    explicit event_limit(std::uint64_t per_second_max) noexcept : per_second_max_(per_second_max) {}

    /// Whether an event of this moment may be told: if so, how many were left out before it.
    std::optional<std::uint64_t> admit(timestamp now)
    {
        std::lock_guard const lock(mutex_);
        auto const second = std::chrono::floor<std::chrono::seconds>(now);
        if (second != second_) {
            second_ = second;
            told_ = 0;
        }
        if (told_ == per_second_max_) {
            ++left_out_;
            return std::nullopt;
        }
        ++told_;
        return std::exchange(left_out_, 0);
    }

private:
    std::uint64_t const per_second_max_;
    std::mutex mutex_;
    std::chrono::sys_seconds second_;
    std::uint64_t told_ = 0;
    std::uint64_t left_out_ = 0;
};

} // namespace glacier::emulation
