#pragma once

#include "emulator/service_context.hpp"
#include "protocol/vault_tag_operations.hpp"

#include <glacier/vault_tags.hpp>

namespace glacier::emulation {

service_result<protocol::no_result> add_tags_to_vault(service_context& context,
                                                      add_tags_to_vault_request const& request);
service_result<protocol::no_result> remove_tags_from_vault(service_context& context,
                                                           remove_tags_from_vault_request const& request);
service_result<list_tags_for_vault_result> list_tags_for_vault(service_context& context,
                                                               list_tags_for_vault_request const& request);

} // namespace glacier::emulation
