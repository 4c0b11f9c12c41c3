#pragma once

#include <glacier/identifiers.hpp>
#include <glacier/policy_document.hpp>

#include <string>
#include <utility>

namespace glacier {

/// For client::set_vault_access_policy().
struct set_vault_access_policy_request {
    /// The vault and its new policy.
    set_vault_access_policy_request(vault_name its_vault, policy_document its_policy)
        : vault(std::move(its_vault)), policy(std::move(its_policy))
    {}

    /// The vault whose policy is set.
    vault_name vault;
    /// Who may do what with the vault. Replaces the policy that the vault may have. Errors:
    /// errc::invalid_policy_document for an empty one.
    policy_document policy;
};

/// For client::get_vault_access_policy().
struct get_vault_access_policy_request {
    /// The vault's name.
    explicit get_vault_access_policy_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    /// The vault whose policy is asked for.
    vault_name vault;
};

/// What GetVaultAccessPolicy answers.
struct get_vault_access_policy_result {
    /// The text as it was set.
    std::string policy;
};

/// For client::delete_vault_access_policy().
struct delete_vault_access_policy_request {
    /// The vault's name.
    explicit delete_vault_access_policy_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    /// The vault that loses its policy.
    vault_name vault;
};

} // namespace glacier
