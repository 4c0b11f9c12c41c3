#pragma once

#include <thread>
#include <utility>

namespace glacier::test {

/// Notes the thread that destroys it.
class end_noted {
public:
    explicit end_noted(std::thread::id& place) noexcept : place_(&place) {}
    end_noted(end_noted&& other) noexcept : place_(std::exchange(other.place_, nullptr)) {}
    end_noted& operator=(end_noted&&) = delete;

    ~end_noted()
    {
        if (place_ != nullptr)
            *place_ = std::this_thread::get_id();
    }

private:
    std::thread::id* place_;
};

} // namespace glacier::test
