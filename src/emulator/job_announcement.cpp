#include "emulator/job_announcement.hpp"

#include "emulator/ids.hpp"
#include "emulator/job_service.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace glacier::emulation {

namespace {

// Jobs that are read from the index at once.
constexpr std::size_t block = 100;

/// The event that a job's end is; empty for a select job, which is none.
std::string_view event_of(job_record const& job) noexcept
{
    if (job.select_request)
        return {};
    return job.archive_id ? "ArchiveRetrievalCompleted" : "InventoryRetrievalCompleted";
}

bool wants(notification_record const& notification, std::string_view event)
{
    std::string_view rest = notification.events;
    while (!rest.empty() && !event.empty()) {
        std::string_view const name = rest.substr(0, rest.find(','));
        if (name == event)
            return true;
        rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    }
    return false;
}

void announce(service_context& context, transaction& change, job_record const& job, timestamp now)
{
    auto const vault = change.find_vault(job.vault);
    if (!vault)
        throw store_error("the index has a job of no vault: " + job.id);
    std::vector<std::string> topics;
    auto const notification = change.find_notification(job.vault);
    if (notification && wants(*notification, event_of(job)))
        topics.push_back(notification->topic);
    if (job.sns_topic)
        topics.push_back(*job.sns_topic);
    for (std::string& topic : topics) {
        if (webhook_of(context.options, topic) == nullptr)
            continue;
        delivery_record delivery;
        delivery.message_id = new_uuid(context.random);
        delivery.topic = std::move(topic);
        delivery.message = job_message(context, vault_name(vault->name), job, now);
        delivery.created = now;
        change.insert_delivery(delivery);
    }
}

} // namespace

void announce_ended_jobs(service_context& context, transaction& change)
{
    if (context.options.webhooks.empty())
        return;
    timestamp const now = context.clock.now();
    std::vector<job_record> jobs;
    do {
        jobs = change.unannounced_jobs(now, block);
        for (job_record const& job : jobs) {
            announce(context, change, job, now);
            change.mark_announced(job.number);
        }
    } while (jobs.size() == block);
}

} // namespace glacier::emulation
