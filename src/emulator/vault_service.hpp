#pragma once

#include "emulator/service_context.hpp"
#include "protocol/vault_operations.hpp"

#include <glacier/vault.hpp>

namespace glacier::emulation {

service_result<create_vault_result> create_vault(service_context& context,
                                                 create_vault_request const& request);
service_result<vault_description> describe_vault(service_context& context,
                                                 describe_vault_request const& request);
service_result<protocol::no_result> delete_vault(service_context& context,
                                                 delete_vault_request const& request);
service_result<list_vaults_result> list_vaults(service_context& context, list_vaults_request const& request);

/// Records that an archive came into the vault or left it.
void record_change(service_context& context, transaction& change, vault_record& vault, timestamp now,
                   std::int64_t archives, std::int64_t bytes);

} // namespace glacier::emulation
