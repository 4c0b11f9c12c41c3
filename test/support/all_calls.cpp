#include "support/all_calls.hpp"

#include <glacier/tree_hash.hpp>

#include <map>
#include <span>
#include <string>
#include <utility>

namespace glacier::test {

namespace {

constexpr std::uint64_t mib = 1'048'576;
constexpr char const* policy = R"({"Version":"2012-10-17","Statement":[]})";

/// Some outcome that nobody looks at.
template <class T>
asio::awaitable<void> drop_result(asio::awaitable<T> operation)
{
    co_await std::move(operation);
}

/// The call of a member with a request that is made anew each time.
template <class Result, class Request>
call call_of(protocol::operation id, asio::awaitable<Result> (client::*member)(Request) const,
             std::type_identity_t<std::function<Request()>> make_request)
{
    auto start = [member, make = std::move(make_request)](client const& sut) {
        return drop_result((sut.*member)(make()));
    };
    return call{id, std::move(start)};
}

std::vector<call> make_calls()
{
    using enum protocol::operation;
    vault_name const photos = "photos";
    auto const about_vault = [photos]<class Request>() { return [photos] { return Request(photos); }; };
    tree_hash const hash = tree_hash_of(std::as_bytes(std::span("bytes", 5)));
    std::vector<call> calls;
    auto const add = [&calls](call made) { calls.push_back(std::move(made)); };

    add(call_of(create_vault, &client::create_vault, about_vault.operator()<create_vault_request>()));
    add(call_of(describe_vault, &client::describe_vault, about_vault.operator()<describe_vault_request>()));
    add(call_of(delete_vault, &client::delete_vault, about_vault.operator()<delete_vault_request>()));
    add(call_of(list_vaults, &client::list_vaults, [] { return list_vaults_request(); }));
    add(call_of(set_vault_notifications, &client::set_vault_notifications, [photos] {
        return set_vault_notifications_request(
            photos, vault_notification_config("arn:aws:sns:us-east-1:123456789012:done",
                                              {notification_event::archive_retrieval_completed}));
    }));
    add(call_of(get_vault_notifications, &client::get_vault_notifications,
                about_vault.operator()<get_vault_notifications_request>()));
    add(call_of(delete_vault_notifications, &client::delete_vault_notifications,
                about_vault.operator()<delete_vault_notifications_request>()));
    add(call_of(set_vault_access_policy, &client::set_vault_access_policy,
                [photos] { return set_vault_access_policy_request(photos, policy); }));
    add(call_of(get_vault_access_policy, &client::get_vault_access_policy,
                about_vault.operator()<get_vault_access_policy_request>()));
    add(call_of(delete_vault_access_policy, &client::delete_vault_access_policy,
                about_vault.operator()<delete_vault_access_policy_request>()));
    add(call_of(initiate_vault_lock, &client::initiate_vault_lock,
                [photos] { return initiate_vault_lock_request(photos, policy); }));
    add(call_of(complete_vault_lock, &client::complete_vault_lock,
                [photos] { return complete_vault_lock_request(photos, "lock"); }));
    add(call_of(abort_vault_lock, &client::abort_vault_lock,
                about_vault.operator()<abort_vault_lock_request>()));
    add(call_of(get_vault_lock, &client::get_vault_lock, about_vault.operator()<get_vault_lock_request>()));
    add(call_of(add_tags_to_vault, &client::add_tags_to_vault, [photos] {
        std::map<tag_key, tag_value> tags;
        tags.emplace("box", "7");
        return add_tags_to_vault_request(photos, std::move(tags));
    }));
    add(call_of(remove_tags_from_vault, &client::remove_tags_from_vault,
                [photos] { return remove_tags_from_vault_request(photos, std::vector<tag_key>{"box"}); }));
    add(call_of(list_tags_for_vault, &client::list_tags_for_vault,
                about_vault.operator()<list_tags_for_vault_request>()));
    add(call_of(upload_archive, &client::upload_archive,
                [photos] { return upload_archive_request(photos, body(std::string("bytes"))); }));
    add(call_of(delete_archive, &client::delete_archive,
                [photos] { return delete_archive_request(photos, "archive"); }));
    add(call_of(initiate_multipart_upload, &client::initiate_multipart_upload,
                [photos] { return initiate_multipart_upload_request(photos, part_size(mib)); }));
    add(call_of(upload_multipart_part, &client::upload_multipart_part, [photos] {
        return upload_multipart_part_request(photos, "upload", byte_range(0, 4), body(std::string("bytes")));
    }));
    add(call_of(complete_multipart_upload, &client::complete_multipart_upload,
                [photos, hash] { return complete_multipart_upload_request(photos, "upload", 5, hash); }));
    add(call_of(abort_multipart_upload, &client::abort_multipart_upload,
                [photos] { return abort_multipart_upload_request(photos, "upload"); }));
    add(call_of(list_parts, &client::list_parts, [photos] { return list_parts_request(photos, "upload"); }));
    add(call_of(list_multipart_uploads, &client::list_multipart_uploads,
                about_vault.operator()<list_multipart_uploads_request>()));
    add(call_of(initiate_job, &client::initiate_job,
                [photos] { return initiate_job_request(photos, job_parameters::inventory_retrieval()); }));
    add(call_of(describe_job, &client::describe_job,
                [photos] { return describe_job_request(photos, "job"); }));
    add(call_of(list_jobs, &client::list_jobs, about_vault.operator()<list_jobs_request>()));
    add(call_of(get_job_output, &client::get_job_output,
                [photos] { return get_job_output_request(photos, "job"); }));
    add(call_of(get_data_retrieval_policy, &client::get_data_retrieval_policy,
                [] { return get_data_retrieval_policy_request(); }));
    add(call_of(set_data_retrieval_policy, &client::set_data_retrieval_policy, [] {
        return set_data_retrieval_policy_request(data_retrieval_policy::bytes_per_hour(10'737'418'240));
    }));
    add(call_of(list_provisioned_capacity, &client::list_provisioned_capacity,
                [] { return list_provisioned_capacity_request(); }));
    add(call_of(purchase_provisioned_capacity, &client::purchase_provisioned_capacity,
                [] { return purchase_provisioned_capacity_request(); }));
    return calls;
}

} // namespace

std::vector<call> const& all_calls()
{
    static std::vector<call> const calls = make_calls();
    return calls;
}

} // namespace glacier::test
