#pragma once

#include <glacier/error.hpp>
#include <glacier/part_size.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>

namespace glacier::plan {

/// Whether the service asks for less, in words or by being slow.
bool asks_for_less(error_code const& error) noexcept;

/**
 * How much the transfers of a client ask of the service: all that they were allowed, until it is in trouble; then half,
 * and a little more with each part that goes well. Knows no clock. Safe to use from several threads.
 */
class transfer_pace {
public:
    /// Of `wanted` parts at once, how many there may be: at least 1.
    std::size_t in_flight_max(std::size_t wanted) const noexcept;

    /// For new uploads that leave it open.
    part_size default_part_size() const noexcept;

    /// To be kept by a part that begins. Troubles of parts that began before the last reduction do not reduce again:
    /// they have the same cause.
    std::uint64_t generation() const noexcept;

    /// An attempt of a part that began at `generation` was throttled, timed out or failed inside the service. Gives
    /// whether there is less now.
    bool on_trouble(std::uint64_t generation) noexcept;

    /// A part went well at the first attempt. Gives whether there is more now.
    bool on_clean_part() noexcept;

private:
    mutable std::mutex mutex_;
    double share_ = 1;
    std::uint64_t generation_ = 0;
};

} // namespace glacier::plan
