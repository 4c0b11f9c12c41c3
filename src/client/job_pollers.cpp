#include "client/job_pollers.hpp"

namespace glacier {

job_pollers::pointer job_pollers::find_or_make(std::string const& vault, std::function<pointer()> const& make)
{
    std::lock_guard const lock(mutex_);
    auto const found = pollers_.find(vault);
    if (found != pollers_.end())
        if (auto existing = found->second.lock())
            return existing;
    // Whoever makes one clears away those that nobody uses any more.
    std::erase_if(pollers_, [](auto const& each) { return each.second.expired(); });
    pointer made = make();
    pollers_.emplace(vault, made);
    return made;
}

} // namespace glacier
