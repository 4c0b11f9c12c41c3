#include "protocol/data_retrieval_policy_operations.hpp"

#include "protocol/golden.hpp"

#include <glacier/json.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace glacier::protocol {
namespace {

using namespace glacier::test;

constexpr std::uint64_t ten_gibibytes = 10'737'418'240;

get_data_retrieval_policy_result with(data_retrieval_policy policy)
{
    get_data_retrieval_policy_result result;
    result.policy = std::move(policy);
    return result;
}

BOOST_AUTO_TEST_SUITE(data_retrieval_policy_operations_test)

// The policy belongs to the account: the path has no vault.
GLACIER_GOLDEN_REQUEST(get_data_retrieval_policy, bytes_per_hour)
{
    check_request(vector, get_data_retrieval_policy_request(), golden_account);
}

// The same for the account of the credentials.
GLACIER_GOLDEN_REQUEST(get_data_retrieval_policy, free_tier)
{
    check_request(vector, get_data_retrieval_policy_request(), own_account);
}

// A limit is a number of bytes.
GLACIER_GOLDEN_RESPONSE(get_data_retrieval_policy, bytes_per_hour)
{
    check_response<get_data_retrieval_policy_request>(
        vector, with(data_retrieval_policy::bytes_per_hour(ten_gibibytes)));
}

// A policy without a limit shows null for it.
GLACIER_GOLDEN_RESPONSE(get_data_retrieval_policy, free_tier)
{
    check_response<get_data_retrieval_policy_request>(vector, with(data_retrieval_policy::free_tier()));
}

// A member that is left out is the same as null; the service itself writes them all.
GLACIER_GOLDEN_RESPONSE(get_data_retrieval_policy, none)
{
    check_decoded<get_data_retrieval_policy_request>(vector, with(data_retrieval_policy::none()));
}

// The policy is wrapped, unlike the other bodies.
GLACIER_GOLDEN_REQUEST(set_data_retrieval_policy, bytes_per_hour)
{
    check_request(vector,
                  set_data_retrieval_policy_request(data_retrieval_policy::bytes_per_hour(ten_gibibytes)),
                  golden_account);
}

// The number is exact up to 2^63-1.
GLACIER_GOLDEN_REQUEST(set_data_retrieval_policy, largest_number)
{
    check_request(
        vector,
        set_data_retrieval_policy_request(data_retrieval_policy::bytes_per_hour(9'223'372'036'854'775'807)),
        golden_account);
}

// In a request a limit that does not apply is left out, not null.
GLACIER_GOLDEN_REQUEST(set_data_retrieval_policy, free_tier)
{
    check_request(vector, set_data_retrieval_policy_request(data_retrieval_policy::free_tier()), own_account);
}

// The same for no limit at all.
GLACIER_GOLDEN_REQUEST(set_data_retrieval_policy, none)
{
    check_request(vector, set_data_retrieval_policy_request(data_retrieval_policy::none()), golden_account);
}

// The answer is its status and nothing else.
GLACIER_GOLDEN_RESPONSE(set_data_retrieval_policy, bytes_per_hour)
{
    check_response<set_data_retrieval_policy_request>(vector, no_result());
}

// The service demands a policy whose members have the right types, and knows three strategies.
BOOST_AUTO_TEST_CASE(accept_checks_the_body)
{
    http_headers const headers;
    auto const accepted = [&headers](std::string const& body) {
        return accept<set_data_retrieval_policy_request>(
            routed_request{operation::set_data_retrieval_policy, {{"accountId", "-"}}, {}, headers, body});
    };
    for (std::string const body : {"{}", R"({"Policy":null})", R"({"Rules":[{"Strategy":"None"}]})"}) {
        auto const refused = accepted(body);
        BOOST_TEST_REQUIRE(refused.has_error(), "accepted: " << body);
        BOOST_TEST((refused.error().why == member_error::reason::missing));
        BOOST_TEST(refused.error().member == "Policy");
    }
    for (auto const& [body, member] :
         {std::pair{R"({"Policy":[]})", "Policy"}, std::pair{R"({"Policy":{"Rules":{}}})", "Rules"},
          std::pair{R"({"Policy":{"Rules":["None"]}})", "Rules"},
          std::pair{R"({"Policy":{"Rules":[{"Strategy":"none"}]}})", "Strategy"},
          std::pair{R"({"Policy":{"Rules":[{"BytesPerHour":"5"}]}})", "BytesPerHour"},
          std::pair{R"({"Policy":{"Rules":[{"BytesPerHour":-5}]}})", "BytesPerHour"},
          std::pair{R"({"Policy":{"Rules":[{"BytesPerHour":1.5}]}})", "BytesPerHour"}}) {
        auto const refused = accepted(body);
        BOOST_TEST_REQUIRE(refused.has_error(), "accepted: " << body);
        BOOST_TEST((refused.error().why == member_error::reason::invalid));
        BOOST_TEST(refused.error().member == member);
    }
    // How many rules there may be, and what fits to what, is the operation's rule, not the codec's.
    BOOST_TEST(accepted(R"({"Policy":{}})")->policy.rules.empty());
    BOOST_TEST(accepted(R"({"Policy":{"Rules":[{},{"Strategy":"None"}]}})")->policy.rules.size() == 2U);
}

// A strategy that this version does not know is no error.
BOOST_AUTO_TEST_CASE(new_strategies_are_unknown)
{
    http_response response;
    response.status = 200;
    response.body = R"({"Policy":{"Rules":[{"Strategy":"Nightly","BytesPerHour":5}]}})";
    auto const read = decode<get_data_retrieval_policy_request>(response);
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST_REQUIRE(read->policy.rules.size() == 1U);
    BOOST_TEST((read->policy.rules[0].strategy == data_retrieval_strategy::unknown));
    BOOST_TEST(read->policy.rules[0].bytes_per_hour.value() == 5U);
}

// The result becomes the JSON of the service.
BOOST_AUTO_TEST_CASE(result_as_json)
{
    BOOST_TEST(to_json(with(data_retrieval_policy::free_tier())) ==
               R"({"Policy":{"Rules":[{"Strategy":"FreeTier","BytesPerHour":null}]}})");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
