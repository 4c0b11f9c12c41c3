#include "protocol/vault_operations.hpp"

#include "protocol/codec_impl.hpp"

#include <glacier/json.hpp>

namespace glacier::protocol {

GLACIER_INSTANTIATE_OPERATION(create_vault_request);
GLACIER_INSTANTIATE_OPERATION(describe_vault_request);
GLACIER_INSTANTIATE_OPERATION(delete_vault_request);
GLACIER_INSTANTIATE_OPERATION(list_vaults_request);

} // namespace glacier::protocol

namespace glacier {

std::string to_json(vault_description const& value)
{
    return boost::json::serialize(protocol::write_json(value));
}

std::string to_json(list_vaults_result const& value)
{
    return boost::json::serialize(protocol::write_json(value));
}

} // namespace glacier
