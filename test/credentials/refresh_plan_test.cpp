#include "credentials/refresh_plan.hpp"

#include "support/printing.hpp"

#include <boost/test/unit_test.hpp>

#include <ostream>

namespace glacier::credentials_sources {

using namespace std::chrono_literals;

static std::ostream& boost_test_print_type(std::ostream& out, refresh_plan::step step)
{
    return out << static_cast<int>(step);
}

namespace {

/// A plan and a time at which both clocks stand still until the test moves them.
struct plan_fixture {
    using step = refresh_plan::step;

    step next() { return plan.next(today, now); }

    void pass(std::chrono::milliseconds time)
    {
        today += time;
        now += time;
    }

    bool fetched_for(std::chrono::milliseconds life) { return plan.on_fetched(today + life, today, now, 0); }

    timestamp today{std::chrono::hours(1'000)};
    refresh_plan::time_point now{};
    refresh_plan plan{refresh_settings()};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(refresh_plan_test, plan_fixture)

// The first request fetches; those that come meanwhile wait for it.
BOOST_AUTO_TEST_CASE(first)
{
    BOOST_TEST(!plan.usable(today));
    BOOST_TEST(next() == step::fetch);
    BOOST_TEST(next() == step::wait);
    BOOST_TEST(fetched_for(1h));
    BOOST_TEST(next() == step::use);
    BOOST_TEST(plan.usable(today));
}

// Credentials without an end are never fetched again.
BOOST_AUTO_TEST_CASE(without_end)
{
    next();
    BOOST_TEST(plan.on_fetched(std::nullopt, today, now, 0));
    pass(24h * 365);
    BOOST_TEST(next() == step::use);
}

// From 15 minutes before the end one request starts to fetch, and nobody waits; from 10 minutes on, all wait.
BOOST_AUTO_TEST_CASE(windows)
{
    next();
    fetched_for(1h);
    pass(45min - 1ms);
    BOOST_TEST(next() == step::use);
    pass(1ms);
    BOOST_TEST(next() == step::use_and_fetch);
    BOOST_TEST(next() == step::use);
    pass(5min - 1ms);
    BOOST_TEST(next() == step::use);
    pass(1ms);
    BOOST_TEST(next() == step::wait);
    fetched_for(1h);
    BOOST_TEST(next() == step::use);

    pass(50min);
    BOOST_TEST(next() == step::fetch);
    BOOST_TEST(next() == step::wait);
}

// Credentials that live for 15 minutes only are not fetched all the time.
BOOST_AUTO_TEST_CASE(short_life)
{
    next();
    fetched_for(15min);
    pass(7min + 30s - 1ms);
    BOOST_TEST(next() == step::use);
    pass(1ms);
    BOOST_TEST(next() == step::use_and_fetch);
    pass(3min + 45s);
    BOOST_TEST(next() == step::wait);
}

// A source that gives the same credentials again and again, ever shorter before their end, is asked once in a while.
BOOST_AUTO_TEST_CASE(same_again)
{
    next();
    timestamp const end = today + 4min;
    plan.on_fetched(end, today, now, 0);
    int fetches = 0;
    for (; today < end; pass(100ms)) {
        step const what = next();
        if (what == step::fetch || what == step::use_and_fetch) {
            ++fetches;
            plan.on_fetched(end, today, now, 0);
        }
    }
    BOOST_TEST(fetches <= 15);
    BOOST_TEST(fetches >= 3);
    BOOST_TEST(!plan.usable(today));
    BOOST_TEST(next() == step::fetch);
}

// Credentials that have ended already are a failure.
BOOST_AUTO_TEST_CASE(ended_already)
{
    next();
    BOOST_TEST(!fetched_for(0ms));
    BOOST_TEST(!plan.usable(today));
    BOOST_TEST(next() == step::fail);
}

// After a failure the source is left alone for a time that doubles up to its limit; of it, half is random.
BOOST_AUTO_TEST_CASE(back_off)
{
    next();
    for (std::chrono::milliseconds const delay :
         {1000ms, 2000ms, 4000ms, 8000ms, 16'000ms, 32'000ms, 60'000ms, 60'000ms}) {
        plan.on_failed(now, 0);
        BOOST_TEST(next() == step::fail);
        pass(delay / 2 - 1ms);
        BOOST_TEST(next() == step::fail);
        pass(1ms);
        BOOST_TEST(next() == step::fetch);
    }
    plan.on_failed(now, 0.5);
    pass(45s - 1ms);
    BOOST_TEST(next() == step::fail);
    pass(1ms);
    BOOST_TEST(next() == step::fetch);

    // Success begins anew.
    fetched_for(1h);
    pass(1h);
    BOOST_TEST(next() == step::fetch);
    plan.on_failed(now, 0);
    pass(500ms);
    BOOST_TEST(next() == step::fetch);
}

// While old credentials are valid they are used on after a failure, in both windows, and no longer.
BOOST_AUTO_TEST_CASE(failure_with_credentials)
{
    next();
    fetched_for(1h);
    pass(46min);
    BOOST_TEST(next() == step::use_and_fetch);
    plan.on_failed(now, 0);
    BOOST_TEST(next() == step::use);
    pass(500ms);
    BOOST_TEST(next() == step::use_and_fetch);
    plan.on_failed(now, 0);
    pass(5min);
    BOOST_TEST(next() == step::fetch);
    plan.on_failed(now, 0);
    BOOST_TEST(plan.usable(today));
    BOOST_TEST(next() == step::use);
    pass(10min);
    BOOST_TEST(!plan.usable(today));
    BOOST_TEST(next() == step::fetch);
    plan.on_failed(now, 0);
    BOOST_TEST(next() == step::fail);
}

// What the service refuses is not used again, whatever its end; not after a failure either.
BOOST_AUTO_TEST_CASE(refused)
{
    next();
    fetched_for(1h);
    plan.expire();
    BOOST_TEST(!plan.usable(today));
    BOOST_TEST(next() == step::fetch);
    plan.on_failed(now, 0);
    BOOST_TEST(next() == step::fail);
    pass(500ms);
    BOOST_TEST(next() == step::fetch);
    fetched_for(1h);
    BOOST_TEST(next() == step::use);
}

// A fetch that was lost is started again at once.
BOOST_AUTO_TEST_CASE(dropped)
{
    next();
    plan.on_dropped();
    BOOST_TEST(next() == step::fetch);
}

// Times that make no sense are refused by name.
BOOST_AUTO_TEST_CASE(impossible_settings)
{
    auto const refused = [](auto change) {
        refresh_settings settings;
        change(settings);
        try {
            refresh_plan const made(settings);
        } catch (invalid_value const& error) {
            BOOST_TEST(error.code() == errc::invalid_option);
            return std::string(error.what());
        }
        return std::string("accepted");
    };
    BOOST_TEST(refused([](auto&) {}) == "accepted");
    BOOST_TEST(refused([](auto& s) {
                   s.advisory_window = 0ms;
                   s.mandatory_window = 0ms;
               }) == "accepted");
    BOOST_TEST(refused([](auto& s) { s.advisory_window = -1ms; }).find("advisory_window") !=
               std::string::npos);
    BOOST_TEST(refused([](auto& s) { s.mandatory_window = 25h; }).find("mandatory_window") !=
               std::string::npos);
    BOOST_TEST(refused([](auto& s) { s.delay_base = 0ms; }).find("delay_base") != std::string::npos);
    BOOST_TEST(refused([](auto& s) { s.delay_max = 0ms; }).find("delay_max") != std::string::npos);
    BOOST_TEST(refused([](auto& s) { s.timeout = 999ms; }).find("timeout") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
