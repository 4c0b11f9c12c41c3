#pragma once

#include "emulator/service_context.hpp"
#include "protocol/vault_access_policy_operations.hpp"

#include <glacier/vault_access_policy.hpp>

namespace glacier::emulation {

// The policy is kept as it is, whatever it says. What it denies is refused only if that is asked for, see denial().

service_result<protocol::no_result> set_vault_access_policy(service_context& context,
                                                            set_vault_access_policy_request const& request);
service_result<get_vault_access_policy_result> get_vault_access_policy(
    service_context& context, get_vault_access_policy_request const& request);
service_result<protocol::no_result> delete_vault_access_policy(
    service_context& context, delete_vault_access_policy_request const& request);

} // namespace glacier::emulation
