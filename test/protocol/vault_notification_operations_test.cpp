#include "protocol/vault_notification_operations.hpp"

#include "protocol/golden.hpp"

#include <glacier/json.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

namespace glacier::protocol {
namespace {

using namespace glacier::test;

constexpr char const* topic = "arn:aws:sns:eu-west-1:210987654321:glacier-jobs";

std::vector<notification_event> const both_events{notification_event::archive_retrieval_completed,
                                                  notification_event::inventory_retrieval_completed};

set_vault_notifications_request tell_of(std::vector<notification_event> events)
{
    return {"attic", vault_notification_config(topic, std::move(events))};
}

get_vault_notifications_result telling_of(std::vector<notification_event> events)
{
    get_vault_notifications_result result;
    result.sns_topic = topic;
    result.events = std::move(events);
    return result;
}

BOOST_AUTO_TEST_SUITE(vault_notification_operations_test)

// The body is the bare configuration, without the name that the model has for it.
GLACIER_GOLDEN_REQUEST(set_vault_notifications, plain)
{
    check_request(vector, tell_of(both_events), golden_account);
}

// One event alone.
GLACIER_GOLDEN_REQUEST(set_vault_notifications, one_event)
{
    check_request(vector, tell_of({notification_event::inventory_retrieval_completed}), own_account);
}

// The answer is its status and nothing else.
GLACIER_GOLDEN_RESPONSE(set_vault_notifications, plain)
{
    check_response<set_vault_notifications_request>(vector, no_result());
}

// The configuration is asked for by a GET.
GLACIER_GOLDEN_REQUEST(get_vault_notifications, plain)
{
    check_request(vector, get_vault_notifications_request("attic"), golden_account);
}

// Topic and events are the whole answer.
GLACIER_GOLDEN_RESPONSE(get_vault_notifications, plain)
{
    check_response<get_vault_notifications_request>(vector, telling_of(both_events));
}

// One event alone is a list of one.
GLACIER_GOLDEN_RESPONSE(get_vault_notifications, one_event)
{
    check_response<get_vault_notifications_request>(
        vector, telling_of({notification_event::archive_retrieval_completed}));
}

// The configuration is taken away by a DELETE.
GLACIER_GOLDEN_REQUEST(delete_vault_notifications, plain)
{
    check_request(vector, delete_vault_notifications_request("attic"), golden_account);
}

// The answer is its status and nothing else.
GLACIER_GOLDEN_RESPONSE(delete_vault_notifications, plain)
{
    check_response<delete_vault_notifications_request>(vector, no_result());
}

decoded<set_vault_notifications_request> accepted(std::string const& body)
{
    http_headers const headers;
    return accept<set_vault_notifications_request>(routed_request{
        operation::set_vault_notifications, {{"accountId", "-"}, {"vaultName", "attic"}}, {}, headers, body});
}

// The service demands a topic and events, and knows two events.
BOOST_AUTO_TEST_CASE(accept_checks_the_body)
{
    std::string const with_topic = R"({"SNSTopic":")" + std::string(topic) + "\"";
    BOOST_TEST((accepted("").error().why == member_error::reason::malformed_json));
    for (auto const& [body, member] :
         {std::pair{std::string("{}"), "SNSTopic"},
          std::pair{std::string(R"({"Events":["ArchiveRetrievalCompleted"]})"), "SNSTopic"},
          std::pair{with_topic + "}", "Events"}, std::pair{with_topic + R"(,"Events":null})", "Events"},
          std::pair{R"({"vaultNotificationConfig":)" + with_topic + R"(,"Events":[]}})", "SNSTopic"}}) {
        auto const refused = accepted(body);
        BOOST_TEST_REQUIRE(refused.has_error(), "accepted: " << body);
        BOOST_TEST((refused.error().why == member_error::reason::missing), body);
        BOOST_TEST(refused.error().member == member);
    }
    for (auto const& [body, member] :
         {std::pair{std::string("[]"), "body"}, std::pair{std::string(R"({"SNSTopic":"t"})"), "SNSTopic"},
          std::pair{with_topic + R"(,"Events":"ArchiveRetrievalCompleted"})", "Events"},
          std::pair{with_topic + R"(,"Events":["archiveRetrievalCompleted"]})", "Events"},
          std::pair{with_topic + R"(,"Events":["unknown"]})", "Events"},
          std::pair{with_topic + R"(,"Events":[null]})", "Events"}}) {
        auto const refused = accepted(body);
        BOOST_TEST_REQUIRE(refused.has_error(), "accepted: " << body);
        BOOST_TEST((refused.error().why == member_error::reason::invalid), body);
        BOOST_TEST(refused.error().member == member);
    }
}

// An event that this version does not know is one of the list all the same.
BOOST_AUTO_TEST_CASE(new_events_are_unknown)
{
    http_response response;
    response.status = 200;
    response.body = R"({"SNSTopic":"t","Events":["ArchiveRetrievalCompleted","VaultDeleted"]})";
    auto const read = decode<get_vault_notifications_request>(response);
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(read->sns_topic == "t");
    BOOST_TEST_REQUIRE(read->events.size() == 2U);
    BOOST_TEST((read->events[0] == notification_event::archive_retrieval_completed));
    BOOST_TEST((read->events[1] == notification_event::unknown));
}

// The result becomes the JSON of the service.
BOOST_AUTO_TEST_CASE(result_as_json)
{
    BOOST_TEST((parse_json(to_json(telling_of(both_events))) ==
                parse_json(read_golden("get_vault_notifications.plain.response.http").body)));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
