#pragma once

#include "protocol/codec.hpp"

#include <glacier/vault_access_policy.hpp>

#include <tuple>

namespace glacier::protocol {

template <>
struct json_fields<get_vault_access_policy_result> {
    static constexpr absent when_absent = absent::null;
    static constexpr auto fields = std::tuple{field("Policy", &get_vault_access_policy_result::policy)};
};

template <>
struct operation_traits<set_vault_access_policy_request> {
    static constexpr operation id = operation::set_vault_access_policy;
    using result_type = no_result;
    static constexpr auto input = std::tuple{
        uri("vaultName", &set_vault_access_policy_request::vault),
        field<presence::argument>("Policy", &set_vault_access_policy_request::policy),
    };
    static constexpr auto output = std::tuple{};
};

template <>
struct operation_traits<get_vault_access_policy_request> {
    static constexpr operation id = operation::get_vault_access_policy;
    using result_type = get_vault_access_policy_result;
    static constexpr auto input = std::tuple{uri("vaultName", &get_vault_access_policy_request::vault)};
    static constexpr auto output = std::tuple{json_document()};
};

template <>
struct operation_traits<delete_vault_access_policy_request> {
    static constexpr operation id = operation::delete_vault_access_policy;
    using result_type = no_result;
    static constexpr auto input = std::tuple{uri("vaultName", &delete_vault_access_policy_request::vault)};
    static constexpr auto output = std::tuple{};
};

} // namespace glacier::protocol
