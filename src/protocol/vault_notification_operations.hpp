#pragma once

#include "protocol/codec.hpp"

#include <glacier/vault_notifications.hpp>

#include <array>
#include <string_view>
#include <tuple>
#include <utility>

namespace glacier::protocol {

template <>
struct enum_names<notification_event> {
    static constexpr std::array<std::pair<notification_event, std::string_view>, 2> names{{
        {notification_event::archive_retrieval_completed, "ArchiveRetrievalCompleted"},
        {notification_event::inventory_retrieval_completed, "InventoryRetrievalCompleted"},
    }};
};

template <>
struct json_fields<vault_notification_config> {
    static constexpr absent when_absent = absent::omitted;
    static constexpr auto fields = std::tuple{
        field<presence::argument>("SNSTopic", &vault_notification_config::topic),
        field<presence::argument>("Events", &vault_notification_config::events),
    };
};

template <>
struct json_fields<get_vault_notifications_result> {
    static constexpr absent when_absent = absent::null;
    static constexpr auto fields = std::tuple{
        field("SNSTopic", &get_vault_notifications_result::sns_topic),
        field("Events", &get_vault_notifications_result::events),
    };
};

template <>
struct operation_traits<set_vault_notifications_request> {
    static constexpr operation id = operation::set_vault_notifications;
    using result_type = no_result;
    static constexpr auto input = std::tuple{
        uri("vaultName", &set_vault_notifications_request::vault),
        json_body(&set_vault_notifications_request::config),
    };
    static constexpr auto output = std::tuple{};
};

template <>
struct operation_traits<get_vault_notifications_request> {
    static constexpr operation id = operation::get_vault_notifications;
    using result_type = get_vault_notifications_result;
    static constexpr auto input = std::tuple{uri("vaultName", &get_vault_notifications_request::vault)};
    static constexpr auto output = std::tuple{json_document()};
};

template <>
struct operation_traits<delete_vault_notifications_request> {
    static constexpr operation id = operation::delete_vault_notifications;
    using result_type = no_result;
    static constexpr auto input = std::tuple{uri("vaultName", &delete_vault_notifications_request::vault)};
    static constexpr auto output = std::tuple{};
};

} // namespace glacier::protocol
