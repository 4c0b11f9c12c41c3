#include "emulator/vault_service.hpp"

#include "emulator/job_announcement.hpp"

namespace glacier::emulation {

namespace {

constexpr std::size_t vaults_max = 1'000;
constexpr std::size_t vaults_per_page = 10;

// What the service adds to the size of each archive.
constexpr std::uint64_t archive_overhead_bytes = 32'768;

vault_description describe(service_context const& context, vault_record vault, timestamp now)
{
    take_due_inventory(vault.holdings, context.options.inventory_period, now);
    vault_description description;
    description.vault_arn = vault_arn(context.options, vault.name);
    description.vault_name = std::move(vault.name);
    description.creation_date = vault.holdings.created;
    if (auto const& inventory = vault.holdings.inventory) {
        description.last_inventory_date = inventory->date;
        description.number_of_archives = inventory->archives;
        description.size_in_bytes = inventory->bytes + inventory->archives * archive_overhead_bytes;
    } else if (context.options.inferred.zero_before_first_inventory) {
        description.number_of_archives = 0;
        description.size_in_bytes = 0;
    }
    return description;
}

/// Markers are ARNs; a bare name does as well.
std::string_view name_in_marker(std::string_view marker) noexcept
{
    auto const slash = marker.rfind('/');
    return slash == std::string_view::npos ? marker : marker.substr(slash + 1);
}

} // namespace

service_result<create_vault_result> create_vault(service_context& context,
                                                 create_vault_request const& request)
{
    auto change = context.data.begin();
    if (!change.find_vault(request.vault.str())) {
        if (change.count_vaults() >= vaults_max)
            return error_of(service_errc::limit_exceeded,
                            "The account has reached its limit of " + std::to_string(vaults_max) + " vaults");
        vault_record vault;
        vault.name = request.vault.str();
        vault.holdings.created = context.clock.now();
        change.insert_vault(vault);
        if (context.options.inferred.settings_survive_deletion)
            change.restore_settings(vault);
        change.commit();
    }
    create_vault_result result;
    result.location = vault_path(context.options, request.vault.str());
    return result;
}

service_result<vault_description> describe_vault(service_context& context,
                                                 describe_vault_request const& request)
{
    auto view = context.data.begin();
    auto vault = require_vault(context, view, request.vault.str());
    if (!vault)
        return vault.error();
    return describe(context, std::move(*vault), context.clock.now());
}

service_result<protocol::no_result> delete_vault(service_context& context,
                                                 delete_vault_request const& request)
{
    auto change = context.data.begin();
    auto vault = change.find_vault(request.vault.str());
    // Deleting what is not there has succeeded already.
    if (!vault)
        return protocol::no_result();

    vault_holdings& holdings = vault->holdings;
    auto const period = context.options.inventory_period;
    take_due_inventory(holdings, period, context.clock.now());
    auto const& inventory = holdings.inventory;
    bool const current =
        inventory && (period <= std::chrono::milliseconds::zero() || inventory->date > holdings.changed);
    bool const has_uploads =
        !context.options.inferred.delete_vault_with_uploads &&
        !change.open_uploads(vault->number, context.clock.now() - context.options.upload_life, 0, 1).empty();
    if (has_uploads || (holdings.changed && !(current && inventory->archives == 0)))
        return error_of(service_errc::invalid_parameter_value,
                        "Vault not empty or recently written to: " +
                            vault_arn(context.options, request.vault.str()));
    announce_ended_jobs(context, change);
    if (context.options.inferred.settings_survive_deletion)
        change.keep_settings(*vault);
    change.delete_vault(*vault);
    change.commit();
    return protocol::no_result();
}

service_result<list_vaults_result> list_vaults(service_context& context, list_vaults_request const& request)
{
    auto const wanted = page_of(context, request.limit, request.marker, vaults_per_page);
    if (!wanted)
        return wanted.error();
    auto view = context.data.begin();
    timestamp const now = context.clock.now();
    // One more than the page holds tells whether there is a next one.
    auto vaults = view.vaults_after(name_in_marker(wanted->after), wanted->size + 1);
    list_vaults_result result;
    for (std::size_t i = 0; i < vaults.size() && i < wanted->size; ++i)
        result.vaults.push_back(describe(context, std::move(vaults[i]), now));
    if (vaults.size() > wanted->size)
        result.marker = result.vaults.empty() ? wanted->next_without_items() : result.vaults.back().vault_arn;
    return result;
}

void record_change(service_context& context, transaction& change, vault_record& vault, timestamp now,
                   std::int64_t archives, std::int64_t bytes)
{
    vault_holdings& holdings = vault.holdings;
    take_due_inventory(holdings, context.options.inventory_period, now);
    holdings.changed = now;
    holdings.archives += static_cast<std::uint64_t>(archives);
    holdings.bytes += static_cast<std::uint64_t>(bytes);
    change.update_vault(vault);
}

} // namespace glacier::emulation
