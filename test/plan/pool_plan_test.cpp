#include "plan/pool_plan.hpp"

#include "support/data.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <ostream>
#include <set>
#include <vector>

namespace glacier::plan {

static std::ostream& operator<<(std::ostream& stream, pool_plan::step step)
{
    switch (step) {
    case pool_plan::step::reuse:
        return stream << "reuse";
    case pool_plan::step::open:
        return stream << "open";
    case pool_plan::step::wait:
        return stream << "wait";
    case pool_plan::step::refuse:
        return stream << "refuse";
    }
    return stream;
}

namespace {

using namespace std::chrono_literals;
using step = pool_plan::step;
using number = pool_plan::number;

pool_plan::time_point at(std::chrono::milliseconds time)
{
    return pool_plan::time_point(time);
}

pool_settings settings(std::size_t connections_max, std::size_t waiting_max = 100)
{
    pool_settings made;
    made.connections_max = connections_max;
    made.waiting_max = waiting_max;
    made.idle_max = 10s;
    made.life_max = 60s;
    return made;
}

/// The connections alone.
std::vector<number> take_expired(pool_plan& plan, pool_plan::time_point now)
{
    std::vector<number> taken;
    for (auto const& each : plan.take_expired(now))
        taken.push_back(each.connection);
    return taken;
}

BOOST_AUTO_TEST_SUITE(pool_plan_test)

// Connections are opened up to the limit; who comes then waits.
BOOST_AUTO_TEST_CASE(opens_up_to_the_limit)
{
    pool_plan plan(settings(2));
    auto const first = plan.acquire(at(0s));
    auto const second = plan.acquire(at(0s));
    BOOST_TEST(first.what == step::open);
    BOOST_TEST(second.what == step::open);
    BOOST_TEST(first.connection != second.connection);
    BOOST_TEST(plan.acquire(at(0s)).what == step::wait);
    BOOST_TEST(plan.open() == 2U);
    BOOST_TEST(plan.waiting() == 1U);
}

// A free connection is used before another one is opened, the last used first.
BOOST_AUTO_TEST_CASE(reuses_the_last_used_first)
{
    pool_plan plan(settings(5));
    number const first = plan.acquire(at(0s)).connection;
    number const second = plan.acquire(at(0s)).connection;
    BOOST_TEST(!plan.release(second, true, at(1s)).has_value());
    BOOST_TEST(!plan.release(first, true, at(2s)).has_value());
    BOOST_TEST(plan.idle() == 2U);

    auto const again = plan.acquire(at(3s));
    BOOST_TEST(again.what == step::reuse);
    BOOST_TEST(again.connection == first);
    auto const other = plan.acquire(at(3s));
    BOOST_TEST(other.what == step::reuse);
    BOOST_TEST(other.connection == second);
    BOOST_TEST(plan.acquire(at(3s)).what == step::open);
    BOOST_TEST(plan.open() == 3U);
}

// A connection that may not serve another request is gone, and makes room for a new one.
BOOST_AUTO_TEST_CASE(unusable_connection_is_gone)
{
    pool_plan plan(settings(1));
    number const first = plan.acquire(at(0s)).connection;
    BOOST_TEST(!plan.release(first, false, at(1s)).has_value());
    BOOST_TEST(plan.open() == 0U);
    BOOST_TEST(plan.idle() == 0U);
    // Its owner has closed it already.
    BOOST_TEST(take_expired(plan, at(1s)).empty());

    auto const next = plan.acquire(at(1s));
    BOOST_TEST(next.what == step::open);
    BOOST_TEST(next.connection != first);
}

// Who waits longest gets what becomes free: the connection itself, or the right to open another.
BOOST_AUTO_TEST_CASE(first_come_first_served)
{
    pool_plan plan(settings(2));
    number const first = plan.acquire(at(0s)).connection;
    number const second = plan.acquire(at(0s)).connection;
    number const waiter_1 = plan.acquire(at(0s)).ticket;
    number const waiter_2 = plan.acquire(at(0s)).ticket;
    number const waiter_3 = plan.acquire(at(0s)).ticket;

    auto const granted_1 = plan.release(second, true, at(1s));
    BOOST_TEST_REQUIRE(granted_1.has_value());
    BOOST_TEST(granted_1->ticket == waiter_1);
    BOOST_TEST(granted_1->given.what == step::reuse);
    BOOST_TEST(granted_1->given.connection == second);

    auto const granted_2 = plan.release(first, false, at(1s));
    BOOST_TEST_REQUIRE(granted_2.has_value());
    BOOST_TEST(granted_2->ticket == waiter_2);
    BOOST_TEST(granted_2->given.what == step::open);
    BOOST_TEST(granted_2->given.connection != first);
    BOOST_TEST(plan.open() == 2U);

    auto const granted_3 = plan.release(granted_2->given.connection, true, at(1s));
    BOOST_TEST_REQUIRE(granted_3.has_value());
    BOOST_TEST(granted_3->ticket == waiter_3);
    BOOST_TEST(plan.waiting() == 0U);
}

// Nobody passes those who wait already.
BOOST_AUTO_TEST_CASE(newcomers_queue_up_behind)
{
    pool_plan plan(settings(1));
    number const first = plan.acquire(at(0s)).connection;
    number const early = plan.acquire(at(0s)).ticket;
    auto const late = plan.acquire(at(0s));
    BOOST_TEST(late.what == step::wait);
    BOOST_TEST(late.ticket != early);
    BOOST_TEST(plan.release(first, true, at(1s))->ticket == early);
    BOOST_TEST(plan.acquire(at(1s)).what == step::wait);
    BOOST_TEST(plan.release(first, true, at(1s))->ticket == late.ticket);
}

// More than so many do not wait: they are refused at once.
BOOST_AUTO_TEST_CASE(too_many_waiting_are_refused)
{
    pool_plan plan(settings(1, 2));
    number const first = plan.acquire(at(0s)).connection;
    BOOST_TEST(plan.acquire(at(0s)).what == step::wait);
    BOOST_TEST(plan.acquire(at(0s)).what == step::wait);
    BOOST_TEST(plan.acquire(at(0s)).what == step::refuse);
    BOOST_TEST(plan.waiting() == 2U);

    plan.release(first, true, at(0s));
    BOOST_TEST(plan.acquire(at(0s)).what == step::wait);
    BOOST_TEST(plan.acquire(at(0s)).what == step::refuse);
}

// With no room for waiting, an operation gets a connection or is refused.
BOOST_AUTO_TEST_CASE(waiting_can_be_turned_off)
{
    pool_plan plan(settings(1, 0));
    number const first = plan.acquire(at(0s)).connection;
    BOOST_TEST(plan.acquire(at(0s)).what == step::refuse);
    plan.release(first, true, at(0s));
    BOOST_TEST(plan.acquire(at(0s)).what == step::reuse);
}

// Who gave up waiting is passed over, wherever in the queue; the others keep their order.
BOOST_AUTO_TEST_CASE(who_gave_up_is_passed_over)
{
    pool_plan plan(settings(1));
    number const connection = plan.acquire(at(0s)).connection;
    number const waiter_1 = plan.acquire(at(0s)).ticket;
    number const waiter_2 = plan.acquire(at(0s)).ticket;
    number const waiter_3 = plan.acquire(at(0s)).ticket;
    number const waiter_4 = plan.acquire(at(0s)).ticket;
    plan.give_up(waiter_1);
    plan.give_up(waiter_3);
    BOOST_TEST(plan.waiting() == 2U);

    BOOST_TEST(plan.release(connection, true, at(0s))->ticket == waiter_2);
    BOOST_TEST(plan.release(connection, true, at(0s))->ticket == waiter_4);
    BOOST_TEST(!plan.release(connection, true, at(0s)).has_value());
    BOOST_TEST(plan.idle() == 1U);
}

// Giving up twice, or after the grant, changes nothing.
BOOST_AUTO_TEST_CASE(giving_up_late_changes_nothing)
{
    pool_plan plan(settings(1));
    number const connection = plan.acquire(at(0s)).connection;
    number const waiter_1 = plan.acquire(at(0s)).ticket;
    number const waiter_2 = plan.acquire(at(0s)).ticket;
    BOOST_TEST(plan.release(connection, true, at(0s))->ticket == waiter_1);
    plan.give_up(waiter_1);
    BOOST_TEST(plan.waiting() == 1U);
    plan.give_up(waiter_2);
    plan.give_up(waiter_2);
    BOOST_TEST(plan.waiting() == 0U);
    BOOST_TEST(plan.open() == 1U);
}

// An unused connection is not used again after idle_max, but handed out to be closed, once.
BOOST_AUTO_TEST_CASE(idle_connections_expire)
{
    pool_plan plan(settings(5));
    number const first = plan.acquire(at(0s)).connection;
    number const second = plan.acquire(at(0s)).connection;
    plan.release(first, true, at(1s));
    plan.release(second, true, at(5s));

    BOOST_TEST(take_expired(plan, at(11s) - 1ms).empty());
    std::vector<number> const expected{first};
    BOOST_TEST(take_expired(plan, at(11s)) == expected, boost::test_tools::per_element());
    BOOST_TEST(take_expired(plan, at(11s)).empty());
    BOOST_TEST(plan.open() == 1U);
    BOOST_TEST(plan.idle() == 1U);

    auto const next = plan.acquire(at(15s) - 1ms);
    BOOST_TEST(next.what == step::reuse);
    BOOST_TEST(next.connection == second);
}

// An operation never gets an expired connection; what it passes over is still handed out to be closed.
BOOST_AUTO_TEST_CASE(acquire_passes_over_expired_connections)
{
    pool_plan plan(settings(1));
    number const first = plan.acquire(at(0s)).connection;
    plan.release(first, true, at(0s));

    auto const next = plan.acquire(at(10s));
    BOOST_TEST(next.what == step::open);
    BOOST_TEST(next.connection != first);
    BOOST_TEST(plan.open() == 1U);
    std::vector<number> const expected{first};
    BOOST_TEST(take_expired(plan, at(10s)) == expected, boost::test_tools::per_element());
}

// Expired connections add up until somebody takes them.
BOOST_AUTO_TEST_CASE(expired_connections_are_kept_until_taken)
{
    pool_plan plan(settings(1));
    std::vector<number> opened;
    for (int i = 0; i < 3; ++i) {
        auto const given = plan.acquire(at(i * 20s));
        BOOST_TEST(given.what == step::open);
        opened.push_back(given.connection);
        plan.release(given.connection, true, at(i * 20s));
    }
    BOOST_TEST(take_expired(plan, at(60s)) == opened, boost::test_tools::per_element());
}

// A connection is not used any more after life_max, however busy it was.
BOOST_AUTO_TEST_CASE(old_connections_expire)
{
    pool_plan plan(settings(1));
    number const first = plan.acquire(at(0s)).connection;
    for (auto time = 5s; time < 60s; time += 5s) {
        plan.release(first, true, at(time));
        auto const again = plan.acquire(at(time));
        BOOST_TEST(again.what == step::reuse);
        BOOST_TEST(again.connection == first);
    }
    BOOST_TEST(!plan.release(first, true, at(60s)).has_value());
    BOOST_TEST(plan.idle() == 0U);
    BOOST_TEST(plan.open() == 0U);
    std::vector<number> const expected{first};
    BOOST_TEST(take_expired(plan, at(60s)) == expected, boost::test_tools::per_element());
}

// An idle connection that gets too old in the pool expires although it was used a moment ago.
BOOST_AUTO_TEST_CASE(idle_connection_reaches_its_age)
{
    pool_plan plan(settings(1));
    number const first = plan.acquire(at(0s)).connection;
    plan.release(first, true, at(58s));
    BOOST_TEST(take_expired(plan, at(60s) - 1ms).empty());
    BOOST_TEST(plan.acquire(at(60s)).what == step::open);
    BOOST_TEST(take_expired(plan, at(60s)).size() == 1U);
}

// Who waits does not get a connection that is too old, but opens a new one.
BOOST_AUTO_TEST_CASE(waiting_operation_does_not_get_an_old_connection)
{
    pool_plan plan(settings(1));
    number const first = plan.acquire(at(0s)).connection;
    number const waiter = plan.acquire(at(0s)).ticket;
    auto const granted = plan.release(first, true, at(60s));
    BOOST_TEST_REQUIRE(granted.has_value());
    BOOST_TEST(granted->ticket == waiter);
    BOOST_TEST(granted->given.what == step::open);
    BOOST_TEST(granted->given.connection != first);
    BOOST_TEST(plan.open() == 1U);
    std::vector<number> const expected{first};
    BOOST_TEST(take_expired(plan, at(60s)) == expected, boost::test_tools::per_element());
}

// The age counts from when the connection was asked for, by whom it was asked for.
BOOST_AUTO_TEST_CASE(granted_connection_has_its_own_age)
{
    pool_plan plan(settings(1));
    number const first = plan.acquire(at(0s)).connection;
    plan.acquire(at(0s));
    number const second = plan.release(first, false, at(30s))->given.connection;
    plan.release(second, true, at(85s));
    auto const again = plan.acquire(at(89s));
    BOOST_TEST(again.what == step::reuse);
    BOOST_TEST(again.connection == second);
    plan.release(second, true, at(90s));
    BOOST_TEST(plan.idle() == 0U);
}

// Whatever happens in whatever order: never above the limits, no connection in two hands, first come first
// served, no expired connection used, and each one that is opened is closed once.
BOOST_AUTO_TEST_CASE(random_orders_of_events)
{
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        test::number_source numbers(seed);
        std::size_t const connections_max = 1 + numbers.below(4);
        std::size_t const waiting_max = numbers.below(6);
        pool_plan plan(settings(connections_max, waiting_max));
        auto now = 0ms;

        std::map<number, std::chrono::milliseconds> opened; // with the time
        std::map<number, std::chrono::milliseconds> idle; // with the time since
        std::set<number> used;
        std::deque<number> queue;

        auto const take = [&](pool_plan::decision const& given) {
            if (given.what == step::open) {
                BOOST_TEST_REQUIRE(opened.emplace(given.connection, now).second, "a number was given twice");
            } else {
                BOOST_TEST_REQUIRE(given.what == step::reuse);
                BOOST_TEST_REQUIRE((now - opened.at(given.connection) < 60s), "too old");
                auto const found = idle.find(given.connection);
                if (found != idle.end()) {
                    BOOST_TEST_REQUIRE((now - found->second < 10s), "idle for too long");
                    idle.erase(found);
                }
            }
            BOOST_TEST_REQUIRE(used.insert(given.connection).second, "one connection in two hands");
        };

        for (int event = 0; event < 400; ++event) {
            now += std::chrono::milliseconds(numbers.below(3'000));
            switch (numbers.below(4)) {
            case 0:
            case 1: {
                auto const given = plan.acquire(at(now));
                if (given.what == step::wait) {
                    BOOST_TEST_REQUIRE(queue.size() < waiting_max);
                    BOOST_TEST_REQUIRE(used.size() == connections_max, "waits although there is a place");
                    queue.push_back(given.ticket);
                } else if (given.what == step::refuse) {
                    BOOST_TEST_REQUIRE(queue.size() == waiting_max);
                    BOOST_TEST_REQUIRE(used.size() == connections_max, "refused although there is a place");
                } else {
                    BOOST_TEST_REQUIRE(queue.empty(), "passed those who wait");
                    take(given);
                }
                break;
            }
            case 2:
                if (!used.empty()) {
                    number const connection =
                        *std::next(used.begin(), static_cast<std::ptrdiff_t>(numbers.below(used.size())));
                    bool const reusable = numbers.percent(70);
                    used.erase(connection);
                    auto const granted = plan.release(connection, reusable, at(now));
                    bool const usable = reusable && now - opened.at(connection) < 60s;
                    if (!reusable)
                        opened.erase(connection);
                    BOOST_TEST_REQUIRE(granted.has_value() == !queue.empty());
                    if (granted) {
                        BOOST_TEST_REQUIRE(granted->ticket == queue.front(), "not the first of the queue");
                        queue.pop_front();
                        BOOST_TEST_REQUIRE((granted->given.what == (usable ? step::reuse : step::open)));
                        take(granted->given);
                    } else if (usable) {
                        idle.emplace(connection, now);
                    }
                }
                break;
            default:
                if (!queue.empty() && numbers.percent(50)) {
                    auto const who = queue.begin() + static_cast<std::ptrdiff_t>(numbers.below(queue.size()));
                    plan.give_up(*who);
                    queue.erase(who);
                } else {
                    for (number const expired : take_expired(plan, at(now))) {
                        BOOST_TEST_REQUIRE(opened.erase(expired) == 1U, "closed twice, or never opened");
                        BOOST_TEST_REQUIRE(used.count(expired) == 0U, "closed while it is used");
                        idle.erase(expired);
                    }
                    for (auto const& [connection, since] : idle)
                        BOOST_TEST_REQUIRE((now - since < 10s && now - opened.at(connection) < 60s));
                }
                break;
            }
            BOOST_TEST_REQUIRE(plan.open() <= connections_max);
            BOOST_TEST_REQUIRE(plan.open() == used.size() + plan.idle());
            BOOST_TEST_REQUIRE(plan.waiting() == queue.size());
        }
    }
}

// Why a connection is closed is told with it: unused for too long, or too old.
BOOST_AUTO_TEST_CASE(reasons_of_expiry)
{
    pool_plan plan(settings(3));
    number const unused = plan.acquire(at(0s)).connection;
    number const old_idle = plan.acquire(at(0s)).connection;
    number const old_used = plan.acquire(at(0s)).connection;
    plan.release(unused, true, at(0s));
    plan.release(old_idle, true, at(55s));
    plan.release(old_used, true, at(60s));

    std::map<number, connection_close_reason> reasons;
    for (auto const& each : plan.take_expired(at(60s)))
        reasons[each.connection] = each.reason;
    BOOST_TEST(reasons.size() == 3U);
    BOOST_TEST((reasons[unused] == connection_close_reason::idle));
    BOOST_TEST((reasons[old_idle] == connection_close_reason::life));
    BOOST_TEST((reasons[old_used] == connection_close_reason::life));
}

// A place is opened ahead only if there is one and nobody waits for it.
BOOST_AUTO_TEST_CASE(opened_ahead)
{
    pool_plan plan(settings(2));
    auto const ahead = plan.open_ahead(at(0s));
    BOOST_TEST_REQUIRE(ahead.has_value());
    BOOST_TEST(plan.open() == 1U);
    number const used = plan.acquire(at(0s)).connection;
    BOOST_TEST(!plan.open_ahead(at(0s)).has_value());

    BOOST_TEST(!plan.release(*ahead, true, at(0s)).has_value());
    auto const given = plan.acquire(at(1s));
    BOOST_TEST(given.what == step::reuse);
    BOOST_TEST(given.connection == *ahead);

    plan.acquire(at(1s));
    plan.release(used, false, at(1s));
    BOOST_TEST(!plan.open_ahead(at(1s)).has_value());
}

// Connections that expired make room for those that are opened ahead.
BOOST_AUTO_TEST_CASE(opened_ahead_instead_of_expired)
{
    pool_plan plan(settings(1));
    number const first = plan.acquire(at(0s)).connection;
    plan.release(first, true, at(0s));
    BOOST_TEST(!plan.open_ahead(at(9s)).has_value());
    BOOST_TEST(plan.open_ahead(at(10s)).has_value());
    BOOST_TEST(take_expired(plan, at(10s)) == std::vector<number>{first}, boost::test_tools::per_element());
}

// The life of a connection that replaces another begins with itself.
BOOST_AUTO_TEST_CASE(renewed_connection)
{
    pool_plan plan(settings(1));
    number const first = plan.acquire(at(0s)).connection;
    plan.renew(first, at(50s));
    plan.release(first, true, at(100s));
    BOOST_TEST(plan.acquire(at(105s)).what == step::reuse);
    plan.release(first, true, at(110s));
    BOOST_TEST(plan.idle() == 0U);
}

// Waiting ends at its limit, first come first; those who come later have their own time.
BOOST_AUTO_TEST_CASE(waits_that_are_overdue)
{
    pool_plan plan(settings(1), 5s);
    BOOST_TEST(!plan.next_overdue().has_value());
    number const connection = plan.acquire(at(0s)).connection;
    number const first = plan.acquire(at(0s)).ticket;
    number const second = plan.acquire(at(1s)).ticket;
    number const third = plan.acquire(at(2s)).ticket;
    BOOST_TEST((plan.next_overdue() == at(5s)));

    BOOST_TEST(plan.take_overdue(at(5s) - 1ms).empty());
    plan.give_up(first);
    BOOST_TEST((plan.next_overdue() == at(6s)));
    BOOST_TEST(plan.take_overdue(at(6s)) == std::vector<number>{second}, boost::test_tools::per_element());
    BOOST_TEST(plan.release(connection, true, at(6s))->ticket == third);
    BOOST_TEST(plan.take_overdue(at(60s)).empty());
    BOOST_TEST(plan.waiting() == 0U);
}

// Without a limit nobody waits for too long.
BOOST_AUTO_TEST_CASE(waits_without_limit)
{
    pool_plan plan(settings(1));
    plan.acquire(at(0s));
    plan.acquire(at(0s));
    BOOST_TEST(!plan.next_overdue().has_value());
    BOOST_TEST(plan.take_overdue(at(24h)).empty());
    BOOST_TEST(plan.waiting() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::plan
