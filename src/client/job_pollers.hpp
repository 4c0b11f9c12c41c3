#pragma once

#include <glacier/waiter.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace glacier {

/// The pollers that those share who wait for jobs of the same vault. They are not kept alive.
///
/// Thread safety: full.
class job_pollers {
public:
    using pointer = std::shared_ptr<job_waiter::poller>;

    pointer find_or_make(std::string const& vault, std::function<pointer()> const& make);

private:
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<job_waiter::poller>> pollers_;
};

} // namespace glacier
