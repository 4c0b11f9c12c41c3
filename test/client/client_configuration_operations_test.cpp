// The operations of client.hpp that configure vaults and the account: what goes out, what comes back, and what is
// repeated. The others are in client_test.cpp.

#include <glacier/client.hpp>

#include "support/client_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace glacier;
using namespace glacier::test;
using protocol::http_method;
using protocol::operation;

namespace {

struct configuration_fixture : client_fixture {
    /// The next requests of the operation get this answer.
    void answer(operation id, int status, std::string text = {}, protocol::http_headers headers = {})
    {
        fault scripted;
        scripted.answer.emplace();
        scripted.answer->status = status;
        scripted.answer->headers = std::move(headers);
        if (!text.empty())
            scripted.answer->headers.add("Content-Type", "application/json");
        scripted.answer->body = std::move(text);
        service->always(id, std::move(scripted));
    }

    void sent(http_method method, std::string const& target, std::string const& text = {})
    {
        recorded_request const request = service->only_request();
        BOOST_TEST((request.message.method == method));
        BOOST_TEST(request.message.target == target);
        BOOST_TEST(request.message.body == text);
        BOOST_TEST(request.message.headers.get("content-type") == (text.empty() ? "" : "application/json"));
        BOOST_TEST(request.message.headers.get("x-amz-glacier-version") == "2012-06-01");
        BOOST_TEST(!request.message.headers.get("authorization").empty());
    }

    static protocol::http_headers header(std::string name, std::string value)
    {
        protocol::http_headers headers;
        headers.add(std::move(name), std::move(value));
        return headers;
    }

    /// The answer is lost although the service did the work.
    void lose_first_answer(operation id)
    {
        fault lost;
        lost.error = make_error_code(errc::connection_closed);
        lost.sent = true;
        service->on(id, 1, std::move(lost));
    }
};

timestamp at(std::int64_t milliseconds)
{
    return timestamp(std::chrono::milliseconds(milliseconds));
}

std::string const topic = "arn:aws:sns:eu-west-1:210987654321:done";

} // namespace

BOOST_FIXTURE_TEST_SUITE(client_configuration_operations_test, configuration_fixture)

// The body is the bare configuration.
BOOST_AUTO_TEST_CASE(set_vault_notifications)
{
    answer(operation::set_vault_notifications, 204);
    vault_notification_config config(topic, {notification_event::archive_retrieval_completed,
                                             notification_event::inventory_retrieval_completed});
    run(sut.set_vault_notifications(set_vault_notifications_request(photos, std::move(config))));

    sent(http_method::put, "/-/vaults/photos/notification-configuration",
         R"({"SNSTopic":"arn:aws:sns:eu-west-1:210987654321:done",)"
         R"("Events":["ArchiveRetrievalCompleted","InventoryRetrievalCompleted"]})");
}

// An event that this version does not know is no reason to fail.
BOOST_AUTO_TEST_CASE(get_vault_notifications)
{
    answer(operation::get_vault_notifications, 200,
           R"({"SNSTopic":"arn:x","Events":["InventoryRetrievalCompleted","VaultOnFire"]})");
    auto const result = run(sut.get_vault_notifications(get_vault_notifications_request(photos)));

    sent(http_method::get, "/-/vaults/photos/notification-configuration");
    BOOST_TEST(result.sns_topic == "arn:x");
    BOOST_TEST_REQUIRE(result.events.size() == 2U);
    BOOST_TEST((result.events[0] == notification_event::inventory_retrieval_completed));
    BOOST_TEST((result.events[1] == notification_event::unknown));
}

// No result but the status.
BOOST_AUTO_TEST_CASE(delete_vault_notifications)
{
    answer(operation::delete_vault_notifications, 204);
    run(sut.delete_vault_notifications(delete_vault_notifications_request(photos)));

    sent(http_method::delete_, "/-/vaults/photos/notification-configuration");
}

// The policy is a JSON text within the JSON text, sent as it is given.
BOOST_AUTO_TEST_CASE(set_vault_access_policy)
{
    answer(operation::set_vault_access_policy, 204);
    run(sut.set_vault_access_policy(
        set_vault_access_policy_request(photos, "{ \"Version\": \"2012-10-17\" }\n")));

    sent(http_method::put, "/-/vaults/photos/access-policy",
         R"({"Policy":"{ \"Version\": \"2012-10-17\" }\n"})");
}

// The text comes back as it was set.
BOOST_AUTO_TEST_CASE(get_vault_access_policy)
{
    answer(operation::get_vault_access_policy, 200, R"({"Policy":"{ \"Version\": \"2012-10-17\" }\n"})");
    auto const result = run(sut.get_vault_access_policy(get_vault_access_policy_request(photos)));

    sent(http_method::get, "/-/vaults/photos/access-policy");
    BOOST_TEST(result.policy == "{ \"Version\": \"2012-10-17\" }\n");
}

// No result but the status.
BOOST_AUTO_TEST_CASE(delete_vault_access_policy)
{
    answer(operation::delete_vault_access_policy, 204);
    run(sut.delete_vault_access_policy(delete_vault_access_policy_request(photos)));

    sent(http_method::delete_, "/-/vaults/photos/access-policy");
}

// The lock's id is in a header, and may begin with a hyphen.
BOOST_AUTO_TEST_CASE(initiate_vault_lock)
{
    answer(operation::initiate_vault_lock, 201, {}, header("x-amz-lock-id", "-E863rKkWZU53SLW5be4DUcW"));
    auto const result = run(sut.initiate_vault_lock(initiate_vault_lock_request(photos, "{}")));

    sent(http_method::post, "/-/vaults/photos/lock-policy", R"({"Policy":"{}"})");
    BOOST_TEST(result.lock.str() == "-E863rKkWZU53SLW5be4DUcW");
}

// A second attempt would be refused, and the first one's id is lost: say so instead.
BOOST_AUTO_TEST_CASE(initiate_vault_lock_is_not_repeated)
{
    lose_first_answer(operation::initiate_vault_lock);
    operation_error const error =
        failure_of(sut.initiate_vault_lock(initiate_vault_lock_request(photos, "{}")));

    BOOST_TEST(service->count() == 1U);
    BOOST_TEST(error.outcome_unknown());
    BOOST_TEST(error.is(condition::outcome_unknown));
}

// The id is part of the path, and the body is empty.
BOOST_AUTO_TEST_CASE(complete_vault_lock)
{
    answer(operation::complete_vault_lock, 204);
    run(sut.complete_vault_lock(complete_vault_lock_request(photos, "-E863rKkWZU53SLW5be4DUcW")));

    sent(http_method::post, "/-/vaults/photos/lock-policy/-E863rKkWZU53SLW5be4DUcW");
}

// Completing once more with the same id succeeds, so a lost answer is no problem.
BOOST_AUTO_TEST_CASE(complete_vault_lock_is_repeated)
{
    answer(operation::complete_vault_lock, 204);
    lose_first_answer(operation::complete_vault_lock);
    run(sut.complete_vault_lock(complete_vault_lock_request(photos, "lock")));

    BOOST_TEST(service->count() == 2U);
}

// The error names vault and lock.
BOOST_AUTO_TEST_CASE(complete_vault_lock_error)
{
    service->always(operation::complete_vault_lock, error_answer(service_errc::access_denied, "wrong id"));
    operation_error const error =
        failure_of(sut.complete_vault_lock(complete_vault_lock_request(photos, "lock-1")));

    BOOST_TEST(
        std::string(error.what()).starts_with("CompleteVaultLock of vault photos, lock lock-1: wrong id"),
        error.what());
    BOOST_TEST(error.is(condition::access));
    BOOST_TEST(!error.is(condition::outcome_unknown));
}

// No result but the status.
BOOST_AUTO_TEST_CASE(abort_vault_lock)
{
    answer(operation::abort_vault_lock, 204);
    run(sut.abort_vault_lock(abort_vault_lock_request(photos)));

    sent(http_method::delete_, "/-/vaults/photos/lock-policy");
}

// A lock in progress has a date at which it ends, a completed one has none.
BOOST_AUTO_TEST_CASE(get_vault_lock)
{
    answer(operation::get_vault_lock, 200,
           R"({"Policy":"{}","State":"InProgress","ExpirationDate":"2026-02-03T09:00:00.000Z",)"
           R"("CreationDate":"2026-02-02T09:00:00.000Z"})");
    auto const in_progress = run(sut.get_vault_lock(get_vault_lock_request(photos)));

    sent(http_method::get, "/-/vaults/photos/lock-policy");
    BOOST_TEST(in_progress.policy == "{}");
    BOOST_TEST((in_progress.state == vault_lock_state::in_progress));
    BOOST_TEST((in_progress.creation_date == at(1'770'022'800'000)));
    BOOST_TEST((in_progress.expiration_date == at(1'770'109'200'000)));

    answer(
        operation::get_vault_lock, 200,
        R"({"Policy":"{}","State":"Locked","ExpirationDate":null,"CreationDate":"2026-02-02T09:00:00.000Z"})");
    auto const locked = run(sut.get_vault_lock(get_vault_lock_request(photos)));
    BOOST_TEST((locked.state == vault_lock_state::locked));
    BOOST_TEST(!locked.expiration_date);
}

// The query is part of the path of the operation; the tags have a wrapper.
BOOST_AUTO_TEST_CASE(add_tags_to_vault)
{
    answer(operation::add_tags_to_vault, 204);
    std::map<tag_key, tag_value> tags;
    tags.emplace("gr\xc3\xb6\xc3\x9f"
                 "e",
                 "zw\xc3\xb6lf");
    tags.emplace("box", "");
    run(sut.add_tags_to_vault(add_tags_to_vault_request(photos, std::move(tags))));

    sent(http_method::post, "/-/vaults/photos/tags?operation=add",
         "{\"Tags\":{\"box\":\"\",\"gr\xc3\xb6\xc3\x9f"
         "e\":\"zw\xc3\xb6lf\"}}");
}

// Keys only.
BOOST_AUTO_TEST_CASE(remove_tags_from_vault)
{
    answer(operation::remove_tags_from_vault, 204);
    run(sut.remove_tags_from_vault(
        remove_tags_from_vault_request(photos, std::vector<tag_key>{"box", "owner"})));

    sent(http_method::post, "/-/vaults/photos/tags?operation=remove", R"({"TagKeys":["box","owner"]})");
}

// A tag that this library would refuse to send is read all the same: it comes from the service.
BOOST_AUTO_TEST_CASE(list_tags_for_vault)
{
    answer(operation::list_tags_for_vault, 200, R"({"Tags":{"aws:stack":"x;y","box":"7"}})");
    auto const result = run(sut.list_tags_for_vault(list_tags_for_vault_request(photos)));

    sent(http_method::get, "/-/vaults/photos/tags");
    BOOST_TEST(result.tags.size() == 2U);
    BOOST_TEST(result.tags.at("aws:stack") == "x;y");
    BOOST_TEST(result.tags.at("box") == "7");
}

// The account is the only thing in the path.
BOOST_AUTO_TEST_CASE(get_data_retrieval_policy)
{
    answer(operation::get_data_retrieval_policy, 200,
           R"({"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":9223372036854775807}]}})");
    auto const result = run(sut.get_data_retrieval_policy());

    sent(http_method::get, "/-/policies/data-retrieval");
    BOOST_TEST_REQUIRE(result.policy.rules.size() == 1U);
    BOOST_TEST((result.policy.rules[0].strategy == data_retrieval_strategy::bytes_per_hour));
    BOOST_TEST((result.policy.rules[0].bytes_per_hour == 9'223'372'036'854'775'807U));
}

// The wrapper stays, and a strategy without a number has none.
BOOST_AUTO_TEST_CASE(set_data_retrieval_policy)
{
    answer(operation::set_data_retrieval_policy, 204);
    run(sut.set_data_retrieval_policy(set_data_retrieval_policy_request(data_retrieval_policy::free_tier())));

    sent(http_method::put, "/-/policies/data-retrieval", R"({"Policy":{"Rules":[{"Strategy":"FreeTier"}]}})");
}

// Units with their dates.
BOOST_AUTO_TEST_CASE(list_provisioned_capacity)
{
    answer(operation::list_provisioned_capacity, 200,
           R"({"ProvisionedCapacityList":[{"CapacityId":"-sapzYwyEW2IyuDnzkbt6MmV",)"
           R"("StartDate":"2026-01-31T08:15:30.250Z","ExpirationDate":"2026-02-28T08:15:30.000Z"}]})");
    auto const result = run(sut.list_provisioned_capacity());

    sent(http_method::get, "/-/provisioned-capacity");
    BOOST_TEST_REQUIRE(result.capacities.size() == 1U);
    BOOST_TEST(result.capacities[0].capacity == "-sapzYwyEW2IyuDnzkbt6MmV");
    BOOST_TEST((result.capacities[0].start_date == at(1'769'847'330'250)));
    BOOST_TEST((result.capacities[0].expiration_date == at(1'772'266'530'000)));
}

// The unit's id is in a header.
BOOST_AUTO_TEST_CASE(purchase_provisioned_capacity)
{
    answer(operation::purchase_provisioned_capacity, 201, {}, header("x-amz-capacity-id", "unit-1"));
    auto const result = run(sut.purchase_provisioned_capacity());

    sent(http_method::post, "/-/provisioned-capacity");
    BOOST_TEST(result.capacity == "unit-1");
}

// A unit costs money each time: a lost answer is not answered by buying another one.
BOOST_AUTO_TEST_CASE(purchase_provisioned_capacity_is_not_repeated)
{
    lose_first_answer(operation::purchase_provisioned_capacity);
    operation_error const error = failure_of(sut.purchase_provisioned_capacity());

    BOOST_TEST(service->count() == 1U);
    BOOST_TEST(error.outcome_unknown());
}

// Neither is the third unit: the quota is no throttle.
BOOST_AUTO_TEST_CASE(purchase_provisioned_capacity_above_quota)
{
    service->always(operation::purchase_provisioned_capacity, error_answer(service_errc::limit_exceeded));
    operation_error const error = failure_of(sut.purchase_provisioned_capacity());

    BOOST_TEST(service->count() == 1U);
    BOOST_TEST(error.is(condition::quota));
    BOOST_TEST(!error.is(condition::throttling));
    BOOST_TEST(!error.outcome_unknown());
}

// Every operation of this file fails with not_found for a vault that is not there, and says which.
BOOST_AUTO_TEST_CASE(vault_not_found)
{
    auto const check = [this](auto awaitable) {
        operation_error const error = failure_of(std::move(awaitable));
        BOOST_TEST(error.is(condition::not_found));
        BOOST_TEST(error.details().resource.starts_with("vault photos"));
    };
    service->when([](recorded_request const&) { return true; },
                  error_answer(service_errc::resource_not_found, "Vault not found"));
    vault_notification_config config(topic, {notification_event::archive_retrieval_completed});
    std::map<tag_key, tag_value> tags;
    tags.emplace("key", "value");
    check(sut.set_vault_notifications(set_vault_notifications_request(photos, std::move(config))));
    check(sut.get_vault_notifications(get_vault_notifications_request(photos)));
    check(sut.delete_vault_notifications(delete_vault_notifications_request(photos)));
    check(sut.set_vault_access_policy(set_vault_access_policy_request(photos, "{}")));
    check(sut.get_vault_access_policy(get_vault_access_policy_request(photos)));
    check(sut.delete_vault_access_policy(delete_vault_access_policy_request(photos)));
    check(sut.initiate_vault_lock(initiate_vault_lock_request(photos, "{}")));
    check(sut.complete_vault_lock(complete_vault_lock_request(photos, "lock")));
    check(sut.abort_vault_lock(abort_vault_lock_request(photos)));
    check(sut.get_vault_lock(get_vault_lock_request(photos)));
    check(sut.add_tags_to_vault(add_tags_to_vault_request(photos, std::move(tags))));
    check(sut.remove_tags_from_vault(remove_tags_from_vault_request(photos, std::vector<tag_key>{"key"})));
    check(sut.list_tags_for_vault(list_tags_for_vault_request(photos)));
    BOOST_TEST(service->count() == 13U);
}

BOOST_AUTO_TEST_SUITE_END()
