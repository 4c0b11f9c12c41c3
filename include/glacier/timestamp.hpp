#pragma once

#include <chrono>

namespace glacier {

/// A moment in UTC with the resolution of the service's answers, one millisecond.
using timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

} // namespace glacier
