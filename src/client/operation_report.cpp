#include "client/operation_report.hpp"

#include <boost/asio/error.hpp>

#include <chrono>
#include <utility>

namespace glacier {

operation_report::operation_report(std::shared_ptr<observer> observer,
                                   std::shared_ptr<async::time_source> time, std::string_view operation,
                                   std::string resource, std::string invocation_id)
    : observer_(std::move(observer)), time_(std::move(time)), began_(time_->now()), operation_(operation),
      resource_(std::move(resource)), invocation_id_(std::move(invocation_id)),
      error_(boost::asio::error::operation_aborted)
{}

operation_report::~operation_report()
{
    operation_ended event;
    event.operation = operation_;
    event.resource = resource_;
    event.invocation_id = invocation_id_;
    event.attempts = attempts_;
    event.duration = std::chrono::duration_cast<std::chrono::microseconds>(time_->now() - began_);
    event.error = error_;
    event.outcome_unknown = outcome_unknown_;
    observer_->on_operation_ended(event);
}

void operation_report::failed(error_code code, bool outcome_unknown) noexcept
{
    error_ = code;
    outcome_unknown_ = outcome_unknown;
}

} // namespace glacier
