#pragma once

#include "emulator/service_context.hpp"
#include "protocol/data_retrieval_policy_operations.hpp"

#include <glacier/data_retrieval_policy.hpp>

namespace glacier::emulation {

// The policy is kept and shown; no retrieval is refused because of it.

service_result<get_data_retrieval_policy_result> get_data_retrieval_policy(
    service_context& context, get_data_retrieval_policy_request const& request);
service_result<protocol::no_result> set_data_retrieval_policy(
    service_context& context, set_data_retrieval_policy_request const& request);

} // namespace glacier::emulation
