#include "protocol/vault_tag_operations.hpp"

#include "protocol/codec_impl.hpp"

#include <glacier/json.hpp>

namespace glacier::protocol {

GLACIER_INSTANTIATE_OPERATION(add_tags_to_vault_request);
GLACIER_INSTANTIATE_OPERATION(remove_tags_from_vault_request);
GLACIER_INSTANTIATE_OPERATION(list_tags_for_vault_request);

} // namespace glacier::protocol

namespace glacier {

std::string to_json(list_tags_for_vault_result const& value)
{
    return boost::json::serialize(protocol::write_json(value));
}

} // namespace glacier
