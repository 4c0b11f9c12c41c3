#pragma once

#include "protocol/archive_operations.hpp"
#include "protocol/data_retrieval_policy_operations.hpp"
#include "protocol/job_operations.hpp"
#include "protocol/multipart_operations.hpp"
#include "protocol/provisioned_capacity_operations.hpp"
#include "protocol/vault_access_policy_operations.hpp"
#include "protocol/vault_lock_operations.hpp"
#include "protocol/vault_notification_operations.hpp"
#include "protocol/vault_operations.hpp"
#include "protocol/vault_tag_operations.hpp"

#include <cstddef>

namespace glacier::test {

template <class... Requests>
struct request_list {
    static constexpr std::size_t size = sizeof...(Requests);

    /// Calls `function.template operator()<Request>()` for each of the list.
    template <class Function>
    static void for_each(Function function)
    {
        (function.template operator()<Requests>(), ...);
    }
};

/// The requests of all operations that have a codec.
using all_requests = request_list<
    create_vault_request, describe_vault_request, delete_vault_request, list_vaults_request,
    set_vault_notifications_request, get_vault_notifications_request, delete_vault_notifications_request,
    set_vault_access_policy_request, get_vault_access_policy_request, delete_vault_access_policy_request,
    initiate_vault_lock_request, complete_vault_lock_request, abort_vault_lock_request,
    get_vault_lock_request, add_tags_to_vault_request, remove_tags_from_vault_request,
    list_tags_for_vault_request, upload_archive_request, delete_archive_request,
    initiate_multipart_upload_request, upload_multipart_part_request, complete_multipart_upload_request,
    abort_multipart_upload_request, list_parts_request, list_multipart_uploads_request, initiate_job_request,
    describe_job_request, list_jobs_request, get_job_output_request, get_data_retrieval_policy_request,
    set_data_retrieval_policy_request, list_provisioned_capacity_request,
    purchase_provisioned_capacity_request>;

} // namespace glacier::test
