#include "emulator/vault_tag_service.hpp"

#include <string>

namespace glacier::emulation {

namespace {

constexpr std::size_t tags_per_call_max = 10;

std::optional<protocol::service_error> check_count(std::string_view name, std::size_t count)
{
    if (count >= 1 && count <= tags_per_call_max)
        return std::nullopt;
    return error_of(service_errc::invalid_parameter_value,
                    "Invalid " + std::string(name) + ": a call takes 1 to " +
                        std::to_string(tags_per_call_max) + ", and this one has " + std::to_string(count));
}

} // namespace

service_result<protocol::no_result> add_tags_to_vault(service_context& context,
                                                      add_tags_to_vault_request const& request)
{
    auto change = context.data.begin();
    auto const vault = require_vault(context, change, request.vault.str());
    if (!vault)
        return vault.error();
    if (auto const wrong = check_count("Tags", request.tags.size()))
        return *wrong;

    auto const present = change.tags_of(vault->number);
    std::size_t added = 0;
    for (auto const& [key, value] : request.tags) {
        added += present.contains(key.str()) ? 0 : 1;
        change.put_tag(vault->number, key.str(), value.str());
    }
    if (added > 0 && present.size() + added > context.options.tags_per_vault_max)
        return error_of(
            service_errc::limit_exceeded,
            "The quota for the number of tags that can be assigned to this resource has been reached.");
    change.commit();
    return protocol::no_result();
}

service_result<protocol::no_result> remove_tags_from_vault(service_context& context,
                                                           remove_tags_from_vault_request const& request)
{
    auto change = context.data.begin();
    auto const vault = require_vault(context, change, request.vault.str());
    if (!vault)
        return vault.error();
    if (auto const wrong = check_count("TagKeys", request.keys.size()))
        return *wrong;
    for (tag_key const& key : request.keys)
        change.delete_tag(vault->number, key.str());
    change.commit();
    return protocol::no_result();
}

service_result<list_tags_for_vault_result> list_tags_for_vault(service_context& context,
                                                               list_tags_for_vault_request const& request)
{
    auto view = context.data.begin();
    auto const vault = require_vault(context, view, request.vault.str());
    if (!vault)
        return vault.error();
    list_tags_for_vault_result result;
    result.tags = view.tags_of(vault->number);
    return result;
}

} // namespace glacier::emulation
