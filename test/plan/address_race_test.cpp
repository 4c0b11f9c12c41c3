#include "plan/address_race.hpp"

#include "support/data.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace glacier::plan {
namespace {

using namespace std::chrono_literals;
using step = address_race::step;

address_race::time_point at(std::chrono::milliseconds time)
{
    return address_race::time_point(time);
}

std::vector<host_address> addresses(std::vector<std::string> const& texts)
{
    std::vector<host_address> made;
    for (std::string const& text : texts) {
        host_address each;
        each.text = text;
        each.is_v6 = text.find(':') != std::string::npos;
        made.push_back(each);
    }
    return made;
}

void check_start(address_race& race, std::chrono::milliseconds now, std::size_t address)
{
    auto const decided = race.next(at(now));
    BOOST_TEST((decided.what == step::start), "at " << now.count());
    BOOST_TEST(decided.address == address);
}

void check_wait(address_race& race, std::chrono::milliseconds now, std::chrono::milliseconds until)
{
    auto const decided = race.next(at(now));
    BOOST_TEST((decided.what == step::wait), "at " << now.count());
    BOOST_TEST((decided.until == at(until)));
}

BOOST_AUTO_TEST_SUITE(address_race_test)

// Families take turns, that of the first address first; each keeps its order, and what is left over comes last.
BOOST_AUTO_TEST_CASE(families_take_turns)
{
    BOOST_TEST((interleave_families(addresses({"::1", "::2", "::3", "10.0.0.1"})) ==
                addresses({"::1", "10.0.0.1", "::2", "::3"})));
    BOOST_TEST((interleave_families(addresses({"10.0.0.1", "10.0.0.2", "::1", "::2", "10.0.0.3"})) ==
                addresses({"10.0.0.1", "::1", "10.0.0.2", "::2", "10.0.0.3"})));
    BOOST_TEST(
        (interleave_families(addresses({"10.0.0.2", "10.0.0.1"})) == addresses({"10.0.0.2", "10.0.0.1"})));
    BOOST_TEST(interleave_families({}).empty());
}

// The next address is tried when the one before was for 250 ms, beside it.
BOOST_AUTO_TEST_CASE(next_after_a_while)
{
    address_race race(3, 10s, at(0ms));
    check_start(race, 0ms, 0);
    check_wait(race, 0ms, 250ms);
    check_wait(race, 249ms, 250ms);
    check_start(race, 250ms, 1);
    check_wait(race, 260ms, 500ms);
    check_start(race, 600ms, 2);
    check_wait(race, 600ms, 10s);
}

// After a failure the next one is tried at once, whether others run or not; its own turn then lasts as long.
BOOST_AUTO_TEST_CASE(next_after_a_failure)
{
    address_race race(4, 10s, at(0ms));
    check_start(race, 0ms, 0);
    race.on_failed();
    check_start(race, 10ms, 1);
    check_wait(race, 10ms, 260ms);
    check_start(race, 260ms, 2);
    race.on_failed();
    check_start(race, 270ms, 3);
    check_wait(race, 270ms, 10s);
}

// It is lost when all have failed, and not before.
BOOST_AUTO_TEST_CASE(all_failed)
{
    address_race race(2, 10s, at(0ms));
    check_start(race, 0ms, 0);
    check_start(race, 250ms, 1);
    race.on_failed();
    check_wait(race, 300ms, 10s);
    race.on_failed();
    BOOST_TEST((race.next(at(301ms)).what == step::all_failed));
    BOOST_TEST((address_race(0, 10s, at(0ms)).next(at(0ms)).what == step::all_failed));
}

// The limit is that of all together, and begins with the race; there may be none.
BOOST_AUTO_TEST_CASE(limit)
{
    address_race race(2, 400ms, at(1s));
    check_start(race, 1s, 0);
    check_start(race, 1'250ms, 1);
    check_wait(race, 1'399ms, 1'400ms);
    BOOST_TEST((race.next(at(1'400ms)).what == step::timed_out));

    address_race patient(1, 0ms, at(0ms));
    check_start(patient, 0ms, 0);
    auto const decided = patient.next(at(1h));
    BOOST_TEST((decided.what == step::wait));
    BOOST_TEST((decided.until == address_race::time_point::max()));
}

// In every order of events each address is tried once at most, in order, and the race ends.
BOOST_AUTO_TEST_CASE(random_orders_of_events)
{
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        test::number_source numbers(seed);
        std::size_t const count = numbers.below(6);
        address_race race(count, 5s, at(0ms));
        auto now = 0ms;
        auto last_start = -1h + 0ms;
        std::size_t started = 0;
        std::size_t running = 0;
        bool failed_since = false;
        for (bool over = false; !over;) {
            auto const decided = race.next(at(now));
            switch (decided.what) {
            case step::start:
                BOOST_TEST_REQUIRE(decided.address == started);
                BOOST_TEST_REQUIRE((running == 0 || failed_since || now - last_start >= 250ms));
                ++started;
                ++running;
                last_start = now;
                failed_since = false;
                break;
            case step::wait:
                BOOST_TEST_REQUIRE(running > 0U);
                BOOST_TEST_REQUIRE((decided.until > at(now)));
                if (numbers.percent(40)) {
                    race.on_failed();
                    --running;
                    failed_since = true;
                } else {
                    now = std::chrono::duration_cast<std::chrono::milliseconds>(
                        decided.until.time_since_epoch());
                }
                break;
            case step::all_failed:
                BOOST_TEST_REQUIRE(running == 0U);
                BOOST_TEST_REQUIRE(started == count);
                over = true;
                break;
            case step::timed_out:
                BOOST_TEST_REQUIRE((now >= 5s));
                over = true;
                break;
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::plan
