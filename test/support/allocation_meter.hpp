#pragma once

#include <cstddef>

namespace glacier::test {

/// Measures how much memory the thread has in use at most while this object lives, above what it had before: what comes
/// from `operator new`, which a program that is linked with allocation_meter.cpp replaces. One at a time in a thread.
class allocation_meter {
public:
    allocation_meter() noexcept;
    allocation_meter(allocation_meter const&) = delete;
    allocation_meter& operator=(allocation_meter const&) = delete;
    ~allocation_meter() = default;

    std::size_t peak() const noexcept;

private:
    std::ptrdiff_t before_;
};

} // namespace glacier::test
