#pragma once

#include "protocol/codec.hpp"

#include <glacier/provisioned_capacity.hpp>

#include <tuple>

namespace glacier::protocol {

template <>
struct json_fields<provisioned_capacity_description> {
    static constexpr absent when_absent = absent::null;
    static constexpr auto fields = std::tuple{
        field("CapacityId", &provisioned_capacity_description::capacity),
        field("StartDate", &provisioned_capacity_description::start_date),
        field("ExpirationDate", &provisioned_capacity_description::expiration_date),
    };
};

template <>
struct json_fields<list_provisioned_capacity_result> {
    static constexpr absent when_absent = absent::null;
    static constexpr auto fields =
        std::tuple{field("ProvisionedCapacityList", &list_provisioned_capacity_result::capacities)};
};

template <>
struct operation_traits<list_provisioned_capacity_request> {
    static constexpr operation id = operation::list_provisioned_capacity;
    using result_type = list_provisioned_capacity_result;
    static constexpr auto input = std::tuple{};
    static constexpr auto output = std::tuple{json_document()};
};

template <>
struct operation_traits<purchase_provisioned_capacity_request> {
    static constexpr operation id = operation::purchase_provisioned_capacity;
    using result_type = purchase_provisioned_capacity_result;
    static constexpr auto input = std::tuple{};
    static constexpr auto output = std::tuple{
        header<presence::argument>("x-amz-capacity-id", &purchase_provisioned_capacity_result::capacity)};
};

} // namespace glacier::protocol
