#pragma once

#include "protocol/codec.hpp"

#include <glacier/vault.hpp>

#include <tuple>

namespace glacier::protocol {

template <>
struct json_fields<vault_description> {
    static constexpr absent when_absent = absent::null;
    static constexpr auto fields = std::tuple{
        field("VaultARN", &vault_description::vault_arn),
        field("VaultName", &vault_description::vault_name),
        field("CreationDate", &vault_description::creation_date),
        field("LastInventoryDate", &vault_description::last_inventory_date),
        field("NumberOfArchives", &vault_description::number_of_archives),
        field("SizeInBytes", &vault_description::size_in_bytes),
    };
};

template <>
struct json_fields<list_vaults_result> {
    static constexpr absent when_absent = absent::null;
    static constexpr auto fields = std::tuple{
        field("VaultList", &list_vaults_result::vaults),
        field("Marker", &list_vaults_result::marker),
    };
};

template <>
struct operation_traits<create_vault_request> {
    static constexpr operation id = operation::create_vault;
    using result_type = create_vault_result;
    static constexpr auto input = std::tuple{uri("vaultName", &create_vault_request::vault)};
    static constexpr auto output = std::tuple{header("Location", &create_vault_result::location)};
};

template <>
struct operation_traits<describe_vault_request> {
    static constexpr operation id = operation::describe_vault;
    using result_type = vault_description;
    static constexpr auto input = std::tuple{uri("vaultName", &describe_vault_request::vault)};
    static constexpr auto output = std::tuple{json_document()};
};

template <>
struct operation_traits<delete_vault_request> {
    static constexpr operation id = operation::delete_vault;
    using result_type = no_result;
    static constexpr auto input = std::tuple{uri("vaultName", &delete_vault_request::vault)};
    static constexpr auto output = std::tuple{};
};

template <>
struct operation_traits<list_vaults_request> {
    static constexpr operation id = operation::list_vaults;
    using result_type = list_vaults_result;
    static constexpr auto input = std::tuple{
        query("limit", &list_vaults_request::limit),
        query("marker", &list_vaults_request::marker),
    };
    static constexpr auto output = std::tuple{json_document()};
};

} // namespace glacier::protocol
