#pragma once

#include <glacier/identifiers.hpp>
#include <glacier/timestamp.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace glacier {

/// A vault as DescribeVault and ListVaults show it. Counts and sizes are those of the last inventory, about a
/// day old, not of now.
struct vault_description {
    /// `arn:aws:glacier:REGION:ACCOUNT:vaults/NAME`, with the account's number also where `-` was sent.
    std::string vault_arn;
    /// Unique in the account and the region.
    std::string vault_name;
    /// When the vault was created, in UTC.
    timestamp creation_date;
    /// When the inventory was made that the counts come from. Nothing before the first one, which comes about
    /// a day after the first archive.
    std::optional<timestamp> last_inventory_date;
    /// Archives at the last inventory. Nothing, or 0, before the first one.
    std::optional<std::uint64_t> number_of_archives;
    /// Bytes at the last inventory, with the service's overhead of 32 KiB per archive. Nothing, or 0, before
    /// the first one.
    std::optional<std::uint64_t> size_in_bytes;
};

/// For client::create_vault().
struct create_vault_request {
    /// The vault's name.
    explicit create_vault_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    /// The vault to create. The service allows an account 1,000 in a region.
    vault_name vault;
};

/// What CreateVault answers.
struct create_vault_result {
    /// Path of the vault, with the account's number: `/123456789012/vaults/NAME`. Empty if the service sent
    /// none.
    std::string location;
};

/// For client::describe_vault().
struct describe_vault_request {
    /// The vault's name.
    explicit describe_vault_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    /// The vault to describe.
    vault_name vault;
};

/// For client::delete_vault().
struct delete_vault_request {
    /// The vault's name.
    explicit delete_vault_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    /// The vault to delete.
    vault_name vault;
};

/// For client::list_vaults().
struct list_vaults_request {
    list_vaults_request() = default;

    /// Where to go on: the marker of the page before, as it came. Nothing, or an empty one: from the first
    /// vault.
    std::optional<std::string> marker;
    /// Vaults per page, 1 or more; the service gives at most 10, and 10 if this is not set. Errors:
    /// errc::invalid_limit for 0.
    std::optional<std::uint32_t> limit;
};

/// One page of the vaults.
struct list_vaults_result {
    /// In ASCII order of their names.
    std::vector<vault_description> vaults;
    /// For the next page; nothing on the last one. A page may be empty and still have one.
    std::optional<std::string> marker;
};

} // namespace glacier
