#pragma once

#include <glacier/client.hpp>

#include <cstdint>
#include <optional>

namespace glacier {

// What the types of a request's members do not check by themselves. Each throws invalid_value, before anything
// is sent.

void check_limit(std::optional<std::uint32_t> const& limit);

template <class Request>
void check(Request const& request)
{
    if constexpr (requires { request.limit; })
        check_limit(request.limit);
}

void check(upload_archive_request const& request);
void check(upload_multipart_part_request const& request);
void check(complete_multipart_upload_request const& request);
void check(initiate_job_request const& request);
void check(list_jobs_request const& request);
void check(set_vault_notifications_request const& request);
void check(set_vault_access_policy_request const& request);
void check(initiate_vault_lock_request const& request);
void check(add_tags_to_vault_request const& request);
void check(remove_tags_from_vault_request const& request);
void check(set_data_retrieval_policy_request const& request);

} // namespace glacier
