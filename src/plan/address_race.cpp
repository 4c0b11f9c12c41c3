#include "plan/address_race.hpp"

#include <algorithm>

namespace glacier::plan {

std::vector<host_address> interleave_families(std::vector<host_address> const& addresses)
{
    std::vector<host_address> first;
    std::vector<host_address> second;
    for (host_address const& each : addresses)
        (each.is_v6 == addresses.front().is_v6 ? first : second).push_back(each);
    std::vector<host_address> mixed;
    mixed.reserve(addresses.size());
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size())
            mixed.push_back(first[i]);
        if (i < second.size())
            mixed.push_back(second[i]);
    }
    return mixed;
}

address_race::address_race(std::size_t addresses, std::chrono::milliseconds limit, time_point now) noexcept
    : addresses_(addresses), next_start_(now)
{
    if (limit != std::chrono::milliseconds::zero())
        end_ = now + limit;
}

address_race::decision address_race::next(time_point now) noexcept
{
    decision decided;
    if (end_ && now >= *end_) {
        decided.what = step::timed_out;
        return decided;
    }
    bool const has_next = started_ < addresses_;
    if (has_next && (running_ == 0 || now >= next_start_)) {
        decided.what = step::start;
        decided.address = started_++;
        ++running_;
        next_start_ = now + attempt_delay;
        return decided;
    }
    if (running_ == 0)
        return decided;
    decided.what = step::wait;
    decided.until = end_.value_or(time_point::max());
    if (has_next)
        decided.until = std::min(decided.until, next_start_);
    return decided;
}

void address_race::on_failed() noexcept
{
    --running_;
    // Whoever comes next need not wait for the others.
    next_start_ = time_point::min();
}

} // namespace glacier::plan
