#pragma once

#include "emulator/service_context.hpp"
#include "protocol/vault_notification_operations.hpp"

#include <glacier/vault_notifications.hpp>

namespace glacier::emulation {

service_result<protocol::no_result> set_vault_notifications(service_context& context,
                                                            set_vault_notifications_request const& request);
service_result<get_vault_notifications_result> get_vault_notifications(
    service_context& context, get_vault_notifications_request const& request);
service_result<protocol::no_result> delete_vault_notifications(
    service_context& context, delete_vault_notifications_request const& request);

} // namespace glacier::emulation
