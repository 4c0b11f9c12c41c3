#include "emulator/policy_enforcement.hpp"

#include "emulator/policy.hpp"
#include "emulator/vault_lock_service.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace glacier::emulation {

namespace {

/// The wording is that of IAM, not one that was seen of this service.
protocol::service_error explicit_deny(policy_request const& request, std::string_view kind)
{
    std::string message = "User: ";
    message += request.vault_arn.substr(0, request.vault_arn.find(":glacier:"));
    message += ":iam::";
    message += request.account;
    message += ":root is not authorized to perform: glacier:";
    message += request.action;
    message += " on resource: ";
    message += request.vault_arn;
    message += " with an explicit deny in the vault ";
    message += kind;
    message += " policy";
    return error_of(service_errc::access_denied, std::move(message));
}

bool denies(std::string_view text, policy_request const& request)
{
    auto const parsed = policy::parse(text);
    return parsed && parsed->denies(request);
}

} // namespace

std::optional<protocol::service_error> denial(service_context& context, protocol::operation id,
                                              vault_name const& vault,
                                              std::optional<archive_id> const& archive)
{
    auto view = context.data.begin();
    auto const owner = view.find_vault(vault.str());
    if (!owner)
        return std::nullopt;
    auto const lock = find_lock_in_force(context, view, *owner);
    auto const access = context.options.enforce_access_policies ? view.find_access_policy(owner->number)
                                                                : std::optional<std::string>();
    if (!lock && !access)
        return std::nullopt;

    std::string const arn = vault_arn(context.options, vault.str());
    policy_request request;
    request.action = protocol::info_of(id).name;
    request.account = context.options.account;
    request.vault_arn = arn;
    request.tags = view.tags_of(owner->number);
    if (archive) {
        auto const found = view.find_archive(archive->str());
        if (found && !found->deleted && found->vault == owner->number)
            request.archive_age_days =
                std::chrono::floor<std::chrono::days>(context.clock.now() - found->created).count();
    }
    if (lock && denies(lock->policy, request))
        return explicit_deny(request, "lock");
    if (access && denies(*access, request))
        return explicit_deny(request, "access");
    return std::nullopt;
}

} // namespace glacier::emulation
