#pragma once

#include "emulator/service_context.hpp"
#include "protocol/data_retrieval_policy_operations.hpp"

#include <glacier/data_retrieval_policy.hpp>

namespace glacier::emulation {

// How it is enforced is not documented in detail. Here it is looked at when a job is initiated, and the bytes asked
// for by Standard retrievals of archives within the last hour, or day for FreeTier, count, also of failed jobs.

service_result<get_data_retrieval_policy_result> get_data_retrieval_policy(
    service_context& context, get_data_retrieval_policy_request const& request);
service_result<protocol::no_result> set_data_retrieval_policy(
    service_context& context, set_data_retrieval_policy_request const& request);

} // namespace glacier::emulation
