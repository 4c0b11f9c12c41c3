#include "emulator/service_context.hpp"

#include "emulator/job_announcement.hpp"

#include <algorithm>

namespace glacier::emulation {

namespace {

std::string_view partition_of(std::string_view region) noexcept
{
    if (region.starts_with("cn-"))
        return "aws-cn";
    if (region.starts_with("us-gov-"))
        return "aws-us-gov";
    return "aws";
}

} // namespace

std::string vault_arn(service_options const& options, std::string_view vault)
{
    std::string arn = "arn:";
    arn += partition_of(options.region);
    arn += ":glacier:" + options.region + ":" + options.account + ":vaults/";
    arn += vault;
    return arn;
}

std::string vault_path(service_options const& options, std::string_view vault)
{
    std::string path = "/" + options.account + "/vaults/";
    path += vault;
    return path;
}

service_result<vault_record> require_vault(service_context& context, transaction& view, std::string_view name)
{
    auto vault = view.find_vault(name);
    if (!vault)
        return vault_not_found(vault_arn(context.options, name));
    return std::move(*vault);
}

service_result<std::size_t> page_size(std::optional<std::uint32_t> limit, std::size_t most)
{
    if (!limit)
        return most;
    if (*limit == 0)
        return invalid_parameter("limit", "0");
    return std::min<std::size_t>(*limit, most);
}

std::string const* webhook_of(service_options const& options, std::string const& topic)
{
    auto found = options.webhooks.find(topic);
    if (found == options.webhooks.end())
        found = options.webhooks.find("*");
    return found == options.webhooks.end() ? nullptr : &found->second;
}

void sweep(service_context& context)
{
    timestamp const now = context.clock.now();
    auto change = context.data.begin();
    // Jobs must not go before their ends have been announced.
    announce_ended_jobs(context, change);
    change.sweep(now - context.options.job_output_life, now - context.options.upload_life);
    change.commit();
}

} // namespace glacier::emulation
