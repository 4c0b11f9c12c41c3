#include "plan/address_cache.hpp"

#include <algorithm>
#include <utility>

namespace glacier::plan {

address_cache::step address_cache::ask(time_point now)
{
    if (is_found_ && now - found_at_ < life_)
        return step::use;
    if (looking_up_)
        return step::wait;
    if (is_failed_ && now - failed_at_ < negative_life_)
        return step::fail;
    looking_up_ = true;
    return step::look_up;
}

void address_cache::on_found(std::vector<host_address> found, time_point now)
{
    if (found.size() > addresses_max)
        found.resize(addresses_max);
    found_ = std::move(found);
    found_at_ = now;
    is_found_ = true;
    is_failed_ = false;
    looking_up_ = false;
    std::erase_if(unreachable_, [&](auto const& failed) {
        return std::none_of(found_.begin(), found_.end(),
                            [&](host_address const& each) { return each.text == failed.first; });
    });
}

void address_cache::on_failed(time_point now)
{
    failed_at_ = now;
    is_failed_ = true;
    is_found_ = false;
    looking_up_ = false;
}

void address_cache::on_abandoned()
{
    looking_up_ = false;
}

std::vector<host_address> address_cache::addresses(time_point now) const
{
    // A failure is forgotten after as long as an address lives; one that never failed comes before all.
    auto const failed_at = [&](host_address const& address) {
        auto const found = unreachable_.find(address.text);
        bool const counts = found != unreachable_.end() && now - found->second < life_;
        return counts ? found->second : time_point::min();
    };
    std::vector<host_address> ordered = found_;
    std::stable_sort(ordered.begin(), ordered.end(),
                     [&](host_address const& left, host_address const& right) {
                         return failed_at(left) < failed_at(right);
                     });
    return ordered;
}

void address_cache::on_unreachable(std::string const& address, time_point now)
{
    bool const known = std::any_of(found_.begin(), found_.end(),
                                   [&](host_address const& each) { return each.text == address; });
    if (known)
        unreachable_[address] = now;
}

void address_cache::on_reached(std::string const& address)
{
    unreachable_.erase(address);
}

void address_cache::on_none_reached()
{
    is_found_ = false;
}

} // namespace glacier::plan
