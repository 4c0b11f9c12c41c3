#pragma once

#include <algorithm>
#include <chrono>

namespace glacier::plan {

/// How long a part or a range waits after it has failed so many times, 1 or more: 1 second, and twice as long each time,
/// up to 30. The client's own repetitions, with waits of their own, came before.
inline std::chrono::seconds repetition_delay(int failures) noexcept
{
    constexpr std::chrono::seconds first{1};
    constexpr std::chrono::seconds longest{30};
    std::chrono::seconds delay = first;
    for (int i = 1; i < failures && delay < longest; ++i)
        delay *= 2;
    return std::min(delay, longest);
}

} // namespace glacier::plan
