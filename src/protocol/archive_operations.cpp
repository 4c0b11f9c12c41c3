#include "protocol/archive_operations.hpp"

#include "protocol/codec_impl.hpp"

namespace glacier::protocol {

GLACIER_INSTANTIATE_OPERATION(upload_archive_request);
GLACIER_INSTANTIATE_OPERATION(delete_archive_request);

} // namespace glacier::protocol
