#pragma once

#include "protocol/codec.hpp"

#include <glacier/vault_tags.hpp>

#include <tuple>

namespace glacier::protocol {

template <>
struct json_fields<list_tags_for_vault_result> {
    static constexpr absent when_absent = absent::null;
    static constexpr auto fields = std::tuple{field("Tags", &list_tags_for_vault_result::tags)};
};

template <>
struct operation_traits<add_tags_to_vault_request> {
    static constexpr operation id = operation::add_tags_to_vault;
    using result_type = no_result;
    static constexpr auto input = std::tuple{
        uri("vaultName", &add_tags_to_vault_request::vault),
        field<presence::argument>("Tags", &add_tags_to_vault_request::tags),
    };
    static constexpr auto output = std::tuple{};
};

template <>
struct operation_traits<remove_tags_from_vault_request> {
    static constexpr operation id = operation::remove_tags_from_vault;
    using result_type = no_result;
    static constexpr auto input = std::tuple{
        uri("vaultName", &remove_tags_from_vault_request::vault),
        field<presence::argument>("TagKeys", &remove_tags_from_vault_request::keys),
    };
    static constexpr auto output = std::tuple{};
};

template <>
struct operation_traits<list_tags_for_vault_request> {
    static constexpr operation id = operation::list_tags_for_vault;
    using result_type = list_tags_for_vault_result;
    static constexpr auto input = std::tuple{uri("vaultName", &list_tags_for_vault_request::vault)};
    static constexpr auto output = std::tuple{json_document()};
};

} // namespace glacier::protocol
