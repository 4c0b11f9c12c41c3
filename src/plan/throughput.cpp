#include "plan/throughput.hpp"

#include <algorithm>

namespace glacier::plan {

namespace {

using seconds = std::chrono::duration<double>;

// About a century: what is longer does not fit into a deadline.
constexpr double seconds_max = 3e9;

} // namespace

throughput::microseconds throughput::time_left(std::uint64_t pending) const noexcept
{
    double const needed = static_cast<double>(bytes_ + pending) /
                          static_cast<double>(std::max<std::size_t>(bytes_per_second_min_, 1));
    auto const enough_for = std::chrono::duration_cast<microseconds>(seconds(std::min(needed, seconds_max)));
    return std::max(std::max(window_, enough_for) - elapsed_, microseconds(0));
}

bool throughput::on_moved(std::uint64_t bytes, microseconds time) noexcept
{
    elapsed_ += time;
    bytes_ += bytes;
    if (elapsed_ < window_)
        return true;
    bool const enough =
        static_cast<double>(bytes_) >= static_cast<double>(bytes_per_second_min_) * seconds(elapsed_).count();
    elapsed_ = microseconds(0);
    bytes_ = 0;
    return enough;
}

} // namespace glacier::plan
