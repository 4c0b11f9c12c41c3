#include "protocol/vault_access_policy_operations.hpp"

#include "protocol/golden.hpp"

#include <glacier/json.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

namespace glacier::protocol {
namespace {

using namespace glacier::test;

constexpr char const* policy =
    R"({"Version":"2012-10-17","Statement":[{"Sid":"owner-may-delete","Effect":"Allow",)"
    R"("Principal":{"AWS":"arn:aws:iam::210987654321:root"},"Action":"glacier:DeleteArchive",)"
    R"("Resource":"arn:aws:glacier:eu-west-1:210987654321:vaults/attic"}]})";

get_vault_access_policy_result with(std::string text)
{
    get_vault_access_policy_result result;
    result.policy = std::move(text);
    return result;
}

BOOST_AUTO_TEST_SUITE(vault_access_policy_operations_test)

// The policy is the text of a JSON document, in a member of another.
GLACIER_GOLDEN_REQUEST(set_vault_access_policy, plain)
{
    check_request(vector, set_vault_access_policy_request("attic", policy), golden_account);
}

// The text goes as it is: tabs, line ends, backslashes, and what is beyond ASCII.
GLACIER_GOLDEN_REQUEST(set_vault_access_policy, escapes)
{
    char const* const text =
        "{\n\t\"Version\": \"2012-10-17\",\n\t\"Id\": \"caf\xc3\xa9 <a&b> \\\\ \\\"q\\\" ~\",\n\t"
        "\"Statement\": [ {\n\t\t\"Effect\": \"Deny\",\n\t\t\"Principal\": { \"AWS\": "
        "\"arn:aws:iam::210987654321:user/ann\" },\n\t\t\"Action\": [ \"glacier:*\" ],\n\t\t\"Resource\": "
        "\"arn:aws:glacier:eu-west-1:210987654321:vaults/attic\"\n\t} ]\n}\r\n";
    check_request(vector, set_vault_access_policy_request("attic", text), own_account);
}

// The answer is its status and nothing else.
GLACIER_GOLDEN_RESPONSE(set_vault_access_policy, plain)
{
    check_response<set_vault_access_policy_request>(vector, no_result());
}

// The policy is asked for by a GET.
GLACIER_GOLDEN_REQUEST(get_vault_access_policy, plain)
{
    check_request(vector, get_vault_access_policy_request("attic"), golden_account);
}

// The answer has the text as it was set.
GLACIER_GOLDEN_RESPONSE(get_vault_access_policy, plain)
{
    check_response<get_vault_access_policy_request>(vector, with(policy));
}

// Every escape that JSON has gives the text that was set, those of surrogate pairs included.
GLACIER_GOLDEN_RESPONSE(get_vault_access_policy, escapes)
{
    check_response<get_vault_access_policy_request>(
        vector, with("{\"Version\":\"2012-10-17\",\"Id\":\"caf\xc3\xa9 \xf0\x9d\x92\x9c \\\\ <a/b>\","
                     "\"Statement\":[]}\r\n"));
}

// The policy is taken away by a DELETE.
GLACIER_GOLDEN_REQUEST(delete_vault_access_policy, plain)
{
    check_request(vector, delete_vault_access_policy_request("attic"), golden_account);
}

// The answer is its status and nothing else.
GLACIER_GOLDEN_RESPONSE(delete_vault_access_policy, plain)
{
    check_response<delete_vault_access_policy_request>(vector, no_result());
}

// The service demands a policy, and that it is the text of a JSON object rather than the object.
BOOST_AUTO_TEST_CASE(accept_checks_the_policy)
{
    http_headers const headers;
    auto const accepted = [&headers](std::string const& body) {
        return accept<set_vault_access_policy_request>(
            routed_request{operation::set_vault_access_policy,
                           {{"accountId", "-"}, {"vaultName", "attic"}},
                           {},
                           headers,
                           body});
    };
    BOOST_TEST((accepted("{").error().why == member_error::reason::malformed_json));
    for (std::string const body : {"{}", R"({"Policy":null})", R"({"policy":{"Policy":"{}"}})"}) {
        auto const refused = accepted(body);
        BOOST_TEST_REQUIRE(refused.has_error(), "accepted: " << body);
        BOOST_TEST((refused.error().why == member_error::reason::missing));
        BOOST_TEST(refused.error().member == "Policy");
    }
    for (std::string const body :
         {R"({"Policy":{}})", R"({"Policy":""})", R"({"Policy":"x"})", R"({"Policy":"[]"})"}) {
        auto const refused = accepted(body);
        BOOST_TEST_REQUIRE(refused.has_error(), "accepted: " << body);
        BOOST_TEST((refused.error().why == member_error::reason::invalid));
        BOOST_TEST(refused.error().member == "Policy");
    }
}

// What the service has for a policy is not judged by the client.
BOOST_AUTO_TEST_CASE(any_text_is_read)
{
    http_response response;
    response.status = 200;
    response.body = R"({"Policy":"no JSON"})";
    BOOST_TEST(decode<get_vault_access_policy_request>(response)->policy == "no JSON");
}

// The result becomes the JSON of the service.
BOOST_AUTO_TEST_CASE(result_as_json)
{
    BOOST_TEST((parse_json(to_json(with(policy))) ==
                parse_json(read_golden("get_vault_access_policy.plain.response.http").body)));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
