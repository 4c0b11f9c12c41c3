#include "protocol/sns_envelope.hpp"

#include "base/iso8601.hpp"

#include <glacier/job_notification.hpp>

#include <boost/test/unit_test.hpp>

namespace glacier::protocol {
namespace {

sns_notification example()
{
    sns_notification notification;
    notification.message_id = "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324";
    notification.topic = "arn:aws:sns:us-east-1:123456789012:jobs";
    notification.time = *base::parse_iso8601("2012-05-02T00:54:06.655Z");
    return notification;
}

BOOST_AUTO_TEST_SUITE(sns_envelope_test)

// The message is text, whatever is in it.
BOOST_AUTO_TEST_CASE(form_of_the_envelope)
{
    sns_notification notification = example();
    notification.message = "{\"a\":\"b\\n\"}";
    BOOST_TEST(write_sns_envelope(notification) ==
               R"({"Type":"Notification","MessageId":"22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",)"
               R"("TopicArn":"arn:aws:sns:us-east-1:123456789012:jobs",)"
               R"("Message":"{\"a\":\"b\\n\"}","Timestamp":"2012-05-02T00:54:06.655Z"})");
}

BOOST_AUTO_TEST_CASE(a_client_reads_the_job_in_it)
{
    sns_notification notification = example();
    notification.message =
        R"({"JobId":"x","Action":"InventoryRetrieval","VaultARN":"arn:aws:glacier:us-east-1:1:vaults/a"})";
    auto const job = parse_job_notification(write_sns_envelope(notification));
    BOOST_TEST_REQUIRE(job.has_value());
    BOOST_TEST(job->job == "x");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
