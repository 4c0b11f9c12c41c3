#pragma once

#include <glacier/identifiers.hpp>
#include <glacier/policy_document.hpp>
#include <glacier/timestamp.hpp>

#include <optional>
#include <string>
#include <utility>

namespace glacier {

/// How far the lock of a vault is. `unknown`: a name that this version does not know.
enum class vault_lock_state {
    unknown,
    /// The policy is in force, but for 24 hours only, unless the lock is completed.
    in_progress,
    /// The policy is in force and can neither be changed nor removed, by nobody and never.
    locked,
};

/// For client::initiate_vault_lock().
struct initiate_vault_lock_request {
    /// The vault and the policy to try.
    initiate_vault_lock_request(vault_name its_vault, policy_document its_policy)
        : vault(std::move(its_vault)), policy(std::move(its_policy))
    {}

    /// The vault to lock. It must have no lock, not even one in progress.
    vault_name vault;
    /// What the lock forbids, such as `glacier:DeleteArchive` before an age in days. It is in force at once.
    /// Errors: errc::invalid_policy_document for an empty one.
    policy_document policy;
};

/// What InitiateVaultLock answers.
struct initiate_vault_lock_result {
    initiate_vault_lock_result() = default;
    /// A result with this id.
    explicit initiate_vault_lock_result(lock_id its_lock) : lock(std::move(its_lock)) {}

    /// For complete_vault_lock(), within 24 hours. The service does not show it again.
    lock_id lock;
};

/// For client::complete_vault_lock().
struct complete_vault_lock_request {
    /// The vault, and the id that initiate_vault_lock() gave.
    complete_vault_lock_request(vault_name its_vault, lock_id its_lock)
        : vault(std::move(its_vault)), lock(std::move(its_lock))
    {}

    /// The vault to lock for ever.
    vault_name vault;
    /// What initiate_vault_lock() gave, within the last 24 hours.
    lock_id lock;
};

/// For client::abort_vault_lock().
struct abort_vault_lock_request {
    /// The vault's name.
    explicit abort_vault_lock_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    /// The vault whose lock in progress is removed.
    vault_name vault;
};

/// For client::get_vault_lock().
struct get_vault_lock_request {
    /// The vault's name.
    explicit get_vault_lock_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    /// The vault whose lock is asked for.
    vault_name vault;
};

/// What GetVaultLock answers.
struct vault_lock_description {
    /// The text as it was given to initiate_vault_lock().
    std::string policy;
    /// Whether the lock can still be aborted.
    vault_lock_state state = vault_lock_state::unknown;
    /// When a lock in progress ends unless it is completed: 24 hours after its creation. Nothing once locked.
    std::optional<timestamp> expiration_date;
    /// When initiate_vault_lock() was called.
    timestamp creation_date;
};

} // namespace glacier
