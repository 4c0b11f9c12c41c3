#pragma once

#include "emulator/service_context.hpp"
#include "protocol/provisioned_capacity_operations.hpp"

#include <glacier/provisioned_capacity.hpp>

namespace glacier::emulation {

service_result<list_provisioned_capacity_result> list_provisioned_capacity(
    service_context& context, list_provisioned_capacity_request const& request);
service_result<purchase_provisioned_capacity_result> purchase_provisioned_capacity(
    service_context& context, purchase_provisioned_capacity_request const& request);

} // namespace glacier::emulation
