#include "emulator/control_service.hpp"

#include "base/iso8601.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <functional>
#include <vector>

namespace glacier::emulation {

namespace {

// Records that are read from the index at once.
constexpr std::size_t block = 1'000;

/// The vault that is named, or all.
service_result<std::vector<vault_record>> find_vaults(service_context& context, transaction& view,
                                                      std::optional<std::string> const& name)
{
    std::vector<vault_record> vaults;
    if (name) {
        auto vault = require_vault(context, view, *name);
        if (!vault)
            return vault.error();
        vaults.push_back(std::move(*vault));
        return vaults;
    }
    while (true) {
        auto const more = view.vaults_after(vaults.empty() ? std::string_view() : vaults.back().name, block);
        vaults.insert(vaults.end(), more.begin(), more.end());
        if (more.size() < block)
            return vaults;
    }
}

/// Gives `change` each job that lives; it says whether it has changed it.
service_result<std::size_t> change_jobs(service_context& context, selection const& which,
                                        std::function<bool(job_record&)> const& change)
{
    auto open = context.data.begin();
    auto const vaults = find_vaults(context, open, which.vault);
    if (!vaults)
        return vaults.error();
    timestamp const expired = context.clock.now() - context.options.job_output_life;
    std::size_t changed = 0;
    bool found = false;
    auto const look_at = [&](job_record job) {
        if (job.completion <= expired)
            return;
        found = true;
        if (!change(job))
            return;
        open.update_job(job);
        ++changed;
    };
    for (vault_record const& vault : *vaults) {
        if (which.id) {
            if (auto job = open.find_job(vault.number, *which.id))
                look_at(std::move(*job));
            continue;
        }
        std::vector<job_record> jobs;
        std::int64_t after = 0;
        do {
            jobs = open.jobs_after(vault.number, after, block);
            for (job_record& job : jobs) {
                after = job.number;
                look_at(std::move(job));
            }
        } while (jobs.size() == block);
    }
    if (which.id && !found)
        return job_not_found(*which.id);
    open.commit();
    return changed;
}

protocol::service_error refused(std::string message)
{
    return error_of(service_errc::invalid_parameter_value, std::move(message));
}

} // namespace

service_result<protocol::no_result> step_clock(virtual_clock& time, std::chrono::milliseconds by)
{
    constexpr std::chrono::milliseconds step_max = std::chrono::days(36'525);
    if (by < std::chrono::milliseconds::zero() || by > step_max)
        return refused("step: " + std::to_string(by.count()) +
                       " ms is not allowed; the clock moves on by 0 to 36,525 days");
    if (time.now() + by >= clock_end)
        return refused("step: the clock would go beyond the year 9999");
    time.advance(by);
    return protocol::no_result();
}

service_result<protocol::no_result> set_clock(virtual_clock& time, timestamp moment)
{
    if (moment >= clock_end)
        return refused("set: the clock would go beyond the year 9999");
    if (!time.set(moment))
        return refused("set: " + base::to_iso8601(moment) + " is over; the clock never goes back");
    return protocol::no_result();
}

service_result<protocol::no_result> set_clock_scale(virtual_clock& time, double scale)
{
    // Written so that it holds for what is no number, too.
    if (!(scale > 0 && scale <= 1e9))
        return refused("scale: " + std::to_string(scale) + " is not allowed; it is above 0 and up to 1e9");
    time.set_scale(scale);
    return protocol::no_result();
}

service_result<protocol::no_result> replace_faults(fault_plan& plan, std::vector<emulator_fault> faults)
{
    if (faults.size() > fault_plan::faults_max)
        return refused("there are " + std::to_string(faults.size()) + " faults; at most " +
                       std::to_string(fault_plan::faults_max) + " are allowed");
    for (std::size_t i = 0; i < faults.size(); ++i)
        if (auto const error = find_error(faults[i]))
            return refused("faults[" + std::to_string(i) + "]." + error->message);
    plan.set(std::move(faults));
    return protocol::no_result();
}

service_result<std::size_t> take_inventories(service_context& context, virtual_clock& time,
                                             std::optional<std::string> const& vault)
{
    auto change = context.data.begin();
    auto vaults = find_vaults(context, change, vault);
    if (!vaults)
        return vaults.error();
    // What happened before is before this moment, and what comes is not, even within the same millisecond.
    timestamp const moment = time.next_moment();
    for (vault_record& counted : *vaults) {
        vault_holdings& holdings = counted.holdings;
        holdings.inventory = vault_inventory{moment, holdings.archives, holdings.bytes};
        change.update_vault(counted);
    }
    change.commit();
    return vaults->size();
}

service_result<std::size_t> complete_jobs(service_context& context, selection const& which)
{
    timestamp const now = context.clock.now();
    return change_jobs(context, which, [now](job_record& job) {
        if (job.completion <= now)
            return false;
        job.completion = now;
        return true;
    });
}

service_result<std::size_t> fail_jobs(service_context& context, selection const& which,
                                      std::string_view message)
{
    if (message.empty() || message.size() > failure_bytes_max || !base::count_utf8_characters(message))
        return refused("message: it has 1 to " + std::to_string(failure_bytes_max) + " bytes of UTF-8");
    timestamp const now = context.clock.now();
    return change_jobs(context, which, [now, message](job_record& job) {
        job.completion = std::min(job.completion, now);
        job.failed = true;
        job.failure = message;
        return true;
    });
}

service_result<std::size_t> expire_jobs(service_context& context, selection const& which)
{
    timestamp const long_ago = context.clock.now() - context.options.job_output_life;
    auto const expired = change_jobs(context, which, [long_ago](job_record& job) {
        job.completion = long_ago;
        return true;
    });
    if (expired)
        sweep(context);
    return expired;
}

service_result<std::size_t> expire_uploads(service_context& context, selection const& which)
{
    std::size_t expired = 0;
    {
        auto change = context.data.begin();
        auto const vaults = find_vaults(context, change, which.vault);
        if (!vaults)
            return vaults.error();
        timestamp const long_ago = context.clock.now() - context.options.upload_life;
        auto const expire = [&](upload_record upload) {
            if (!upload.open() || upload.active <= long_ago)
                return;
            upload.active = long_ago;
            change.update_upload(upload);
            ++expired;
        };
        for (vault_record const& vault : *vaults) {
            if (which.id) {
                if (auto upload = change.find_upload(vault.number, *which.id))
                    expire(std::move(*upload));
                continue;
            }
            std::vector<upload_record> uploads;
            std::int64_t after = 0;
            do {
                uploads = change.open_uploads(vault.number, long_ago, after, block);
                for (upload_record& upload : uploads) {
                    after = upload.number;
                    expire(std::move(upload));
                }
            } while (uploads.size() == block);
        }
        if (which.id && expired == 0)
            return upload_not_found(*which.id);
        change.commit();
    }
    sweep(context);
    return expired;
}

} // namespace glacier::emulation
