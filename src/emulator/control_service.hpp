#pragma once

#include "emulator/fault_plan.hpp"
#include "emulator/service_context.hpp"
#include "emulator/virtual_clock.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace glacier::emulation {

// What a test makes happen that the service does in its own time. Errors name the value and what is allowed.

/// The clock cannot be moved to or beyond this moment, the end of the year 9999.
inline constexpr timestamp clock_end = std::chrono::sys_days(std::chrono::year(10'000) / 1 / 1);

/// Moves the clock on, by up to 100 years.
service_result<protocol::no_result> step_clock(virtual_clock& time, std::chrono::milliseconds by);

/// Moves the clock on to `moment`, which must not lie in its past.
service_result<protocol::no_result> set_clock(virtual_clock& time, timestamp moment);

/// Above 0, up to 1e9.
service_result<protocol::no_result> set_clock_scale(virtual_clock& time, double scale);

/// Replaces all faults, if each is within its rules and they are not too many.
service_result<protocol::no_result> replace_faults(fault_plan& plan, std::vector<emulator_fault> faults);

/// Some of the jobs or uploads: one; all of a vault if no id is given; or all of the account.
struct selection {
    std::optional<std::string> vault;
    std::optional<std::string> id;
};

/// The longest status message with which a job can be made to fail.
inline constexpr std::size_t failure_bytes_max = 1'000;

// Each tells for how many it was done. A vault, job or upload that is named and does not exist is an error.

/// Takes an inventory of the vault, or of all, at this moment.
service_result<std::size_t> take_inventories(service_context& context, virtual_clock& time,
                                             std::optional<std::string> const& vault);

/// Completes jobs that are in progress.
service_result<std::size_t> complete_jobs(service_context& context, selection const& which);

/// Makes jobs fail, in progress or not. The message is UTF-8 of 1 to failure_bytes_max bytes.
service_result<std::size_t> fail_jobs(service_context& context, selection const& which,
                                      std::string_view message);

/// Ends the lives of jobs, in progress or not.
service_result<std::size_t> expire_jobs(service_context& context, selection const& which);

/// Ends the lives of open multipart uploads.
service_result<std::size_t> expire_uploads(service_context& context, selection const& which);

} // namespace glacier::emulation
