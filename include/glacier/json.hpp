#pragma once

#include <glacier/job.hpp>
#include <glacier/multipart.hpp>
#include <glacier/vault.hpp>

#include <string>

namespace glacier {

// The JSON that the service writes for a result, compact, with null for members that have no value. Useful
// for logs and for programs that go on with it.

std::string to_json(vault_description const& value);
std::string to_json(list_vaults_result const& value);
std::string to_json(list_parts_result const& value);
std::string to_json(list_multipart_uploads_result const& value);
std::string to_json(job_description const& value);
std::string to_json(list_jobs_result const& value);

} // namespace glacier
