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

// At the end of a marker. No id, number or ARN ends with it.
constexpr char mark_of_empty_page = '~';

/// A number that follows from the seed and the text (FNV-1a).
std::uint64_t draw(std::uint64_t seed, std::string_view text) noexcept
{
    std::uint64_t hash = 14'695'981'039'346'656'037U ^ seed;
    for (char const c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 1'099'511'628'211U;
    }
    // The lower bits alone would change too little from one text to the next.
    return hash ^ (hash >> 32U);
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

std::string page::next_without_items() const
{
    return after + mark_of_empty_page;
}

service_result<page> page_of(service_context const& context, std::optional<std::uint32_t> limit,
                             std::optional<std::string> const& marker, std::size_t most)
{
    if (limit && *limit == 0)
        return invalid_parameter("limit", "0");
    page wanted;
    wanted.size = limit ? std::min<std::size_t>(*limit, most) : most;
    wanted.after = marker.value_or("");
    std::uint64_t const seed = context.options.inferred.short_pages;
    if (seed == 0)
        return wanted;
    // Drawn from the marker, so that it is the same page each time. The marker of an empty page is another one
    // than that before it, and no two empty ones follow each other, so that a list comes to its end.
    std::size_t const drawn = draw(seed, wanted.after) % (wanted.size + 1);
    bool const after_empty_page = wanted.after.ends_with(mark_of_empty_page);
    if (after_empty_page)
        wanted.after.pop_back();
    wanted.size = after_empty_page ? std::max<std::size_t>(drawn, 1) : drawn;
    return wanted;
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
