#include "protocol/vault_notification_operations.hpp"

#include "protocol/codec_impl.hpp"

#include <glacier/json.hpp>

namespace glacier::protocol {

GLACIER_INSTANTIATE_OPERATION(set_vault_notifications_request);
GLACIER_INSTANTIATE_OPERATION(get_vault_notifications_request);
GLACIER_INSTANTIATE_OPERATION(delete_vault_notifications_request);

} // namespace glacier::protocol

namespace glacier {

std::string to_json(get_vault_notifications_result const& value)
{
    return boost::json::serialize(protocol::write_json(value));
}

} // namespace glacier
