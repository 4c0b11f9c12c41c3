#pragma once

#include <glacier/data_retrieval_policy.hpp>
#include <glacier/job.hpp>
#include <glacier/multipart.hpp>
#include <glacier/provisioned_capacity.hpp>
#include <glacier/vault.hpp>
#include <glacier/vault_access_policy.hpp>
#include <glacier/vault_lock.hpp>
#include <glacier/vault_notifications.hpp>
#include <glacier/vault_tags.hpp>

#include <string>

namespace glacier {

/// The JSON that the service writes for a vault, compact, with null for members that have no value. Useful
/// for logs and for programs that go on with it; the other overloads do the same for what they are given.
std::string to_json(vault_description const& value);
/// One page of the vaults.
std::string to_json(list_vaults_result const& value);
/// An upload and one page of its parts.
std::string to_json(list_parts_result const& value);
/// One page of the uploads.
std::string to_json(list_multipart_uploads_result const& value);
/// A job.
std::string to_json(job_description const& value);
/// One page of the jobs.
std::string to_json(list_jobs_result const& value);
/// A configuration of notifications.
std::string to_json(get_vault_notifications_result const& value);
/// An access policy, as a JSON string in the member `Policy`.
std::string to_json(get_vault_access_policy_result const& value);
/// A lock, with its policy as a JSON string in the member `Policy`.
std::string to_json(vault_lock_description const& value);
/// The tags of a vault.
std::string to_json(list_tags_for_vault_result const& value);
/// A data retrieval policy.
std::string to_json(get_data_retrieval_policy_result const& value);
/// The units of provisioned capacity.
std::string to_json(list_provisioned_capacity_result const& value);

} // namespace glacier
