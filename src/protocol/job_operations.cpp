#include "protocol/job_operations.hpp"

#include "protocol/codec_impl.hpp"

#include <glacier/json.hpp>

namespace glacier::protocol {

GLACIER_INSTANTIATE_OPERATION(initiate_job_request);
GLACIER_INSTANTIATE_OPERATION(describe_job_request);
GLACIER_INSTANTIATE_OPERATION(list_jobs_request);
GLACIER_INSTANTIATE_OPERATION(get_job_output_request);

} // namespace glacier::protocol

namespace glacier {

std::string to_json(job_description const& value)
{
    return boost::json::serialize(protocol::write_json(value));
}

std::string to_json(list_jobs_result const& value)
{
    return boost::json::serialize(protocol::write_json(value));
}

} // namespace glacier
