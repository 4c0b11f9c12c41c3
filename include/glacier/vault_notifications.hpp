#pragma once

#include <glacier/identifiers.hpp>

#include <string>
#include <utility>
#include <vector>

namespace glacier {

/// What a vault can tell a topic. `unknown`: a name that this version does not know.
enum class notification_event { unknown, archive_retrieval_completed, inventory_retrieval_completed };

/// Which topic is told when which jobs of a vault end, well or not.
struct vault_notification_config {
    vault_notification_config(sns_topic its_topic, std::vector<notification_event> its_events)
        : topic(std::move(its_topic)), events(std::move(its_events))
    {}

    sns_topic topic;
    /// At least one, each once.
    std::vector<notification_event> events;
};

/// For client::set_vault_notifications().
struct set_vault_notifications_request {
    set_vault_notifications_request(vault_name its_vault, vault_notification_config its_config)
        : vault(std::move(its_vault)), config(std::move(its_config))
    {}

    vault_name vault;
    /// Replaces the configuration that the vault may have.
    vault_notification_config config;
};

/// For client::get_vault_notifications().
struct get_vault_notifications_request {
    explicit get_vault_notifications_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    vault_name vault;
};

struct get_vault_notifications_result {
    std::string sns_topic;
    std::vector<notification_event> events;
};

/// For client::delete_vault_notifications().
struct delete_vault_notifications_request {
    explicit delete_vault_notifications_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    vault_name vault;
};

} // namespace glacier
