#pragma once

#include <glacier/timestamp.hpp>

#include <string>
#include <utility>
#include <vector>

namespace glacier {

/// For client::list_provisioned_capacity().
struct list_provisioned_capacity_request {
    list_provisioned_capacity_request() = default;
};

/// A unit of capacity for Expedited retrievals: at least three of them every five minutes, and up to
/// 150 MB/s.
struct provisioned_capacity_description {
    std::string capacity;
    timestamp start_date;
    /// One month after the start.
    timestamp expiration_date;
};

struct list_provisioned_capacity_result {
    std::vector<provisioned_capacity_description> capacities;
};

/// For client::purchase_provisioned_capacity().
struct purchase_provisioned_capacity_request {
    purchase_provisioned_capacity_request() = default;
};

struct purchase_provisioned_capacity_result {
    purchase_provisioned_capacity_result() = default;
    explicit purchase_provisioned_capacity_result(std::string its_capacity)
        : capacity(std::move(its_capacity))
    {}

    /// Id of the unit.
    std::string capacity;
};

} // namespace glacier
