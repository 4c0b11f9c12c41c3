#include "protocol/provisioned_capacity_operations.hpp"

#include "protocol/codec_impl.hpp"

#include <glacier/json.hpp>

namespace glacier::protocol {

GLACIER_INSTANTIATE_OPERATION(list_provisioned_capacity_request);
GLACIER_INSTANTIATE_OPERATION(purchase_provisioned_capacity_request);

} // namespace glacier::protocol

namespace glacier {

std::string to_json(list_provisioned_capacity_result const& value)
{
    return boost::json::serialize(protocol::write_json(value));
}

} // namespace glacier
