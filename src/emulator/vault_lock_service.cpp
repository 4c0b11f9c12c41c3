#include "emulator/vault_lock_service.hpp"

#include "emulator/ids.hpp"
#include "emulator/policy.hpp"

#include <chrono>
#include <utility>

namespace glacier::emulation {

namespace {

// Within which a lock has to be completed.
constexpr std::chrono::hours lock_life{24};

protocol::service_error no_lock(vault_record const& vault, int status = 404)
{
    return error_with_status(status, "No vault lock policy is set for: " + vault.name);
}

protocol::service_error vault_is_locked(service_context const& context, vault_record const& vault,
                                        int status = 403)
{
    return error_with_status(status,
                             "The vault is locked, and its lock policy can neither be changed nor removed: " +
                                 vault_arn(context.options, vault.name));
}

} // namespace

std::optional<lock_record> find_lock_in_force(service_context& context, transaction& view,
                                              vault_record const& vault)
{
    auto lock = view.find_lock(vault.number);
    // One that was not completed in time is as good as none.
    if (lock && !lock->locked && lock->created + lock_life <= context.clock.now())
        return std::nullopt;
    return lock;
}

service_result<initiate_vault_lock_result> initiate_vault_lock(service_context& context,
                                                               initiate_vault_lock_request const& request)
{
    auto change = context.data.begin();
    auto const vault = require_vault(context, change, request.vault.str());
    if (!vault)
        return vault.error();
    auto const parsed = policy::parse(request.policy.str());
    if (!parsed || !parsed->can_lock(vault_arn(context.options, vault->name)))
        return error_of(service_errc::invalid_parameter_value,
                        "The specified vault lock policy is invalid. Provide a valid policy.");
    if (auto const present = find_lock_in_force(context, change, *vault)) {
        if (present->locked)
            return vault_is_locked(context, *vault, context.options.inferred.initiate_locked_status);
        return error_of(service_errc::access_denied,
                        "A vault lock is in progress already, to be completed or aborted: " +
                            vault_arn(context.options, vault->name));
    }
    lock_record lock;
    lock.id = new_id(context.random, lock_id_length);
    lock.policy = request.policy.str();
    lock.created = context.clock.now();
    change.put_lock(vault->number, lock);
    change.commit();
    return initiate_vault_lock_result(lock_id(lock.id));
}

service_result<protocol::no_result> complete_vault_lock(service_context& context,
                                                        complete_vault_lock_request const& request)
{
    auto change = context.data.begin();
    auto const vault = require_vault(context, change, request.vault.str());
    if (!vault)
        return vault.error();
    auto lock = find_lock_in_force(context, change, *vault);
    if (!lock) {
        bool const is_expired = change.find_lock(vault->number).has_value();
        return no_lock(*vault, is_expired ? context.options.inferred.complete_expired_lock_status
                                          : context.options.inferred.complete_lock_without_lock_status);
    }
    bool const is_its_id = lock->id == request.lock.str();
    // Completing it once more has succeeded already.
    if (lock->locked && is_its_id)
        return protocol::no_result();
    if (lock->locked)
        return vault_is_locked(context, *vault);
    if (!is_its_id)
        return invalid_parameter("lock ID", request.lock.str());
    lock->locked = true;
    change.put_lock(vault->number, *lock);
    change.commit();
    return protocol::no_result();
}

service_result<protocol::no_result> abort_vault_lock(service_context& context,
                                                     abort_vault_lock_request const& request)
{
    auto change = context.data.begin();
    auto const vault = require_vault(context, change, request.vault.str());
    if (!vault)
        return vault.error();
    if (auto const lock = find_lock_in_force(context, change, *vault); lock && lock->locked)
        return vault_is_locked(context, *vault);
    change.delete_lock(vault->number);
    change.commit();
    return protocol::no_result();
}

service_result<vault_lock_description> get_vault_lock(service_context& context,
                                                      get_vault_lock_request const& request)
{
    auto view = context.data.begin();
    auto const vault = require_vault(context, view, request.vault.str());
    if (!vault)
        return vault.error();
    auto lock = find_lock_in_force(context, view, *vault);
    if (!lock)
        return no_lock(*vault);
    vault_lock_description description;
    description.policy = std::move(lock->policy);
    description.state = lock->locked ? vault_lock_state::locked : vault_lock_state::in_progress;
    description.creation_date = lock->created;
    if (!lock->locked)
        description.expiration_date = lock->created + lock_life;
    return description;
}

} // namespace glacier::emulation
