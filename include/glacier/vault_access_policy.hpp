#pragma once

#include <glacier/identifiers.hpp>
#include <glacier/policy_document.hpp>

#include <string>
#include <utility>

namespace glacier {

/// For client::set_vault_access_policy().
struct set_vault_access_policy_request {
    set_vault_access_policy_request(vault_name its_vault, policy_document its_policy)
        : vault(std::move(its_vault)), policy(std::move(its_policy))
    {}

    vault_name vault;
    /// Replaces the policy that the vault may have.
    policy_document policy;
};

/// For client::get_vault_access_policy().
struct get_vault_access_policy_request {
    explicit get_vault_access_policy_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    vault_name vault;
};

struct get_vault_access_policy_result {
    /// The text as it was set.
    std::string policy;
};

/// For client::delete_vault_access_policy().
struct delete_vault_access_policy_request {
    explicit delete_vault_access_policy_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    vault_name vault;
};

} // namespace glacier
