#pragma once

#include "emulator/fault_plan.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glacier::emulation {

/// How the value of a member of a fault is written in JSON.
enum class fault_member_kind { text, number };

/// A member of a fault and its value. Durations are text such as `250ms`.
struct fault_member {
    std::string name;
    fault_member_kind kind = fault_member_kind::text;
    std::string value;
};

using read_fault = boost::system::result<emulator_fault, fault_error>;

/// Makes a fault of its members. An error names the member: none is missing, unknown or there twice.
read_fault parse_fault(std::vector<fault_member> const& members);

/// Reads the form of the command line: `operation=ListVaults,first=2,effect=status,status=500`.
read_fault parse_fault(std::string_view text);

/// The members that are not at their defaults, and the effect.
std::vector<fault_member> members_of(emulator_fault const& fault);

} // namespace glacier::emulation
