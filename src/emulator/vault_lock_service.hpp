#pragma once

#include "emulator/service_context.hpp"
#include "protocol/vault_lock_operations.hpp"

#include <glacier/vault_lock.hpp>

#include <optional>

namespace glacier::emulation {

// The states of a lock are: none, in progress for 24 hours, locked for ever. The policy is in force from the
// beginning, see denial().

/// The lock of the vault, in progress or locked.
std::optional<lock_record> find_lock_in_force(service_context& context, transaction& view,
                                              vault_record const& vault);

service_result<initiate_vault_lock_result> initiate_vault_lock(service_context& context,
                                                               initiate_vault_lock_request const& request);
service_result<protocol::no_result> complete_vault_lock(service_context& context,
                                                        complete_vault_lock_request const& request);
service_result<protocol::no_result> abort_vault_lock(service_context& context,
                                                     abort_vault_lock_request const& request);
service_result<vault_lock_description> get_vault_lock(service_context& context,
                                                      get_vault_lock_request const& request);

} // namespace glacier::emulation
