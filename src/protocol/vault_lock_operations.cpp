#include "protocol/vault_lock_operations.hpp"

#include "protocol/codec_impl.hpp"

#include <glacier/json.hpp>

namespace glacier::protocol {

GLACIER_INSTANTIATE_OPERATION(initiate_vault_lock_request);
GLACIER_INSTANTIATE_OPERATION(complete_vault_lock_request);
GLACIER_INSTANTIATE_OPERATION(abort_vault_lock_request);
GLACIER_INSTANTIATE_OPERATION(get_vault_lock_request);

} // namespace glacier::protocol

namespace glacier {

std::string to_json(vault_lock_description const& value)
{
    return boost::json::serialize(protocol::write_json(value));
}

} // namespace glacier
