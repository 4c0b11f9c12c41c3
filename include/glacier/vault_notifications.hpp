#pragma once

#include <glacier/identifiers.hpp>

#include <string>
#include <utility>
#include <vector>

namespace glacier {

/// What a vault can tell a topic: that a job has ended, well or not. There is no event for select jobs.
enum class notification_event {
    /// A name that this version does not know. Refused in requests.
    unknown,
    /// `ArchiveRetrievalCompleted`.
    archive_retrieval_completed,
    /// `InventoryRetrievalCompleted`.
    inventory_retrieval_completed,
};

/// Which topic is told when which jobs of a vault end, well or not.
struct vault_notification_config {
    /// The topic, and at least one event.
    vault_notification_config(sns_topic its_topic, std::vector<notification_event> its_events)
        : topic(std::move(its_topic)), events(std::move(its_events))
    {}

    /// Where the messages go, the JSON of a job: parse_job_notification() reads them. Errors:
    /// errc::invalid_sns_topic for an empty one.
    sns_topic topic;
    /// At least one, each once. Errors: errc::invalid_notification_events otherwise, and for `unknown`.
    std::vector<notification_event> events;
};

/// For client::set_vault_notifications().
struct set_vault_notifications_request {
    /// The vault and its new configuration.
    set_vault_notifications_request(vault_name its_vault, vault_notification_config its_config)
        : vault(std::move(its_vault)), config(std::move(its_config))
    {}

    /// The vault whose jobs are told.
    vault_name vault;
    /// Replaces the configuration that the vault may have.
    vault_notification_config config;
};

/// For client::get_vault_notifications().
struct get_vault_notifications_request {
    /// The vault's name.
    explicit get_vault_notifications_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    /// The vault whose configuration is asked for.
    vault_name vault;
};

/// What GetVaultNotifications answers.
struct get_vault_notifications_result {
    /// ARN of the topic.
    std::string sns_topic;
    /// What the topic is told; `unknown` for names that this version does not know.
    std::vector<notification_event> events;
};

/// For client::delete_vault_notifications().
struct delete_vault_notifications_request {
    /// The vault's name.
    explicit delete_vault_notifications_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    /// The vault that tells no topic any more.
    vault_name vault;
};

} // namespace glacier
