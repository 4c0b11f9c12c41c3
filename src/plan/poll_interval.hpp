#pragma once

#include <algorithm>
#include <chrono>

namespace glacier::plan {

/// How long to wait before the next look at a job: half of what was waited so far, within the limits. Short
/// jobs are noticed soon, and hours cost few requests.
class poll_interval {
public:
    using milliseconds = std::chrono::milliseconds;

    poll_interval(milliseconds least, milliseconds most) noexcept
        : least_(least), most_(std::max(least, most))
    {}

    milliseconds next() noexcept
    {
        milliseconds const interval = std::clamp(waited_ / 2, least_, most_);
        waited_ += interval;
        return interval;
    }

private:
    milliseconds least_;
    milliseconds most_;
    milliseconds waited_{0};
};

} // namespace glacier::plan
