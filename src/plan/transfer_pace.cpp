#include "plan/transfer_pace.hpp"

#include <algorithm>
#include <bit>

namespace glacier::plan {

namespace {

constexpr std::uint64_t part_bytes_wanted = std::uint64_t(16) * 1'048'576;
// Of the most parts that a transfer may ask for, one is left.
constexpr double share_min = 1.0 / 1'000;
constexpr double growth = 1.0 / 16;

} // namespace

bool asks_for_less(error_code const& error) noexcept
{
    // That is for a connection of one's own.
    if (error == errc::connection_wait_timeout)
        return false;
    return error == condition::throttling || error == condition::timeout ||
           error == service_errc::request_timeout || error == service_errc::service_unavailable;
}

std::size_t transfer_pace::in_flight_max(std::size_t wanted) const noexcept
{
    std::lock_guard const lock(mutex_);
    return std::max<std::size_t>(static_cast<std::size_t>(static_cast<double>(wanted) * share_), 1);
}

part_size transfer_pace::default_part_size() const noexcept
{
    std::lock_guard const lock(mutex_);
    auto const bytes = static_cast<std::uint64_t>(static_cast<double>(part_bytes_wanted) * share_);
    return part_size(std::max(std::bit_floor(bytes), part_size::bytes_min));
}

std::uint64_t transfer_pace::generation() const noexcept
{
    std::lock_guard const lock(mutex_);
    return generation_;
}

bool transfer_pace::on_trouble(std::uint64_t generation) noexcept
{
    std::lock_guard const lock(mutex_);
    if (generation != generation_ || share_ == share_min)
        return false;
    share_ = std::max(share_ / 2, share_min);
    ++generation_;
    return true;
}

bool transfer_pace::on_clean_part() noexcept
{
    std::lock_guard const lock(mutex_);
    if (share_ == 1)
        return false;
    share_ = std::min(share_ + growth, 1.0);
    return true;
}

} // namespace glacier::plan
