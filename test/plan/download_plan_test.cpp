#include "plan/download_plan.hpp"

#include "support/data.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <ostream>
#include <set>
#include <vector>

namespace glacier::plan {

static std::ostream& operator<<(std::ostream& stream, download_plan::step step)
{
    switch (step) {
    case download_plan::step::start:
        return stream << "start";
    case download_plan::step::wait:
        return stream << "wait";
    case download_plan::step::complete:
        return stream << "complete";
    case download_plan::step::fail:
        return stream << "fail";
    }
    return stream;
}

namespace {

using step = download_plan::step;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr download_plan::time_point begin{};

download_plan::limits attempts(int most)
{
    download_plan::limits allowed;
    allowed.attempts_max = most;
    return allowed;
}

download_plan::limits look_ahead(std::uint64_t pieces)
{
    download_plan::limits allowed = attempts(3);
    allowed.look_ahead_max = pieces;
    return allowed;
}

/// Starts the next range, which must be `piece`.
void start(download_plan& plan, std::uint64_t piece, std::size_t in_flight_max = 10,
           download_plan::time_point now = begin)
{
    auto const decision = plan.next(now, in_flight_max);
    BOOST_TEST_REQUIRE(decision.what == step::start);
    BOOST_TEST_REQUIRE(decision.piece == piece);
}

std::uint64_t first_undone_of(std::set<std::uint64_t> const& done)
{
    std::uint64_t first = 0;
    while (done.count(first) != 0)
        ++first;
    return first;
}

BOOST_AUTO_TEST_SUITE(download_plan_test)

// Ranges are as long as asked for, but for the last, and lie side by side.
BOOST_AUTO_TEST_CASE(ranges_cover_the_whole)
{
    download_plan const plan(10, 4, attempts(1));
    BOOST_TEST(plan.pieces() == 3U);
    BOOST_TEST(plan.bytes() == 10U);
    BOOST_TEST(plan.range_of(0).str() == "0-3");
    BOOST_TEST(plan.range_of(1).str() == "4-7");
    BOOST_TEST(plan.range_of(2).str() == "8-9");

    BOOST_TEST(download_plan(1, 4, attempts(1)).pieces() == 1U);
    BOOST_TEST(download_plan(1, 4, attempts(1)).range_of(0).str() == "0-0");
    BOOST_TEST(download_plan(4, 4, attempts(1)).pieces() == 1U);
    BOOST_TEST(download_plan(5, 4, attempts(1)).pieces() == 2U);
}

// What the service says of sizes may be anything.
BOOST_AUTO_TEST_CASE(largest_size)
{
    std::uint64_t const most = std::numeric_limits<std::uint64_t>::max();
    download_plan const plan(most, std::uint64_t(1) << 32U, attempts(1));
    BOOST_TEST(plan.pieces() == std::uint64_t(1) << 32U);
    BOOST_TEST(plan.range_of(plan.pieces() - 1).last() == most - 1);
}

// Ranges start from the front, as many at once as allowed; the next starts when one is done.
BOOST_AUTO_TEST_CASE(starts_as_many_as_allowed)
{
    download_plan plan(10, 2, attempts(1));
    start(plan, 0, 2);
    start(plan, 1, 2);
    BOOST_TEST(plan.next(begin, 2).what == step::wait);
    BOOST_TEST(plan.in_flight() == 2U);

    plan.on_done(1);
    start(plan, 2, 2);
    BOOST_TEST(plan.next(begin, 2).what == step::wait);
    plan.on_done(0);
    plan.on_done(2);
    start(plan, 3, 2);
    start(plan, 4, 2);
    plan.on_done(4);
    BOOST_TEST(plan.next(begin, 2).what == step::wait);
    plan.on_done(3);
    BOOST_TEST(plan.next(begin, 2).what == step::complete);
    BOOST_TEST(plan.next(begin, 2).what == step::complete);
}

// The number at once may change: those on their way stay, and new ones wait until there are fewer.
BOOST_AUTO_TEST_CASE(number_at_once_changes)
{
    download_plan plan(10, 1, attempts(1));
    start(plan, 0, 4);
    start(plan, 1, 4);
    start(plan, 2, 4);
    BOOST_TEST(plan.next(begin, 2).what == step::wait);
    plan.on_done(0);
    BOOST_TEST(plan.next(begin, 2).what == step::wait);
    plan.on_done(1);
    start(plan, 3, 2);
    BOOST_TEST(plan.next(begin, 2).what == step::wait);
    start(plan, 4, 3);
    start(plan, 5, 4);
    BOOST_TEST(plan.next(begin, 4).what == step::wait);
}

// Progress counts ranges and bytes that are done, the short last one with its own length, and those that were there.
BOOST_AUTO_TEST_CASE(counts_what_is_done)
{
    download_plan plan(10, 4, attempts(2));
    start(plan, 0);
    start(plan, 1);
    start(plan, 2);
    plan.on_done(2, true);
    BOOST_TEST(plan.pieces_done() == 1U);
    BOOST_TEST(plan.bytes_done() == 2U);
    BOOST_TEST(plan.pieces_resumed() == 1U);
    BOOST_TEST(plan.bytes_resumed() == 2U);
    plan.on_failed(1, true, begin);
    BOOST_TEST(plan.bytes_done() == 2U);
    plan.on_done(0);
    BOOST_TEST(plan.bytes_done() == 6U);
    BOOST_TEST(plan.repetitions() == 0U);
    start(plan, 1, 1, begin + seconds(1));
    BOOST_TEST(plan.repetitions() == 1U);
    plan.on_done(1);
    BOOST_TEST(plan.pieces_done() == 3U);
    BOOST_TEST(plan.bytes_done() == 10U);
    BOOST_TEST(plan.pieces_resumed() == 1U);
    BOOST_TEST(plan.bytes_resumed() == 2U);
}

// A range that failed comes again after a wait, before new ones; meanwhile the others go on.
BOOST_AUTO_TEST_CASE(failed_range_comes_again)
{
    download_plan plan(5, 1, attempts(3));
    start(plan, 0, 1);
    BOOST_TEST(plan.on_failed(0, true, begin));

    start(plan, 1, 1, begin + milliseconds(999));
    plan.on_done(1);
    auto const again = plan.next(begin + seconds(1), 1);
    BOOST_TEST(again.what == step::start);
    BOOST_TEST(again.piece == 0U);
    BOOST_TEST(again.attempt == 2);
    plan.on_done(0);
    auto const other = plan.next(begin + seconds(1), 1);
    BOOST_TEST(other.piece == 2U);
    BOOST_TEST(other.attempt == 1);
}

// With nothing else to do it is told when to look again.
BOOST_AUTO_TEST_CASE(waits_until_it_may_come_again)
{
    download_plan plan(2, 1, attempts(3));
    start(plan, 0);
    start(plan, 1);
    plan.on_failed(1, true, begin + milliseconds(500));
    BOOST_TEST((plan.next(begin + milliseconds(500), 10).until == begin + milliseconds(1'500)));
    plan.on_failed(0, true, begin);
    auto const decided = plan.next(begin + milliseconds(600), 10);
    BOOST_TEST(decided.what == step::wait);
    BOOST_TEST((decided.until == begin + seconds(1)));
    start(plan, 0, 10, begin + seconds(1));
    start(plan, 1, 10, begin + milliseconds(1'500));
    BOOST_TEST(!plan.next(begin + seconds(2), 10).until.has_value());
}

// A range in the way of the limit is not waited for by the clock.
BOOST_AUTO_TEST_CASE(no_time_while_full)
{
    download_plan plan(3, 1, attempts(3));
    start(plan, 0, 1);
    plan.on_failed(0, true, begin);
    start(plan, 1, 1);
    BOOST_TEST(!plan.next(begin, 1).until.has_value());
}

// The wait doubles with each failure of the same range, up to a limit.
BOOST_AUTO_TEST_CASE(waits_double)
{
    download_plan plan(1, 1, attempts(9));
    auto now = begin;
    for (int const expected : {1, 2, 4, 8, 16, 30, 30, 30}) {
        start(plan, 0, 1, now);
        BOOST_TEST(plan.on_failed(0, true, now));
        auto const decided = plan.next(now, 1);
        BOOST_TEST(decided.what == step::wait);
        BOOST_TEST_REQUIRE(decided.until.has_value());
        BOOST_TEST((*decided.until - now == seconds(expected)));
        now = *decided.until;
    }
    start(plan, 0, 1, now);
    BOOST_TEST(!plan.on_failed(0, true, now));
    BOOST_TEST(plan.next(now, 1).what == step::fail);
}

// Failures of one range do not count against another.
BOOST_AUTO_TEST_CASE(attempts_are_those_of_a_range)
{
    download_plan plan(2, 1, attempts(2));
    start(plan, 0);
    start(plan, 1);
    BOOST_TEST(plan.attempts_of(0) == 1);
    BOOST_TEST(plan.on_failed(0, true, begin));
    BOOST_TEST(plan.attempts_of(0) == 2);
    BOOST_TEST(plan.attempts_of(1) == 1);
    BOOST_TEST(plan.on_failed(1, true, begin));
    start(plan, 0, 10, begin + seconds(1));
    plan.on_done(0);
    BOOST_TEST(plan.attempts_of(0) == 1);
    start(plan, 1, 10, begin + seconds(1));
    plan.on_done(1);
    BOOST_TEST(plan.next(begin, 1).what == step::complete);
}

// What may not be repeated fails at once: nothing new starts, also no repetition, and those on their way end first.
BOOST_AUTO_TEST_CASE(failure_drains)
{
    download_plan plan(9, 1, attempts(5));
    start(plan, 0);
    start(plan, 1);
    start(plan, 2);
    start(plan, 3);
    BOOST_TEST(plan.on_failed(3, true, begin));
    BOOST_TEST(!plan.on_failed(0, false, begin));
    auto const decided = plan.next(begin + seconds(10), 10);
    BOOST_TEST(decided.what == step::wait);
    BOOST_TEST(!decided.until.has_value());
    BOOST_TEST(!plan.on_failed(1, true, begin));
    BOOST_TEST(plan.next(begin, 10).what == step::wait);
    plan.on_done(2);
    BOOST_TEST(plan.next(begin, 10).what == step::fail);
    BOOST_TEST(plan.pieces_done() == 1U);
}

// No range starts further ahead of the first one that is not done than allowed, whatever is done behind it.
BOOST_AUTO_TEST_CASE(look_ahead_is_bounded)
{
    download_plan plan(6, 1, look_ahead(3));
    start(plan, 0);
    start(plan, 1);
    start(plan, 2);
    BOOST_TEST(plan.next(begin, 10).what == step::wait);
    plan.on_done(1);
    plan.on_done(2);
    BOOST_TEST(plan.next(begin, 10).what == step::wait);
    plan.on_done(0);
    start(plan, 3);
    start(plan, 4);
    start(plan, 5);
    BOOST_TEST(plan.next(begin, 10).what == step::wait);
}

// A range that waits for its repetition holds up those beyond the look-ahead, not those within.
BOOST_AUTO_TEST_CASE(look_ahead_and_repetition)
{
    download_plan plan(6, 1, look_ahead(2));
    start(plan, 0);
    plan.on_failed(0, true, begin);
    start(plan, 1);
    plan.on_done(1);
    auto const decided = plan.next(begin, 10);
    BOOST_TEST(decided.what == step::wait);
    BOOST_TEST((decided.until == begin + seconds(1)));
    start(plan, 0, 10, begin + seconds(1));
    plan.on_done(0);
    start(plan, 2);
}

// Whatever happens in whatever order: no range starts twice at once or after it is done, the limits hold, and the end
// is the right one.
BOOST_AUTO_TEST_CASE(any_order_of_events)
{
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        glacier::test::number_source numbers(seed);
        std::uint64_t const pieces = 1 + numbers.below(12);
        download_plan::limits allowed = attempts(1 + static_cast<int>(numbers.below(4)));
        if (numbers.percent(50))
            allowed.look_ahead_max = 1 + numbers.below(4);
        download_plan plan(pieces, 1, allowed);
        std::vector<std::uint64_t> flying;
        std::map<std::uint64_t, int> started;
        std::set<std::uint64_t> done;
        auto now = begin;
        bool fatal = false;
        while (true) {
            std::size_t const in_flight_max = 1 + numbers.below(4);
            auto const decided = plan.next(now, in_flight_max);
            if (decided.what == step::complete) {
                BOOST_TEST(done.size() == pieces);
                BOOST_TEST(!fatal);
                break;
            }
            if (decided.what == step::fail) {
                BOOST_TEST(fatal);
                BOOST_TEST(flying.empty());
                break;
            }
            if (decided.what == step::start) {
                BOOST_TEST_REQUIRE(!fatal);
                bool const is_first = allowed.look_ahead_max && first_undone_of(done) == decided.piece;
                BOOST_TEST_REQUIRE((flying.size() < in_flight_max || (is_first && decided.attempt > 1)));
                BOOST_TEST_REQUIRE(std::count(flying.begin(), flying.end(), decided.piece) == 0);
                BOOST_TEST_REQUIRE(done.count(decided.piece) == 0U);
                BOOST_TEST_REQUIRE(++started[decided.piece] == decided.attempt);
                BOOST_TEST_REQUIRE(decided.attempt <= allowed.attempts_max);
                if (allowed.look_ahead_max)
                    BOOST_TEST_REQUIRE(decided.piece < first_undone_of(done) + *allowed.look_ahead_max);
                flying.push_back(decided.piece);
                continue;
            }
            if (flying.empty()) {
                // Otherwise nothing would ever happen again.
                BOOST_TEST_REQUIRE(decided.until.has_value());
                BOOST_TEST_REQUIRE((*decided.until > now));
                now = *decided.until;
                continue;
            }
            auto const ended = flying.begin() + static_cast<std::ptrdiff_t>(numbers.below(flying.size()));
            std::uint64_t const piece = *ended;
            flying.erase(ended);
            if (numbers.percent(30)) {
                bool const repeat = numbers.percent(90);
                bool const repeated = plan.on_failed(piece, repeat, now);
                fatal = fatal || !repeat || started[piece] == allowed.attempts_max;
                BOOST_TEST_REQUIRE(repeated == !fatal);
            } else {
                plan.on_done(piece);
                done.insert(piece);
            }
        }
    }
}

// Ranges that wait for those before them leave no place: the first one starts again all the same.
BOOST_AUTO_TEST_CASE(first_one_starts_again)
{
    download_plan plan(6, 1, look_ahead(4));
    start(plan, 0, 2);
    start(plan, 1, 2);
    plan.on_failed(0, true, begin);
    start(plan, 2, 2);
    auto const decided = plan.next(begin, 2);
    BOOST_TEST(decided.what == step::wait);
    BOOST_TEST((decided.until == begin + seconds(1)));
    start(plan, 0, 2, begin + seconds(1));
    BOOST_TEST(plan.in_flight() == 3U);
    // Not so another one: it is not waited for.
    plan.on_failed(2, true, begin + seconds(1));
    BOOST_TEST(plan.next(begin + seconds(9), 2).what == step::wait);
    plan.on_done(0);
    start(plan, 2, 2, begin + seconds(9));
}

// Where ranges are done in order only, none waits for ever, however few may be on their way.
BOOST_AUTO_TEST_CASE(in_order_to_the_end)
{
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        glacier::test::number_source numbers(seed);
        std::uint64_t const pieces = 1 + numbers.below(12);
        download_plan::limits allowed = attempts(1'000);
        allowed.look_ahead_max = 1 + numbers.below(5);
        download_plan plan(pieces, 1, allowed);
        std::set<std::uint64_t> flying;
        std::set<std::uint64_t> in_line;
        std::uint64_t next = 0;
        auto now = begin;
        while (next < pieces) {
            auto const decided = plan.next(now, 1 + numbers.below(5));
            if (decided.what == step::start) {
                flying.insert(decided.piece);
            } else if (!flying.empty()) {
                auto const ended =
                    std::next(flying.begin(), static_cast<std::ptrdiff_t>(numbers.below(flying.size())));
                if (numbers.percent(40))
                    plan.on_failed(*ended, true, now);
                else
                    in_line.insert(*ended);
                flying.erase(ended);
                for (; in_line.erase(next) != 0; ++next)
                    plan.on_done(next);
            } else {
                BOOST_TEST_REQUIRE(decided.until.has_value());
                now = *decided.until;
            }
        }
        BOOST_TEST(plan.next(now, 1).what == step::complete);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::plan
