#pragma once

#include "protocol/http_message.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace glacier::protocol {

/// The operations of the API, in the order of the table below.
enum class operation : std::uint8_t {
    create_vault,
    describe_vault,
    delete_vault,
    list_vaults,
    set_vault_notifications,
    get_vault_notifications,
    delete_vault_notifications,
    set_vault_access_policy,
    get_vault_access_policy,
    delete_vault_access_policy,
    initiate_vault_lock,
    complete_vault_lock,
    abort_vault_lock,
    get_vault_lock,
    add_tags_to_vault,
    remove_tags_from_vault,
    list_tags_for_vault,
    upload_archive,
    delete_archive,
    initiate_multipart_upload,
    upload_multipart_part,
    complete_multipart_upload,
    abort_multipart_upload,
    list_parts,
    list_multipart_uploads,
    initiate_job,
    describe_job,
    list_jobs,
    get_job_output,
    get_data_retrieval_policy,
    set_data_retrieval_policy,
    list_provisioned_capacity,
    purchase_provisioned_capacity,
};

/// Whether a request may be sent again when nobody knows what became of the first one.
enum class repeatable : bool { no, yes };

/// What a request or its answer carries after the headers.
enum class body_kind : std::uint8_t { none, json, bytes };

/// Everything about an operation that is not about its members.
struct operation_info {
    operation id;
    std::string_view name;
    http_method method;
    /// Path, and the query that is part of the operation's name, with `{member}` for the members.
    std::string_view uri;
    int success_status;
    repeatable repeat;
    body_kind request_body;
    body_kind response_body;
};

// GetJobOutput answers 206 instead of 200 when a range was asked for. InitiateMultipartUpload may be
// repeated: a stray upload costs nothing and expires.
inline constexpr std::array operations{
    operation_info{operation::create_vault, "CreateVault", http_method::put,
                   "/{accountId}/vaults/{vaultName}", 201, repeatable::yes, body_kind::none, body_kind::none},
    operation_info{operation::describe_vault, "DescribeVault", http_method::get,
                   "/{accountId}/vaults/{vaultName}", 200, repeatable::yes, body_kind::none, body_kind::json},
    operation_info{operation::delete_vault, "DeleteVault", http_method::delete_,
                   "/{accountId}/vaults/{vaultName}", 204, repeatable::yes, body_kind::none, body_kind::none},
    operation_info{operation::list_vaults, "ListVaults", http_method::get, "/{accountId}/vaults", 200,
                   repeatable::yes, body_kind::none, body_kind::json},
    operation_info{operation::set_vault_notifications, "SetVaultNotifications", http_method::put,
                   "/{accountId}/vaults/{vaultName}/notification-configuration", 204, repeatable::yes,
                   body_kind::json, body_kind::none},
    operation_info{operation::get_vault_notifications, "GetVaultNotifications", http_method::get,
                   "/{accountId}/vaults/{vaultName}/notification-configuration", 200, repeatable::yes,
                   body_kind::none, body_kind::json},
    operation_info{operation::delete_vault_notifications, "DeleteVaultNotifications", http_method::delete_,
                   "/{accountId}/vaults/{vaultName}/notification-configuration", 204, repeatable::yes,
                   body_kind::none, body_kind::none},
    operation_info{operation::set_vault_access_policy, "SetVaultAccessPolicy", http_method::put,
                   "/{accountId}/vaults/{vaultName}/access-policy", 204, repeatable::yes, body_kind::json,
                   body_kind::none},
    operation_info{operation::get_vault_access_policy, "GetVaultAccessPolicy", http_method::get,
                   "/{accountId}/vaults/{vaultName}/access-policy", 200, repeatable::yes, body_kind::none,
                   body_kind::json},
    operation_info{operation::delete_vault_access_policy, "DeleteVaultAccessPolicy", http_method::delete_,
                   "/{accountId}/vaults/{vaultName}/access-policy", 204, repeatable::yes, body_kind::none,
                   body_kind::none},
    operation_info{operation::initiate_vault_lock, "InitiateVaultLock", http_method::post,
                   "/{accountId}/vaults/{vaultName}/lock-policy", 201, repeatable::no, body_kind::json,
                   body_kind::none},
    operation_info{operation::complete_vault_lock, "CompleteVaultLock", http_method::post,
                   "/{accountId}/vaults/{vaultName}/lock-policy/{lockId}", 204, repeatable::yes,
                   body_kind::none, body_kind::none},
    operation_info{operation::abort_vault_lock, "AbortVaultLock", http_method::delete_,
                   "/{accountId}/vaults/{vaultName}/lock-policy", 204, repeatable::yes, body_kind::none,
                   body_kind::none},
    operation_info{operation::get_vault_lock, "GetVaultLock", http_method::get,
                   "/{accountId}/vaults/{vaultName}/lock-policy", 200, repeatable::yes, body_kind::none,
                   body_kind::json},
    operation_info{operation::add_tags_to_vault, "AddTagsToVault", http_method::post,
                   "/{accountId}/vaults/{vaultName}/tags?operation=add", 204, repeatable::yes,
                   body_kind::json, body_kind::none},
    operation_info{operation::remove_tags_from_vault, "RemoveTagsFromVault", http_method::post,
                   "/{accountId}/vaults/{vaultName}/tags?operation=remove", 204, repeatable::yes,
                   body_kind::json, body_kind::none},
    operation_info{operation::list_tags_for_vault, "ListTagsForVault", http_method::get,
                   "/{accountId}/vaults/{vaultName}/tags", 200, repeatable::yes, body_kind::none,
                   body_kind::json},
    operation_info{operation::upload_archive, "UploadArchive", http_method::post,
                   "/{accountId}/vaults/{vaultName}/archives", 201, repeatable::no, body_kind::bytes,
                   body_kind::none},
    operation_info{operation::delete_archive, "DeleteArchive", http_method::delete_,
                   "/{accountId}/vaults/{vaultName}/archives/{archiveId}", 204, repeatable::yes,
                   body_kind::none, body_kind::none},
    operation_info{operation::initiate_multipart_upload, "InitiateMultipartUpload", http_method::post,
                   "/{accountId}/vaults/{vaultName}/multipart-uploads", 201, repeatable::yes, body_kind::none,
                   body_kind::none},
    operation_info{operation::upload_multipart_part, "UploadMultipartPart", http_method::put,
                   "/{accountId}/vaults/{vaultName}/multipart-uploads/{uploadId}", 204, repeatable::yes,
                   body_kind::bytes, body_kind::none},
    operation_info{operation::complete_multipart_upload, "CompleteMultipartUpload", http_method::post,
                   "/{accountId}/vaults/{vaultName}/multipart-uploads/{uploadId}", 201, repeatable::yes,
                   body_kind::none, body_kind::none},
    operation_info{operation::abort_multipart_upload, "AbortMultipartUpload", http_method::delete_,
                   "/{accountId}/vaults/{vaultName}/multipart-uploads/{uploadId}", 204, repeatable::yes,
                   body_kind::none, body_kind::none},
    operation_info{operation::list_parts, "ListParts", http_method::get,
                   "/{accountId}/vaults/{vaultName}/multipart-uploads/{uploadId}", 200, repeatable::yes,
                   body_kind::none, body_kind::json},
    operation_info{operation::list_multipart_uploads, "ListMultipartUploads", http_method::get,
                   "/{accountId}/vaults/{vaultName}/multipart-uploads", 200, repeatable::yes, body_kind::none,
                   body_kind::json},
    operation_info{operation::initiate_job, "InitiateJob", http_method::post,
                   "/{accountId}/vaults/{vaultName}/jobs", 202, repeatable::no, body_kind::json,
                   body_kind::none},
    operation_info{operation::describe_job, "DescribeJob", http_method::get,
                   "/{accountId}/vaults/{vaultName}/jobs/{jobId}", 200, repeatable::yes, body_kind::none,
                   body_kind::json},
    operation_info{operation::list_jobs, "ListJobs", http_method::get, "/{accountId}/vaults/{vaultName}/jobs",
                   200, repeatable::yes, body_kind::none, body_kind::json},
    operation_info{operation::get_job_output, "GetJobOutput", http_method::get,
                   "/{accountId}/vaults/{vaultName}/jobs/{jobId}/output", 200, repeatable::yes,
                   body_kind::none, body_kind::bytes},
    operation_info{operation::get_data_retrieval_policy, "GetDataRetrievalPolicy", http_method::get,
                   "/{accountId}/policies/data-retrieval", 200, repeatable::yes, body_kind::none,
                   body_kind::json},
    operation_info{operation::set_data_retrieval_policy, "SetDataRetrievalPolicy", http_method::put,
                   "/{accountId}/policies/data-retrieval", 204, repeatable::yes, body_kind::json,
                   body_kind::none},
    operation_info{operation::list_provisioned_capacity, "ListProvisionedCapacity", http_method::get,
                   "/{accountId}/provisioned-capacity", 200, repeatable::yes, body_kind::none,
                   body_kind::json},
    operation_info{operation::purchase_provisioned_capacity, "PurchaseProvisionedCapacity", http_method::post,
                   "/{accountId}/provisioned-capacity", 201, repeatable::no, body_kind::none,
                   body_kind::none},
};

static_assert(operations.size() == 33);
static_assert([] {
    for (std::size_t i = 0; i < operations.size(); ++i)
        if (static_cast<std::size_t>(operations[i].id) != i)
            return false;
    return true;
}());

constexpr operation_info const& info_of(operation id) noexcept
{
    return operations[static_cast<std::size_t>(id)];
}

} // namespace glacier::protocol
