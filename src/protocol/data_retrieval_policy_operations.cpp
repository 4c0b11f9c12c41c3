#include "protocol/data_retrieval_policy_operations.hpp"

#include "protocol/codec_impl.hpp"

#include <glacier/json.hpp>

namespace glacier::protocol {

GLACIER_INSTANTIATE_OPERATION(get_data_retrieval_policy_request);
GLACIER_INSTANTIATE_OPERATION(set_data_retrieval_policy_request);

} // namespace glacier::protocol

namespace glacier {

std::string to_json(get_data_retrieval_policy_result const& value)
{
    return boost::json::serialize(protocol::write_json(value));
}

} // namespace glacier
