#pragma once

#include "net/exchange.hpp"
#include "plan/retry_plan.hpp"
#include "protocol/endpoint.hpp"
#include "protocol/operation.hpp"

#include <glacier/error.hpp>

#include <string>

namespace glacier {

/// An attempt that did not end with the operation's own status.
struct failed_attempt {
    plan::attempt_failure failure;
    error_details details;
};

/// What to make of an answer, or of none. `peer`: who was asked, for messages.
failed_attempt describe_failure(net::exchange_result const& result, protocol::operation_info const& info,
                                protocol::endpoint const& peer);

/// The detail of a failed connection with its peer, unless the detail names it.
std::string with_peer(std::string const& detail, protocol::endpoint const& peer);

} // namespace glacier
