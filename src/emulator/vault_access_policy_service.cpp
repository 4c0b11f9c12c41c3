#include "emulator/vault_access_policy_service.hpp"

#include <utility>

namespace glacier::emulation {

service_result<protocol::no_result> set_vault_access_policy(service_context& context,
                                                            set_vault_access_policy_request const& request)
{
    auto change = context.data.begin();
    auto const vault = require_vault(context, change, request.vault.str());
    if (!vault)
        return vault.error();
    change.put_access_policy(vault->number, request.policy.str());
    change.commit();
    return protocol::no_result();
}

service_result<get_vault_access_policy_result> get_vault_access_policy(
    service_context& context, get_vault_access_policy_request const& request)
{
    auto view = context.data.begin();
    auto const vault = require_vault(context, view, request.vault.str());
    if (!vault)
        return vault.error();
    auto policy = view.find_access_policy(vault->number);
    if (!policy)
        return error_of(service_errc::resource_not_found,
                        "No vault access policy is set for: " + vault->name);
    get_vault_access_policy_result result;
    result.policy = std::move(*policy);
    return result;
}

service_result<protocol::no_result> delete_vault_access_policy(
    service_context& context, delete_vault_access_policy_request const& request)
{
    auto change = context.data.begin();
    auto const vault = require_vault(context, change, request.vault.str());
    if (!vault)
        return vault.error();
    change.delete_access_policy(vault->number);
    change.commit();
    return protocol::no_result();
}

} // namespace glacier::emulation
