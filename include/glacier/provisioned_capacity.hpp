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
    /// Id of the unit.
    std::string capacity;
    /// When the unit was bought, in UTC.
    timestamp start_date;
    /// One month after the start: the same day of the next month, or its last day.
    timestamp expiration_date;
};

/// What ListProvisionedCapacity answers.
struct list_provisioned_capacity_result {
    /// The units that have not expired, 2 at most; empty if there are none.
    std::vector<provisioned_capacity_description> capacities;
};

/// For client::purchase_provisioned_capacity().
struct purchase_provisioned_capacity_request {
    purchase_provisioned_capacity_request() = default;
};

/// What PurchaseProvisionedCapacity answers.
struct purchase_provisioned_capacity_result {
    purchase_provisioned_capacity_result() = default;
    /// A result with this id.
    explicit purchase_provisioned_capacity_result(std::string its_capacity)
        : capacity(std::move(its_capacity))
    {}

    /// Id of the unit.
    std::string capacity;
};

} // namespace glacier
