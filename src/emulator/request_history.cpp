#include "emulator/request_history.hpp"

#include <algorithm>
#include <iterator>

namespace glacier::emulation {

void request_history::add(emulator_request const& request)
{
    std::lock_guard const lock(mutex_);
    if (requests_.size() == requests_max)
        requests_.pop_front();
    requests_.push_back(request);
}

std::vector<emulator_request> request_history::last(std::size_t count) const
{
    std::lock_guard const lock(mutex_);
    auto const wanted = static_cast<std::ptrdiff_t>(std::min(count, requests_.size()));
    return {std::prev(requests_.end(), wanted), requests_.end()};
}

} // namespace glacier::emulation
