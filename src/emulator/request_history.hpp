#pragma once

#include <glacier/emulator.hpp>

#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

namespace glacier::emulation {

/// The last requests. Thread safety: safe.
class request_history {
public:
    static constexpr std::size_t requests_max = 1'000;

    void add(emulator_request const& request);

    /// The last `count`, or as many as there are, in the order in which they were added.
    std::vector<emulator_request> last(std::size_t count) const;

private:
    mutable std::mutex mutex_;
    std::deque<emulator_request> requests_;
};

} // namespace glacier::emulation
