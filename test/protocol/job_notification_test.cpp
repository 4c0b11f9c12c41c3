#include <glacier/job_notification.hpp>

#include "protocol/golden.hpp"
#include "protocol/job_operations.hpp"

#include <glacier/json.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace glacier {
namespace {

using namespace std::string_literals;

constexpr std::size_t bytes_max = 262'144;

/// Answers of DescribeJob: an archive, an inventory, a query; the last with members that nobody knows.
std::vector<std::string> const described_jobs{
    "describe_job.archive_succeeded.response.http", "describe_job.archive_failed.response.http",
    "describe_job.inventory_succeeded.response.http", "describe_job.select_succeeded.response.http",
    "describe_job.unknown_members.response.http"};

/// What SNS delivers to HTTP endpoints and queues for a message.
std::string in_envelope(std::string_view message)
{
    boost::json::object envelope;
    envelope["Type"] = "Notification";
    envelope["MessageId"] = "9a1f5a0e-7a5d-5c59-9e3b-0e2c4d1b7c11";
    envelope["TopicArn"] = "arn:aws:sns:eu-west-1:210987654321:glacier-jobs";
    envelope["Message"] = boost::json::string_view(message.data(), message.size());
    envelope["Timestamp"] = "2026-02-03T08:05:07.000Z";
    envelope["SignatureVersion"] = "1";
    envelope["Signature"] = "c2lnbmF0dXJl";
    envelope["MessageAttributes"] = boost::json::object();
    return boost::json::serialize(envelope);
}

void check_refused(std::string const& message)
{
    auto const job = parse_job_notification(message);
    BOOST_TEST_REQUIRE(job.has_error(), "read: " << message.substr(0, 200));
    BOOST_TEST((job.error() == errc::malformed_notification));
}

std::string const a_job = R"({"Action":"InventoryRetrieval","JobId":"j","VaultARN":"v","Completed":true})";

BOOST_AUTO_TEST_SUITE(job_notification_test)

// A job in a notification is the job that DescribeJob shows, whether SNS put it into an envelope or not.
BOOST_AUTO_TEST_CASE(same_as_describe_job)
{
    for (std::string const& file : described_jobs)
        BOOST_TEST_CONTEXT(file)
        {
            protocol::http_response const response = test::read_golden(file).response();
            auto const described = protocol::decode<describe_job_request>(response);
            BOOST_TEST_REQUIRE(described.has_value());
            for (std::string const& message :
                 {response.body, " \r\n" + response.body + "\n", in_envelope(response.body)}) {
                auto const told = parse_job_notification(message);
                BOOST_TEST_REQUIRE(told.has_value());
                test::check_equal(*told, *described, "job");
                BOOST_TEST(to_json(*told) == to_json(*described));
            }
        }
}

// Members that a client can do without may be missing; of what the job is, nothing may.
BOOST_AUTO_TEST_CASE(needs_what_names_the_job)
{
    auto const job = parse_job_notification(a_job);
    BOOST_TEST_REQUIRE(job.has_value());
    BOOST_TEST(job->job == "j");
    BOOST_TEST(job->vault_arn == "v");
    BOOST_TEST(job->completed);
    BOOST_TEST((job->status == job_status::unknown));

    // Names that are new are no reason to lose the message.
    auto const newer = parse_job_notification(
        R"({"Action":"ArchiveRetrieval","JobId":"j","VaultARN":"v","StatusCode":"Paused","Tier":"Instant"})");
    BOOST_TEST_REQUIRE(newer.has_value());
    BOOST_TEST((newer->status == job_status::unknown));
    BOOST_TEST((newer->tier == tier::unknown));

    check_refused(R"({"Action":"InventoryRetrieval","VaultARN":"v"})");
    check_refused(R"({"Action":"InventoryRetrieval","JobId":"j"})");
    check_refused(R"({"JobId":"j","VaultARN":"v"})");
    check_refused(R"({"Action":"InventoryRetrieval","JobId":"","VaultARN":"v"})");
    check_refused(R"({"Action":"InventoryRetrieval","JobId":null,"VaultARN":"v"})");
    check_refused(R"({"Action":"Teleport","JobId":"j","VaultARN":"v"})");
    check_refused(R"({"Action":"InventoryRetrieval","JobId":5,"VaultARN":"v"})");
    check_refused(R"({"Action":"InventoryRetrieval","JobId":"j","VaultARN":"v","Completed":"yes"})");
}

// What is no object, or no JSON, is no notification.
BOOST_AUTO_TEST_CASE(anything_else_is_refused)
{
    for (std::string const& message :
         {""s, " "s, "null"s, "true"s, "5"s, "[]"s, "{}"s, "[" + a_job + "]", "\"text\""s, "{"s, a_job + "x",
          a_job + a_job, "{\"JobId\":\"\xff\"}"s, "\0"s, a_job.substr(0, a_job.size() - 1)}) {
        check_refused(message);
        check_refused(in_envelope(message));
    }
}

// Messages of SNS about the subscription, and tests of other publishers, are no jobs.
BOOST_AUTO_TEST_CASE(other_messages_are_refused)
{
    check_refused(in_envelope("You have chosen to subscribe to the topic glacier-jobs."));
    check_refused(R"({"Type":"SubscriptionConfirmation","Message":"You have chosen","Token":"t"})");
    check_refused(R"({"Type":"Notification"})");
    check_refused(R"({"Type":"Notification","Message":null})");
    check_refused(R"({"Type":"Notification","Message":5})");
    check_refused(R"({"Type":"Notification","Message":["{}"]})");
    check_refused(R"({"Type":"Notification","Message":)" + a_job + "}");
    check_refused(in_envelope(in_envelope(a_job)));
}

// Depth is limited before it can use up the stack.
BOOST_AUTO_TEST_CASE(depth_is_limited)
{
    std::string const deep = std::string(100'000, '[');
    check_refused(deep);
    check_refused(in_envelope(deep));
    std::string const deep_member = a_job.substr(0, a_job.size() - 1) + R"(,"Other":)" +
                                    std::string(1'000, '[') + std::string(1'000, ']') + "}";
    check_refused(deep_member);
    check_refused(in_envelope(deep_member));
}

// SNS sends 262,144 bytes at most.
BOOST_AUTO_TEST_CASE(size_is_limited)
{
    std::string const filled = a_job + std::string(bytes_max - a_job.size(), ' ');
    BOOST_TEST(filled.size() == bytes_max);
    BOOST_TEST(parse_job_notification(filled).has_value());
    check_refused(filled + " ");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier
