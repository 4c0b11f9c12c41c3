#pragma once

#include "async/timer.hpp"

#include <glacier/error.hpp>
#include <glacier/observer.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace glacier {

/// Tells the observer that an operation has ended, when it goes: as cancelled, unless it was told otherwise.
class operation_report {
public:
    operation_report(std::shared_ptr<observer> observer, std::shared_ptr<async::time_source> time,
                     std::string_view operation, std::string resource, std::string invocation_id);
    operation_report(operation_report const&) = delete;
    operation_report& operator=(operation_report const&) = delete;
    ~operation_report();

    void set_attempts(int attempts) noexcept { attempts_ = attempts; }
    void succeeded() noexcept { error_ = error_code(); }
    void failed(error_code code, bool outcome_unknown) noexcept;

private:
    std::shared_ptr<observer> observer_;
    std::shared_ptr<async::time_source> time_;
    async::time_source::time_point began_;
    std::string_view operation_;
    std::string resource_;
    std::string invocation_id_;
    int attempts_ = 0;
    error_code error_;
    bool outcome_unknown_ = false;
};

} // namespace glacier
