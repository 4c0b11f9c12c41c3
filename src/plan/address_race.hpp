#pragma once

#include "plan/address_cache.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace glacier::plan {

/// Puts the families of the addresses in turn, the first one's first, each in its own order (RFC 8305, section 4).
std::vector<host_address> interleave_families(std::vector<host_address> const& addresses);

/**
 * Decides which address is tried when (RFC 8305, section 5): the next one when the last was tried for a while, or
 * at once when one has failed; the first that connects wins. Addresses are numbers here; somebody else connects.
 */
class address_race {
public:
    using time_point = std::chrono::steady_clock::time_point;

    enum class step {
        /// Connect to `address`, beside those that are being tried.
        start,
        /// Wait until an attempt ends or `until` has come.
        wait,
        /// All have failed.
        all_failed,
        /// The time of all together is over.
        timed_out,
    };

    struct decision {
        step what = step::all_failed;
        std::size_t address = 0;
        time_point until;
    };

    /// What the RFC recommends.
    static constexpr std::chrono::milliseconds attempt_delay{250};

    /// `limit`: of all attempts together; zero: none.
    address_race(std::size_t addresses, std::chrono::milliseconds limit, time_point now) noexcept;

    decision next(time_point now) noexcept;

    /// An attempt has failed.
    void on_failed() noexcept;

private:
    std::size_t addresses_;
    std::size_t started_ = 0;
    std::size_t running_ = 0;
    time_point next_start_;
    std::optional<time_point> end_;
};

} // namespace glacier::plan
