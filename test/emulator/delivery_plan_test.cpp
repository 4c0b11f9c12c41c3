#include "emulator/delivery_plan.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace glacier::emulation {

namespace {

using namespace std::chrono_literals;

struct plan_fixture {
    /// All that are to be sent now, in order.
    std::vector<std::int64_t> due()
    {
        std::vector<std::int64_t> numbers;
        while (auto const number = plan.next(now))
            numbers.push_back(*number);
        return numbers;
    }

    delivery_plan plan;
    delivery_plan::time_point now{1h};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(delivery_plan_suite, plan_fixture)

BOOST_AUTO_TEST_CASE(each_is_sent_once_in_order)
{
    plan.add(2, "a", 0, now);
    plan.add(1, "b", 0, now);
    plan.add(3, "c", 0, now + 1s);
    BOOST_TEST(due() == (std::vector<std::int64_t>{1, 2}), boost::test_tools::per_element());
    BOOST_TEST(due().empty());
    plan.on_done(1);
    plan.on_done(1);
    now += 1s;
    BOOST_TEST(due() == (std::vector<std::int64_t>{3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_busy_webhook_holds_up_only_its_own)
{
    for (std::int64_t number = 1; number <= 6; ++number)
        plan.add(number, "hangs", 0, now);
    plan.add(7, "works", 0, now);
    BOOST_TEST(due() == (std::vector<std::int64_t>{1, 2, 3, 4, 7}), boost::test_tools::per_element());
    plan.on_done(2);
    BOOST_TEST(due() == (std::vector<std::int64_t>{5}), boost::test_tools::per_element());
    BOOST_TEST(plan.on_failed(1, now));
    BOOST_TEST(due() == (std::vector<std::int64_t>{6}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_delay_doubles_up_to_a_minute_and_ends_after_ten_attempts)
{
    plan.add(1, "a", 0, now);
    std::vector<std::int64_t> delays;
    for (int attempt = 1; attempt <= 10; ++attempt) {
        BOOST_TEST_REQUIRE(due().size() == 1U);
        BOOST_TEST(plan.on_failed(1, now) == (attempt < 10));
        auto const before = now;
        while (attempt < 10 && !plan.next(now))
            now += 250ms;
        delays.push_back((now - before) / 250ms);
        // Taken above; given back for the next round, with what it has behind it.
        plan.on_done(1);
        if (attempt < 10)
            plan.add(1, "a", static_cast<std::uint64_t>(attempt), now);
    }
    std::vector<std::int64_t> const expected{1, 2, 4, 8, 16, 32, 64, 128, 240, 0};
    BOOST_TEST(delays == expected, boost::test_tools::per_element());
    BOOST_TEST(due().empty());
}

// After a restart it goes on where it was, however often that happens.
BOOST_AUTO_TEST_CASE(earlier_attempts_count)
{
    plan.add(1, "a", 9, now);
    BOOST_TEST(due().size() == 1U);
    BOOST_TEST(!plan.on_failed(1, now));
    now += 1h;
    BOOST_TEST(due().empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
