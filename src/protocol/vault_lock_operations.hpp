#pragma once

#include "protocol/codec.hpp"

#include <glacier/vault_lock.hpp>

#include <array>
#include <string_view>
#include <tuple>
#include <utility>

namespace glacier::protocol {

template <>
struct enum_names<vault_lock_state> {
    static constexpr std::array<std::pair<vault_lock_state, std::string_view>, 2> names{{
        {vault_lock_state::in_progress, "InProgress"},
        {vault_lock_state::locked, "Locked"},
    }};
};

template <>
struct json_fields<vault_lock_description> {
    static constexpr absent when_absent = absent::null;
    static constexpr auto fields = std::tuple{
        field("Policy", &vault_lock_description::policy),
        field("State", &vault_lock_description::state),
        field("ExpirationDate", &vault_lock_description::expiration_date),
        field("CreationDate", &vault_lock_description::creation_date),
    };
};

template <>
struct operation_traits<initiate_vault_lock_request> {
    static constexpr operation id = operation::initiate_vault_lock;
    using result_type = initiate_vault_lock_result;
    static constexpr auto input = std::tuple{
        uri("vaultName", &initiate_vault_lock_request::vault),
        field<presence::argument>("Policy", &initiate_vault_lock_request::policy),
    };
    static constexpr auto output =
        std::tuple{header<presence::argument>("x-amz-lock-id", &initiate_vault_lock_result::lock)};
};

template <>
struct operation_traits<complete_vault_lock_request> {
    static constexpr operation id = operation::complete_vault_lock;
    using result_type = no_result;
    static constexpr auto input = std::tuple{
        uri("vaultName", &complete_vault_lock_request::vault),
        uri("lockId", &complete_vault_lock_request::lock),
    };
    static constexpr auto output = std::tuple{};
};

template <>
struct operation_traits<abort_vault_lock_request> {
    static constexpr operation id = operation::abort_vault_lock;
    using result_type = no_result;
    static constexpr auto input = std::tuple{uri("vaultName", &abort_vault_lock_request::vault)};
    static constexpr auto output = std::tuple{};
};

template <>
struct operation_traits<get_vault_lock_request> {
    static constexpr operation id = operation::get_vault_lock;
    using result_type = vault_lock_description;
    static constexpr auto input = std::tuple{uri("vaultName", &get_vault_lock_request::vault)};
    static constexpr auto output = std::tuple{json_document()};
};

} // namespace glacier::protocol
