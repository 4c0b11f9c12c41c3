#pragma once

#include <glacier/identifiers.hpp>
#include <glacier/timestamp.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace glacier {

/// A vault as DescribeVault and ListVaults show it. Counts and sizes are those of the last inventory,
/// about a day old, not of now.
struct vault_description {
    /// `arn:aws:glacier:REGION:ACCOUNT:vaults/NAME`.
    std::string vault_arn;
    std::string vault_name;
    timestamp creation_date;
    /// Nothing before the first inventory.
    std::optional<timestamp> last_inventory_date;
    std::optional<std::uint64_t> number_of_archives;
    /// Includes the service's overhead of 32 KiB per archive.
    std::optional<std::uint64_t> size_in_bytes;
};

/// For client::create_vault().
struct create_vault_request {
    explicit create_vault_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    vault_name vault;
};

struct create_vault_result {
    /// Path of the vault, with the account's number: `/123456789012/vaults/NAME`.
    std::string location;
};

/// For client::describe_vault().
struct describe_vault_request {
    explicit describe_vault_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    vault_name vault;
};

/// For client::delete_vault().
struct delete_vault_request {
    explicit delete_vault_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    vault_name vault;
};

/// For client::list_vaults().
struct list_vaults_request {
    list_vaults_request() = default;

    /// Where to go on: the marker of the page before.
    std::optional<std::string> marker;
    /// Vaults per page, 1 or more; the service gives at most 10 (its default).
    std::optional<std::uint32_t> limit;
};

struct list_vaults_result {
    /// Sorted by name.
    std::vector<vault_description> vaults;
    /// For the next page; nothing on the last one. A page may be empty and still have one.
    std::optional<std::string> marker;
};

} // namespace glacier
