#include "protocol/vault_lock_operations.hpp"

#include "protocol/golden.hpp"

#include <glacier/json.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

namespace glacier::protocol {
namespace {

using namespace glacier::test;

constexpr char const* policy =
    R"({"Version":"2012-10-17","Statement":[{"Sid":"keep-a-year","Effect":"Deny","Principal":"*",)"
    R"("Action":"glacier:DeleteArchive","Resource":"arn:aws:glacier:eu-west-1:210987654321:vaults/attic",)"
    R"("Condition":{"NumericLessThan":{"glacier:ArchiveAgeInDays":"365"}}}]})";

constexpr char const* lock = "bGW89w4BcuTzgGZ_GHcV3mSY";

vault_lock_description locked()
{
    vault_lock_description description;
    description.policy = policy;
    description.state = vault_lock_state::locked;
    description.creation_date = time_of("2026-02-02T09:00:00.000Z");
    return description;
}

vault_lock_description in_progress()
{
    vault_lock_description description = locked();
    description.state = vault_lock_state::in_progress;
    description.expiration_date = time_of("2026-02-03T09:00:00.000Z");
    return description;
}

BOOST_AUTO_TEST_SUITE(vault_lock_operations_test)

// A lock begins with its policy, the text of a JSON document.
GLACIER_GOLDEN_REQUEST(initiate_vault_lock, plain)
{
    check_request(vector, initiate_vault_lock_request("attic", policy), golden_account);
}

// The answer has the id that completes it, in a header.
GLACIER_GOLDEN_RESPONSE(initiate_vault_lock, plain)
{
    check_response<initiate_vault_lock_request>(vector, initiate_vault_lock_result(lock));
}

// A lock is completed by a POST to its id, without a body.
GLACIER_GOLDEN_REQUEST(complete_vault_lock, plain)
{
    check_request(vector, complete_vault_lock_request("attic", lock), golden_account);
}

// The answer is its status and nothing else.
GLACIER_GOLDEN_RESPONSE(complete_vault_lock, plain)
{
    check_response<complete_vault_lock_request>(vector, no_result());
}

// A lock is given up by a DELETE.
GLACIER_GOLDEN_REQUEST(abort_vault_lock, plain)
{
    check_request(vector, abort_vault_lock_request("attic"), golden_account);
}

// The answer is its status and nothing else.
GLACIER_GOLDEN_RESPONSE(abort_vault_lock, plain)
{
    check_response<abort_vault_lock_request>(vector, no_result());
}

// A lock is looked up by a GET.
GLACIER_GOLDEN_REQUEST(get_vault_lock, in_progress)
{
    check_request(vector, get_vault_lock_request("attic"), golden_account);
}

// The same for the account of the credentials.
GLACIER_GOLDEN_REQUEST(get_vault_lock, locked)
{
    check_request(vector, get_vault_lock_request("attic"), own_account);
}

// A lock in progress has a date on which it ends.
GLACIER_GOLDEN_RESPONSE(get_vault_lock, in_progress)
{
    check_response<get_vault_lock_request>(vector, in_progress());
}

// One that is completed never ends.
GLACIER_GOLDEN_RESPONSE(get_vault_lock, locked)
{
    check_response<get_vault_lock_request>(vector, locked());
}

// A member that is left out is the same as null; the service itself writes them all.
GLACIER_GOLDEN_RESPONSE(get_vault_lock, absent_expiration)
{
    check_decoded<get_vault_lock_request>(vector, locked());
}

// Without the id the POST would begin another lock: such a request is not made.
BOOST_AUTO_TEST_CASE(missing_id_is_refused)
{
    BOOST_TEST((encode(complete_vault_lock_request("attic", lock_id()), golden_account).error() ==
                errc::invalid_lock_id));
}

// The service demands a policy to begin with, and an id of its own form to complete.
BOOST_AUTO_TEST_CASE(accept_checks_policy_and_id)
{
    http_headers const headers;
    parameters const vault{{"accountId", "-"}, {"vaultName", "attic"}};
    auto const without_policy = accept<initiate_vault_lock_request>(
        routed_request{operation::initiate_vault_lock, vault, {}, headers, "{}"});
    BOOST_TEST_REQUIRE(without_policy.has_error());
    BOOST_TEST((without_policy.error().why == member_error::reason::missing));
    BOOST_TEST(without_policy.error().member == "Policy");

    parameters path = vault;
    path["lockId"] = "a/b";
    auto const bad_id = accept<complete_vault_lock_request>(
        routed_request{operation::complete_vault_lock, path, {}, headers, {}});
    BOOST_TEST_REQUIRE(bad_id.has_error());
    BOOST_TEST((bad_id.error().why == member_error::reason::invalid));
    BOOST_TEST(bad_id.error().member == "lockId");
}

// The id is shown once, so an answer without it is an error.
BOOST_AUTO_TEST_CASE(answer_must_have_the_id)
{
    http_response response;
    response.status = 201;
    auto const decoded = decode<initiate_vault_lock_request>(response);
    BOOST_TEST_REQUIRE(decoded.has_error());
    BOOST_TEST((decoded.error().why == member_error::reason::missing));
    BOOST_TEST(decoded.error().member == "x-amz-lock-id");
}

// A state that this version does not know is no error.
BOOST_AUTO_TEST_CASE(new_states_are_unknown)
{
    http_response response;
    response.status = 200;
    response.body = R"({"Policy":"{}","State":"Melted","CreationDate":"2026-02-02T09:00:00.000Z"})";
    auto const read = decode<get_vault_lock_request>(response);
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST((read->state == vault_lock_state::unknown));
}

// The result becomes the JSON of the service.
BOOST_AUTO_TEST_CASE(result_as_json)
{
    BOOST_TEST((parse_json(to_json(locked())) ==
                parse_json(read_golden("get_vault_lock.locked.response.http").body)));
    BOOST_TEST((parse_json(to_json(in_progress())) ==
                parse_json(read_golden("get_vault_lock.in_progress.response.http").body)));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
