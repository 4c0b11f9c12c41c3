#include "emulator/data_retrieval_policy_service.hpp"

#include "fixture.hpp"

#include <limits>

namespace glacier::emulation {

namespace {

struct retrieval_policy_fixture : service_fixture {
    service_result<protocol::no_result> set(data_retrieval_policy policy)
    {
        auto services = context();
        return set_data_retrieval_policy(services, set_data_retrieval_policy_request(std::move(policy)));
    }

    data_retrieval_rule rule()
    {
        auto services = context();
        auto const shown = get_data_retrieval_policy(services, get_data_retrieval_policy_request());
        BOOST_TEST_REQUIRE(shown.has_value());
        BOOST_TEST_REQUIRE(shown->policy.rules.size() == 1U);
        return shown->policy.rules.front();
    }
};

constexpr std::uint64_t greatest = std::numeric_limits<std::int64_t>::max();

} // namespace

BOOST_FIXTURE_TEST_SUITE(data_retrieval_policy_service, retrieval_policy_fixture)

BOOST_AUTO_TEST_CASE(a_policy_that_was_never_set_is_none)
{
    BOOST_TEST((rule().strategy == data_retrieval_strategy::none));
    BOOST_TEST(!rule().bytes_per_hour.has_value());
}

BOOST_AUTO_TEST_CASE(a_policy_is_kept_also_over_a_restart_until_the_next_one)
{
    BOOST_TEST(set(data_retrieval_policy::bytes_per_hour(greatest)).has_value());
    reopen();
    BOOST_TEST((rule().strategy == data_retrieval_strategy::bytes_per_hour));
    BOOST_TEST(rule().bytes_per_hour.value() == greatest);
    BOOST_TEST(set(data_retrieval_policy::free_tier()).has_value());
    reopen();
    BOOST_TEST((rule().strategy == data_retrieval_strategy::free_tier));
    BOOST_TEST(!rule().bytes_per_hour.has_value());
    BOOST_TEST(set(data_retrieval_policy::none()).has_value());
    BOOST_TEST((rule().strategy == data_retrieval_strategy::none));
}

BOOST_AUTO_TEST_CASE(a_policy_has_exactly_one_rule)
{
    data_retrieval_policy policy;
    BOOST_TEST(error_text(set(policy)) ==
               "400 Invalid Rules: a policy has exactly one rule, and this one has 0");
    policy.rules.assign(2, data_retrieval_rule(data_retrieval_strategy::free_tier));
    BOOST_TEST(error_text(set(policy)) ==
               "400 Invalid Rules: a policy has exactly one rule, and this one has 2");
    BOOST_TEST((rule().strategy == data_retrieval_strategy::none));
}

BOOST_AUTO_TEST_CASE(bytes_per_hour_belong_to_their_strategy)
{
    data_retrieval_policy policy;
    policy.rules.emplace_back();
    BOOST_TEST(error_text(set(policy)) == "400 Required parameter missing: Strategy");
    policy.rules.front().strategy = data_retrieval_strategy::bytes_per_hour;
    BOOST_TEST(error_text(set(policy)) == "400 Required parameter missing: BytesPerHour");
    BOOST_TEST(error_text(set(data_retrieval_policy::bytes_per_hour(0))) ==
               "400 Invalid BytesPerHour: 0. It must be between 1 and 9223372036854775807.");
    BOOST_TEST(error_text(set(data_retrieval_policy::bytes_per_hour(greatest + 1))) ==
               "400 Invalid BytesPerHour: 9223372036854775808. It must be between 1 and "
               "9223372036854775807.");
    BOOST_TEST(set(data_retrieval_policy::bytes_per_hour(1)).has_value());
    policy = data_retrieval_policy::free_tier();
    policy.rules.front().bytes_per_hour = 5;
    BOOST_TEST(error_text(set(policy)) ==
               "400 Invalid BytesPerHour: 5. It must not be there with the strategy FreeTier.");
    policy.rules.front().strategy = data_retrieval_strategy::none;
    BOOST_TEST(error_text(set(policy)) ==
               "400 Invalid BytesPerHour: 5. It must not be there with the strategy None.");
    BOOST_TEST(rule().bytes_per_hour.value() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
