#pragma once

// The whole public API of the client.

#include <glacier/archive.hpp>
#include <glacier/as_result.hpp>
#include <glacier/body.hpp>
#include <glacier/byte_range.hpp>
#include <glacier/client.hpp>
#include <glacier/config.hpp>
#include <glacier/credentials.hpp>
#include <glacier/credentials_provider.hpp>
#include <glacier/data_retrieval_policy.hpp>
#include <glacier/error.hpp>
#include <glacier/hashes.hpp>
#include <glacier/identifiers.hpp>
#include <glacier/job.hpp>
#include <glacier/job_notification.hpp>
#include <glacier/job_output.hpp>
#include <glacier/job_output_stream.hpp>
#include <glacier/json.hpp>
#include <glacier/multipart.hpp>
#include <glacier/part_size.hpp>
#include <glacier/policy_document.hpp>
#include <glacier/provisioned_capacity.hpp>
#include <glacier/secret_string.hpp>
#include <glacier/select.hpp>
#include <glacier/settings.hpp>
#include <glacier/sha256_digest.hpp>
#include <glacier/timestamp.hpp>
#include <glacier/transfer.hpp>
#include <glacier/tree_hash.hpp>
#include <glacier/vault.hpp>
#include <glacier/vault_access_policy.hpp>
#include <glacier/vault_lock.hpp>
#include <glacier/vault_notifications.hpp>
#include <glacier/vault_tags.hpp>
#include <glacier/version.hpp>
