#pragma once

#include "protocol/codec.hpp"

#include <glacier/data_retrieval_policy.hpp>

#include <array>
#include <string_view>
#include <tuple>
#include <utility>

namespace glacier::protocol {

template <>
struct enum_names<data_retrieval_strategy> {
    static constexpr std::array<std::pair<data_retrieval_strategy, std::string_view>, 3> names{{
        {data_retrieval_strategy::bytes_per_hour, "BytesPerHour"},
        {data_retrieval_strategy::free_tier, "FreeTier"},
        {data_retrieval_strategy::none, "None"},
    }};
};

template <>
struct json_fields<data_retrieval_rule> {
    static constexpr absent when_absent = absent::null_in_answers;
    static constexpr auto fields = std::tuple{
        field("Strategy", &data_retrieval_rule::strategy),
        field("BytesPerHour", &data_retrieval_rule::bytes_per_hour),
    };
};

template <>
struct json_fields<data_retrieval_policy> {
    static constexpr absent when_absent = absent::null_in_answers;
    static constexpr auto fields = std::tuple{field("Rules", &data_retrieval_policy::rules)};
};

template <>
struct json_fields<get_data_retrieval_policy_result> {
    static constexpr absent when_absent = absent::null;
    static constexpr auto fields = std::tuple{field("Policy", &get_data_retrieval_policy_result::policy)};
};

template <>
struct operation_traits<get_data_retrieval_policy_request> {
    static constexpr operation id = operation::get_data_retrieval_policy;
    using result_type = get_data_retrieval_policy_result;
    static constexpr auto input = std::tuple{};
    static constexpr auto output = std::tuple{json_document()};
};

template <>
struct operation_traits<set_data_retrieval_policy_request> {
    static constexpr operation id = operation::set_data_retrieval_policy;
    using result_type = no_result;
    static constexpr auto input =
        std::tuple{field<presence::argument>("Policy", &set_data_retrieval_policy_request::policy)};
    static constexpr auto output = std::tuple{};
};

} // namespace glacier::protocol
