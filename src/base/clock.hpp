#pragma once

#include <glacier/timestamp.hpp>

#include <chrono>

namespace glacier::base {

/// Where the time of day comes from. Safe to call from any thread.
class clock {
public:
    clock() = default;
    clock(clock const&) = delete;
    clock& operator=(clock const&) = delete;
    virtual ~clock() = default;

    virtual timestamp now() const = 0;
};

/// The machine's clock.
class system_clock final : public clock {
public:
    timestamp now() const override
    {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
};

} // namespace glacier::base
