#include "emulator/fault_plan.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>

namespace glacier::emulation {

namespace {

using namespace std::chrono_literals;
using effect = emulator_fault_effect;

emulator_fault fault_of(std::string operation)
{
    emulator_fault fault(effect::reset_before);
    fault.operation = std::move(operation);
    return fault;
}

/// Which of the next requests are struck: `.!.`.
std::string struck_of(fault_plan& plan, std::size_t requests, std::string_view operation = "ListVaults")
{
    std::string marks;
    for (std::size_t i = 0; i < requests; ++i)
        marks += plan.decide(operation, "attic") ? '!' : '.';
    return marks;
}

std::string member_with_error(emulator_fault const& fault)
{
    auto const error = find_error(fault);
    if (!error)
        return "none";
    BOOST_TEST(error->message.starts_with(error->member + ": "));
    return error->member;
}

} // namespace

BOOST_AUTO_TEST_SUITE(fault_plan_suite)

BOOST_AUTO_TEST_CASE(without_faults_nothing_is_struck)
{
    fault_plan plan;
    BOOST_TEST(struck_of(plan, 5) == ".....");
    BOOST_TEST(plan.counts().empty());
}

BOOST_AUTO_TEST_CASE(the_second_to_the_fourth_request_of_an_operation)
{
    emulator_fault fault = fault_of("DescribeVault");
    fault.first = 2;
    fault.last = 4;
    fault_plan plan;
    plan.set({fault});
    BOOST_TEST(struck_of(plan, 3, "ListVaults") == "...");
    BOOST_TEST(struck_of(plan, 6, "DescribeVault") == ".!!!..");
    auto const counts = plan.counts();
    BOOST_TEST_REQUIRE(counts.size() == 1U);
    BOOST_TEST(counts[0].matched == 6U);
    BOOST_TEST(counts[0].struck == 3U);
}

BOOST_AUTO_TEST_CASE(one_vault_or_any)
{
    emulator_fault fault = fault_of({});
    fault.vault = "attic";
    fault_plan plan;
    plan.set({fault});
    BOOST_TEST(plan.decide("DescribeVault", "attic").has_value());
    BOOST_TEST(!plan.decide("DescribeVault", "cellar").has_value());
    BOOST_TEST(!plan.decide("ListVaults", "").has_value());
    plan.set({fault_of({})});
    BOOST_TEST(plan.decide("ListVaults", "").has_value());
}

BOOST_AUTO_TEST_CASE(the_first_of_the_list_strikes_and_the_others_count)
{
    emulator_fault first(effect::status);
    first.last = 2;
    emulator_fault second(effect::garbage);
    second.first = 2;
    fault_plan plan;
    plan.set({first});
    BOOST_TEST(plan.add(second));
    BOOST_TEST((plan.decide("ListVaults", "")->effect == effect::status));
    BOOST_TEST((plan.decide("ListVaults", "")->effect == effect::status));
    BOOST_TEST((plan.decide("ListVaults", "")->effect == effect::garbage));
    auto const counts = plan.counts();
    BOOST_TEST(counts[0].struck == 2U);
    BOOST_TEST(counts[1].matched == 3U);
    BOOST_TEST(counts[1].struck == 1U);
}

BOOST_AUTO_TEST_CASE(equal_seeds_give_equal_faults)
{
    emulator_fault fault = fault_of("ListVaults");
    fault.probability = 0.5;
    fault_plan one(7);
    one.set({fault});
    fault_plan other(7);
    other.set({fault});
    std::string const struck = struck_of(one, 200);
    // Other requests in between change nothing.
    std::string struck_among_others;
    for (int i = 0; i < 200; ++i) {
        struck_of(other, 3, "DescribeVault");
        struck_among_others += struck_of(other, 1);
    }
    BOOST_TEST(struck == struck_among_others);
    // Nor does the time before the list was set anew.
    one.set({fault});
    BOOST_TEST(struck_of(one, 200) == struck);

    fault_plan different(8);
    different.set({fault});
    BOOST_TEST(struck_of(different, 200) != struck);
    different.set({fault_of("DescribeVault"), fault});
    fault_plan same_at_another_place(7);
    same_at_another_place.set({fault_of("DescribeVault"), fault});
    BOOST_TEST(struck_of(same_at_another_place, 200) != struck);
}

BOOST_AUTO_TEST_CASE(as_many_are_struck_as_is_probable)
{
    for (double const probability : {0.01, 0.1, 0.5, 0.9}) {
        emulator_fault fault = fault_of({});
        fault.probability = probability;
        fault_plan plan(1);
        plan.set({fault});
        struck_of(plan, 10'000);
        auto const share = static_cast<double>(plan.counts()[0].struck) / 10'000;
        // Four standard deviations.
        BOOST_TEST(std::abs(share - probability) < 4 * std::sqrt(probability * (1 - probability) / 10'000));
    }
}

BOOST_AUTO_TEST_CASE(there_is_a_limit_of_faults)
{
    fault_plan plan;
    for (std::size_t i = 0; i < fault_plan::faults_max; ++i)
        BOOST_TEST_REQUIRE(plan.add(fault_of({})));
    BOOST_TEST(!plan.add(fault_of({})));
    BOOST_TEST(plan.counts().size() == fault_plan::faults_max);
}

BOOST_AUTO_TEST_CASE(every_rule_names_its_member)
{
    auto const with = [](effect does, auto change) {
        emulator_fault fault(does);
        change(fault);
        return member_with_error(fault);
    };
    auto const nothing = [](emulator_fault&) {};
    BOOST_TEST(with(effect::status, nothing) == "none");
    BOOST_TEST(with(effect::garbage, nothing) == "none");
    BOOST_TEST(with(effect::status, [](auto& f) { f.operation = "Listvaults"; }) == "operation");
    BOOST_TEST(with(effect::status, [](auto& f) { f.vault = "a b"; }) == "vault");
    BOOST_TEST(with(effect::status, [](auto& f) { f.first = 0; }) == "first");
    BOOST_TEST(with(effect::status, [](auto& f) { f.first = 3, f.last = 2; }) == "last");
    for (double const wrong : {0.0, -0.1, 1.1, std::numeric_limits<double>::quiet_NaN()})
        BOOST_TEST(with(effect::status, [wrong](auto& f) { f.probability = wrong; }) == "probability");
    for (int const wrong : {-1, 200, 399, 600})
        BOOST_TEST(with(effect::status, [wrong](auto& f) { f.status = wrong; }) == "status");
    BOOST_TEST(with(effect::garbage, [](auto& f) { f.status = 500; }) == "status");
    BOOST_TEST(with(effect::status, [](auto& f) { f.code = "Not one\r\n"; }) == "code");
    BOOST_TEST(with(effect::status, [](auto& f) { f.code = std::string(101, 'x'); }) == "code");
    BOOST_TEST(with(effect::delay, [](auto& f) { f.time = 1ms, f.code = "x"; }) == "code");
    BOOST_TEST(with(effect::status, [](auto& f) { f.message = std::string(1'001, 'x'); }) == "message");
    BOOST_TEST(with(effect::status, [](auto& f) { f.message = "\xff"; }) == "message");
    BOOST_TEST(with(effect::garbage, [](auto& f) { f.message = "x"; }) == "message");
    BOOST_TEST(with(effect::status, [](auto& f) { f.retry_after = -1ms; }) == "retry_after");
    BOOST_TEST(with(effect::garbage, [](auto& f) { f.retry_after = 1ms; }) == "retry_after");
    for (effect const timed : {effect::delay, effect::stall_answer, effect::stall_request}) {
        BOOST_TEST(with(timed, nothing) == "time");
        BOOST_TEST(with(timed, [](auto& f) { f.time = 601s; }) == "time");
        BOOST_TEST(with(timed, [](auto& f) { f.time = 600s; }) == "none");
    }
    BOOST_TEST(with(effect::cut_body, [](auto& f) { f.time = 1ms; }) == "time");
    BOOST_TEST(with(effect::cut_body, [](auto& f) { f.bytes = 1; }) == "none");
    BOOST_TEST(with(effect::garbage, [](auto& f) { f.bytes = 1; }) == "bytes");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
