#include "end_to_end/all_operations.hpp"

#include <glacier/as_result.hpp>
#include <glacier/tree_hash.hpp>

#include <boost/test/unit_test.hpp>

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace glacier::test {

namespace {

template <class T>
void require_not_found(end_to_end_fixture& fixture, asio::awaitable<T> operation)
{
    auto const outcome = fixture.run(as_result(std::move(operation)));
    BOOST_TEST_REQUIRE(outcome.has_error());
    BOOST_TEST(outcome.error().is(condition::not_found), outcome.error().what());
}

vault_name const photos = "photos";
std::string const policy = R"({ "Version":"2012-10-17", "Statement":[] })";
constexpr std::uint64_t mib = 1'048'576;

} // namespace

void carry_out_all_operations(end_to_end_fixture& fixture, client const& client)
{
    // Vaults.
    BOOST_TEST(fixture.run(client.create_vault(create_vault_request(photos))).location ==
               "/123456789012/vaults/photos");
    BOOST_TEST(fixture.run(client.describe_vault(describe_vault_request(photos))).vault_name == "photos");
    BOOST_TEST(fixture.run(client.list_vaults()).vaults.size() == 1U);

    // Notifications.
    vault_notification_config config("arn:aws:sns:us-east-1:123456789012:done",
                                     {notification_event::inventory_retrieval_completed});
    require_not_found(fixture, client.get_vault_notifications(get_vault_notifications_request(photos)));
    fixture.run(client.set_vault_notifications(set_vault_notifications_request(photos, std::move(config))));
    auto const told = fixture.run(client.get_vault_notifications(get_vault_notifications_request(photos)));
    BOOST_TEST(told.sns_topic == "arn:aws:sns:us-east-1:123456789012:done");
    BOOST_TEST_REQUIRE(told.events.size() == 1U);
    BOOST_TEST((told.events[0] == notification_event::inventory_retrieval_completed));
    fixture.run(client.delete_vault_notifications(delete_vault_notifications_request(photos)));
    require_not_found(fixture, client.get_vault_notifications(get_vault_notifications_request(photos)));

    // Access policy.
    require_not_found(fixture, client.get_vault_access_policy(get_vault_access_policy_request(photos)));
    fixture.run(client.set_vault_access_policy(set_vault_access_policy_request(photos, policy)));
    BOOST_TEST(fixture.run(client.get_vault_access_policy(get_vault_access_policy_request(photos))).policy ==
               policy);
    fixture.run(client.delete_vault_access_policy(delete_vault_access_policy_request(photos)));
    require_not_found(fixture, client.get_vault_access_policy(get_vault_access_policy_request(photos)));

    // Tags.
    std::map<tag_key, tag_value> tags;
    tags.emplace("box", "7");
    tags.emplace("gr\xc3\xb6\xc3\x9f"
                 "e",
                 "");
    fixture.run(client.add_tags_to_vault(add_tags_to_vault_request(photos, std::move(tags))));
    BOOST_TEST(fixture.run(client.list_tags_for_vault(list_tags_for_vault_request(photos))).tags.size() ==
               2U);
    fixture.run(
        client.remove_tags_from_vault(remove_tags_from_vault_request(photos, std::vector<tag_key>{"box"})));
    auto const left = fixture.run(client.list_tags_for_vault(list_tags_for_vault_request(photos))).tags;
    BOOST_TEST(left.size() == 1U);
    BOOST_TEST(left.count("box") == 0U);

    // Archives in one request.
    std::string const bytes(2 * mib + 17, 'g');
    tree_hash const hash = tree_hash_of(std::as_bytes(std::span(bytes)));
    auto const single = fixture.run(client.upload_archive(upload_archive_request(photos, body(bytes))));
    BOOST_TEST((single.tree_hash == hash));
    fixture.run(client.delete_archive(delete_archive_request(photos, single.archive)));

    // Archives in parts.
    initiate_multipart_upload_request const initiate(photos, part_size(mib));
    upload_id const upload = fixture.run(client.initiate_multipart_upload(initiate)).upload;
    for (std::uint64_t first = 0; first < bytes.size(); first += mib) {
        std::string part = bytes.substr(first, mib);
        byte_range const range(first, first + part.size() - 1);
        fixture.run(client.upload_multipart_part(
            upload_multipart_part_request(photos, upload, range, body(std::move(part)))));
    }
    BOOST_TEST(fixture.run(client.list_parts(list_parts_request(photos, upload))).parts.size() == 3U);
    BOOST_TEST(
        fixture.run(client.list_multipart_uploads(list_multipart_uploads_request(photos))).uploads.size() ==
        1U);
    archive_id const archive = fixture
                                   .run(client.complete_multipart_upload(
                                       complete_multipart_upload_request(photos, upload, bytes.size(), hash)))
                                   .archive;
    upload_id const given_up = fixture.run(client.initiate_multipart_upload(initiate)).upload;
    fixture.run(client.abort_multipart_upload(abort_multipart_upload_request(photos, given_up)));
    BOOST_TEST(
        fixture.run(client.list_multipart_uploads(list_multipart_uploads_request(photos))).uploads.empty());

    // Jobs.
    job_parameters retrieval = job_parameters::archive_retrieval(archive);
    retrieval.description = "for the exhibition";
    retrieval.sns_topic = "arn:aws:sns:us-east-1:123456789012:done";
    retrieval.tier = tier::expedited;
    retrieval.range = byte_range(mib, 2 * mib - 1);
    job_id const job =
        fixture.run(client.initiate_job(initiate_job_request(photos, std::move(retrieval)))).job;
    job_description const described = fixture.run(client.describe_job(describe_job_request(photos, job)));
    BOOST_TEST((described.tier == tier::expedited));
    BOOST_TEST((described.retrieval_byte_range == byte_range(mib, 2 * mib - 1)));
    BOOST_TEST((described.sns_topic == "arn:aws:sns:us-east-1:123456789012:done"));
    BOOST_TEST(fixture.run(client.list_jobs(list_jobs_request(photos))).jobs.size() == 1U);
    get_job_output_request get(photos, job);
    get.range = output_range::from(10);
    job_output_stream output = fixture.run(client.get_job_output(std::move(get)));
    BOOST_TEST((fixture.run(output.read_all(mib)) == bytes.substr(mib + 10, mib - 10)));

    // The account.
    BOOST_TEST((fixture.run(client.get_data_retrieval_policy()).policy.rules.at(0).strategy ==
                data_retrieval_strategy::none));
    fixture.run(client.set_data_retrieval_policy(
        set_data_retrieval_policy_request(data_retrieval_policy::bytes_per_hour(10'737'418'240))));
    BOOST_TEST((fixture.run(client.get_data_retrieval_policy()).policy.rules.at(0).bytes_per_hour ==
                10'737'418'240U));
    std::string const unit = fixture.run(client.purchase_provisioned_capacity()).capacity;
    auto const capacities = fixture.run(client.list_provisioned_capacity()).capacities;
    BOOST_TEST_REQUIRE(capacities.size() == 1U);
    BOOST_TEST(capacities[0].capacity == unit);

    // Locks: one that is aborted, one that stays.
    require_not_found(fixture, client.get_vault_lock(get_vault_lock_request(photos)));
    fixture.run(client.initiate_vault_lock(initiate_vault_lock_request(photos, policy)));
    fixture.run(client.abort_vault_lock(abort_vault_lock_request(photos)));
    lock_id const lock =
        fixture.run(client.initiate_vault_lock(initiate_vault_lock_request(photos, policy))).lock;
    BOOST_TEST((fixture.run(client.get_vault_lock(get_vault_lock_request(photos))).state ==
                vault_lock_state::in_progress));
    fixture.run(client.complete_vault_lock(complete_vault_lock_request(photos, lock)));
    vault_lock_description const locked = fixture.run(client.get_vault_lock(get_vault_lock_request(photos)));
    BOOST_TEST((locked.state == vault_lock_state::locked));
    BOOST_TEST(locked.policy == policy);
    auto const refused = fixture.run(as_result(client.abort_vault_lock(abort_vault_lock_request(photos))));
    BOOST_TEST_REQUIRE(refused.has_error());
    BOOST_TEST(refused.error().is(condition::access));

    // An empty vault can go.
    fixture.run(client.create_vault(create_vault_request("empty")));
    fixture.run(client.delete_vault(delete_vault_request("empty")));
}

} // namespace glacier::test
