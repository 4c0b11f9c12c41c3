#include "protocol/multipart_operations.hpp"

#include "protocol/codec_impl.hpp"

#include <glacier/json.hpp>

namespace glacier::protocol {

GLACIER_INSTANTIATE_OPERATION(initiate_multipart_upload_request);
GLACIER_INSTANTIATE_OPERATION(upload_multipart_part_request);
GLACIER_INSTANTIATE_OPERATION(complete_multipart_upload_request);
GLACIER_INSTANTIATE_OPERATION(abort_multipart_upload_request);
GLACIER_INSTANTIATE_OPERATION(list_parts_request);
GLACIER_INSTANTIATE_OPERATION(list_multipart_uploads_request);

} // namespace glacier::protocol

namespace glacier {

std::string to_json(list_parts_result const& value)
{
    return boost::json::serialize(protocol::write_json(value));
}

std::string to_json(list_multipart_uploads_result const& value)
{
    return boost::json::serialize(protocol::write_json(value));
}

} // namespace glacier
