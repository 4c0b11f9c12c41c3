#pragma once

#include <cstddef>
#include <span>

namespace glacier::base {

/// Where random numbers come from. Safe to call from any thread.
class random_source {
public:
    random_source() = default;
    random_source(random_source const&) = delete;
    random_source& operator=(random_source const&) = delete;
    virtual ~random_source() = default;

    /// Fills `bytes` with unpredictable bytes.
    virtual void fill(std::span<std::byte> bytes) = 0;

    /// A number in [0, 1).
    double fraction();
};

/// The kernel's generator.
class system_random final : public random_source {
public:
    void fill(std::span<std::byte> bytes) override;
};

} // namespace glacier::base
