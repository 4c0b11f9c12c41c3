#include "emulator/vault_notification_service.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glacier::emulation {

namespace {

using event_form = protocol::text_form<notification_event>;

/// The names of the events in their order, each once.
std::string names_of(std::vector<notification_event> const& events)
{
    std::string names;
    std::vector<notification_event> seen;
    for (notification_event const event : events) {
        if (std::find(seen.begin(), seen.end(), event) != seen.end())
            continue;
        seen.push_back(event);
        names += (names.empty() ? "" : ",") + event_form::write(event);
    }
    return names;
}

std::vector<notification_event> events_in(std::string_view names)
{
    std::vector<notification_event> events;
    while (!names.empty()) {
        auto const end = std::min(names.find(','), names.size());
        events.push_back(event_form::read(names.substr(0, end)).value_or(notification_event::unknown));
        names.remove_prefix(std::min(end + 1, names.size()));
    }
    return events;
}

std::string no_notification(vault_record const& vault)
{
    return "No notification configuration is set for vault: " + vault.name;
}

} // namespace

service_result<protocol::no_result> set_vault_notifications(service_context& context,
                                                            set_vault_notifications_request const& request)
{
    auto change = context.data.begin();
    auto const vault = require_vault(context, change, request.vault.str());
    if (!vault)
        return vault.error();
    if (request.config.events.empty())
        return error_of(service_errc::invalid_parameter_value,
                        "Invalid Events: at least one of ArchiveRetrievalCompleted and "
                        "InventoryRetrievalCompleted is needed");
    notification_record notification;
    notification.topic = request.config.topic.str();
    notification.events = names_of(request.config.events);
    change.put_notification(vault->number, notification);
    change.commit();
    return protocol::no_result();
}

service_result<get_vault_notifications_result> get_vault_notifications(
    service_context& context, get_vault_notifications_request const& request)
{
    auto view = context.data.begin();
    auto const vault = require_vault(context, view, request.vault.str());
    if (!vault)
        return vault.error();
    auto notification = view.find_notification(vault->number);
    if (!notification)
        return error_of(service_errc::resource_not_found, no_notification(*vault));
    get_vault_notifications_result result;
    result.sns_topic = std::move(notification->topic);
    result.events = events_in(notification->events);
    return result;
}

service_result<protocol::no_result> delete_vault_notifications(
    service_context& context, delete_vault_notifications_request const& request)
{
    auto change = context.data.begin();
    auto const vault = require_vault(context, change, request.vault.str());
    if (!vault)
        return vault.error();
    int const status_when_unset = context.options.inferred.delete_unset_notifications_status;
    if (status_when_unset != 204 && !change.find_notification(vault->number))
        return error_with_status(status_when_unset, no_notification(*vault));
    change.delete_notification(vault->number);
    change.commit();
    return protocol::no_result();
}

} // namespace glacier::emulation
