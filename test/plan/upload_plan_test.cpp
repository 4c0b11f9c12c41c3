#include "plan/upload_plan.hpp"

#include "support/data.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <ostream>
#include <random>
#include <set>
#include <vector>

namespace glacier::plan {

static std::ostream& operator<<(std::ostream& stream, upload_plan::step step)
{
    switch (step) {
    case upload_plan::step::hash:
        return stream << "hash";
    case upload_plan::step::send:
        return stream << "send";
    case upload_plan::step::read:
        return stream << "read";
    case upload_plan::step::wait:
        return stream << "wait";
    case upload_plan::step::complete:
        return stream << "complete";
    case upload_plan::step::fail:
        return stream << "fail";
    }
    return stream;
}

namespace {

using step = upload_plan::step;
using group = std::vector<std::uint64_t>;

constexpr std::uint64_t mib = 1'048'576;

upload_plan_settings settings_of(std::uint64_t part_bytes = mib, std::size_t group_max = 16)
{
    upload_plan_settings settings(part_bytes);
    settings.group_max = group_max;
    return settings;
}

struct plan_fixture {
    /// Hashes the next group, which must be `expected`.
    void hash(group const& expected)
    {
        begin_hashing(expected);
        for (std::uint64_t const part : expected)
            plan.on_hashed(part);
    }

    void begin_hashing(group const& expected)
    {
        auto const decided = plan.next(now, in_flight_max);
        BOOST_TEST_REQUIRE(decided.what == step::hash);
        BOOST_TEST(decided.group == expected, boost::test_tools::per_element());
    }

    /// Starts the next part, which must be `part`.
    void send(std::uint64_t part)
    {
        auto const decided = plan.next(now, in_flight_max);
        BOOST_TEST_REQUIRE(decided.what == step::send);
        BOOST_TEST(decided.part == part);
    }

    void read(std::uint64_t bytes)
    {
        expect(step::read);
        plan.on_read(bytes);
    }

    void expect(step what) { BOOST_TEST(plan.next(now, in_flight_max).what == what); }

    upload_plan plan{4 * mib, settings_of()};
    upload_plan::time_point now;
    std::size_t in_flight_max = 2;
};

BOOST_FIXTURE_TEST_SUITE(upload_plan_test, plan_fixture)

// Parts are as long as asked for, but for the last, and lie side by side.
BOOST_AUTO_TEST_CASE(parts_cover_the_whole)
{
    upload_plan const made(10, settings_of(4));
    BOOST_TEST(made.parts() == 3U);
    BOOST_TEST(made.range_of(0).str() == "0-3");
    BOOST_TEST(made.range_of(2).str() == "8-9");
    BOOST_TEST(upload_plan(1, settings_of(4)).parts() == 1U);
    BOOST_TEST(upload_plan(4, settings_of(4)).parts() == 1U);
    BOOST_TEST(upload_plan(5, settings_of(4)).parts() == 2U);
}

// The largest archive has 10,000 parts.
BOOST_AUTO_TEST_CASE(largest_archive)
{
    std::uint64_t const part = std::uint64_t(4) << 30U;
    upload_plan const made(10'000 * part, settings_of(part));
    BOOST_TEST(made.parts() == 10'000U);
    BOOST_TEST(made.range_of(9'999).last() == 10'000 * part - 1);
}

// Nothing is sent before it is hashed; the first group is as small as what may be on its way.
BOOST_AUTO_TEST_CASE(hashed_then_sent)
{
    begin_hashing({0, 1});
    expect(step::wait);
    plan.on_hashed(0);
    plan.on_hashed(1);
    send(0);
    send(1);
    begin_hashing({2, 3});
    expect(step::wait);
    plan.on_sent(1);
    expect(step::wait);
    plan.on_hashed(2);
    plan.on_hashed(3);
    send(2);
    expect(step::wait);
    plan.on_sent(0);
    send(3);
    plan.on_sent(2);
    expect(step::wait);
    plan.on_sent(3);
    expect(step::complete);
    BOOST_TEST(plan.parts_done() == 4U);
    BOOST_TEST(plan.bytes_done() == 4 * mib);
    BOOST_TEST(plan.repetitions() == 0U);
}

// One group is hashed while another one waits to be sent, and no more.
BOOST_AUTO_TEST_CASE(two_groups_ahead)
{
    plan = upload_plan(100 * mib, settings_of(mib, 4));
    in_flight_max = 1;
    hash({0});
    send(0);
    hash({1, 2, 3, 4});
    hash({5, 6, 7, 8});
    // Eight are ready.
    expect(step::wait);
    plan.on_sent(0);
    for (std::uint64_t part = 1; part <= 4; ++part) {
        send(part);
        plan.on_sent(part);
    }
    send(5);
    begin_hashing({9, 10, 11, 12});
    expect(step::wait);
}

// A group has no more content than the system can be expected to keep in memory; the largest part is one alone.
BOOST_AUTO_TEST_CASE(groups_by_content)
{
    in_flight_max = 1'000;
    plan = upload_plan(10'000 * 32 * mib, settings_of(32 * mib));
    BOOST_TEST(plan.next(now, in_flight_max).group.size() == 16U);
    plan = upload_plan(10'000 * 64 * mib, settings_of(64 * mib));
    BOOST_TEST(plan.next(now, in_flight_max).group.size() == 8U);
    plan = upload_plan(10'000 * 4096 * mib, settings_of(4096 * mib));
    BOOST_TEST(plan.next(now, in_flight_max).group.size() == 1U);
}

// As many parts are on their way as there may be at each moment.
BOOST_AUTO_TEST_CASE(fewer_and_more_in_flight)
{
    in_flight_max = 4;
    hash({0, 1, 2, 3});
    send(0);
    send(1);
    send(2);
    in_flight_max = 1;
    expect(step::wait);
    plan.on_sent(0);
    plan.on_sent(1);
    expect(step::wait);
    plan.on_sent(2);
    send(3);
}

// Parts whose hashes are known go at once; those that the service has do not go.
BOOST_AUTO_TEST_CASE(known_parts)
{
    plan.set_hashed(3);
    plan.set_done(0);
    plan.set_done(2);
    BOOST_TEST(plan.parts_done() == 2U);
    BOOST_TEST(plan.bytes_done() == 2 * mib);
    send(3);
    hash({1});
    send(1);
    plan.on_sent(3);
    plan.on_sent(1);
    expect(step::complete);
}

// With everything at the service there is nothing to do.
BOOST_AUTO_TEST_CASE(all_done_before)
{
    for (std::uint64_t part = 0; part < 4; ++part)
        plan.set_done(part);
    expect(step::complete);
}

// A part that turns out to be at the service is not sent.
BOOST_AUTO_TEST_CASE(hashed_and_there)
{
    begin_hashing({0, 1});
    plan.on_hashed(0, true);
    plan.on_hashed(1, false);
    BOOST_TEST(plan.parts_done() == 1U);
    send(1);
    hash({2, 3});
    send(2);
}

// A part that failed is sent again alone, after a wait, and then before those that come later.
BOOST_AUTO_TEST_CASE(repeated)
{
    hash({0, 1});
    send(0);
    BOOST_TEST(plan.on_failed(0, true, now));
    BOOST_TEST(plan.attempts(0) == 1);
    send(1);
    hash({2, 3});
    now += std::chrono::seconds(1);
    send(0);
    BOOST_TEST(plan.attempts(0) == 2);
    BOOST_TEST(plan.repetitions() == 1U);
    plan.on_sent(1);
    send(2);
    plan.on_sent(0);
    send(3);
    plan.on_sent(2);
    plan.on_sent(3);
    expect(step::complete);
    BOOST_TEST(plan.attempts(0) == 2);
    BOOST_TEST(plan.attempts(3) == 1);
}

// Five times in all, with waits of 1, 2, 4 and 8 seconds in between; then the upload fails when the others have ended.
BOOST_AUTO_TEST_CASE(repeated_in_vain)
{
    hash({0, 1});
    send(0);
    send(1);
    for (int const seconds : {1, 2, 4, 8}) {
        BOOST_TEST(plan.on_failed(0, true, now));
        for (int i = 0; i < 3; ++i) {
            auto const decided = plan.next(now, in_flight_max);
            if (decided.what == step::hash)
                continue;
            BOOST_TEST_REQUIRE(decided.what == step::wait);
            BOOST_TEST((decided.until == now + std::chrono::seconds(seconds)));
        }
        now += std::chrono::seconds(seconds);
        send(0);
    }
    BOOST_TEST(!plan.on_failed(0, true, now));
    expect(step::wait);
    plan.on_sent(1);
    expect(step::fail);
    BOOST_TEST(plan.repetitions() == 4U);
}

// Waits do not grow beyond 30 seconds.
BOOST_AUTO_TEST_CASE(longest_wait)
{
    upload_plan_settings settings = settings_of();
    settings.attempts_max = 100;
    plan = upload_plan(mib, settings);
    hash({0});
    std::chrono::nanoseconds last{0};
    for (int i = 0; i < 20; ++i) {
        send(0);
        BOOST_TEST(plan.on_failed(0, true, now));
        auto const decided = plan.next(now, in_flight_max);
        BOOST_TEST_REQUIRE(decided.until.has_value());
        last = *decided.until - now;
        BOOST_TEST((last <= std::chrono::seconds(30)));
        now = *decided.until;
    }
    BOOST_TEST((last == std::chrono::seconds(30)));
}

// While no part may be sent, the end of a wait changes nothing, so nobody is woken by it.
BOOST_AUTO_TEST_CASE(no_wait_when_full)
{
    hash({0, 1});
    send(0);
    send(1);
    plan.on_failed(0, true, now);
    hash({2, 3});
    send(2);
    auto const decided = plan.next(now, in_flight_max);
    BOOST_TEST(decided.what == step::wait);
    BOOST_TEST(!decided.until);
}

// What is not to be repeated stops everything new at once.
BOOST_AUTO_TEST_CASE(failed_for_good)
{
    hash({0, 1});
    send(0);
    send(1);
    BOOST_TEST(!plan.on_failed(0, false, now));
    expect(step::wait);
    // Another one that fails meanwhile is not repeated either.
    BOOST_TEST(!plan.on_failed(1, true, now));
    expect(step::fail);
}

// A failure is not held up by hashing or reading, which can be cancelled.
BOOST_AUTO_TEST_CASE(failure_does_not_wait_for_hashing)
{
    hash({0, 1});
    send(0);
    send(1);
    begin_hashing({2, 3});
    plan.on_failed(0, false, now);
    plan.on_sent(1);
    expect(step::fail);
}

// Hashing that fails ends the upload too.
BOOST_AUTO_TEST_CASE(hashing_fails)
{
    hash({0, 1});
    send(0);
    send(1);
    begin_hashing({2, 3});
    plan.on_fatal();
    expect(step::wait);
    plan.on_sent(0);
    plan.on_sent(1);
    expect(step::fail);
}

// ---------------------------------------------------------------------------------------------------
// Streams

struct stream_fixture : plan_fixture {
    stream_fixture()
    {
        upload_plan_settings settings = settings_of();
        settings.held_max = 3;
        plan = upload_plan(std::nullopt, settings);
    }
};

// Parts become known one after the other; while some are hashed or sent the next one is read.
BOOST_FIXTURE_TEST_CASE(stream, stream_fixture)
{
    read(mib);
    begin_hashing({0});
    expect(step::read);
    expect(step::wait);
    plan.on_hashed(0);
    send(0);
    plan.on_read(mib);
    begin_hashing({1});
    expect(step::read);
    plan.on_read(5);
    // Three are held.
    expect(step::wait);
    plan.on_hashed(1);
    send(1);
    hash({2});
    plan.on_sent(0);
    send(2);
    expect(step::read);
    plan.on_end();
    plan.on_sent(1);
    expect(step::wait);
    plan.on_sent(2);
    expect(step::complete);
    BOOST_TEST(plan.bytes() == 2 * mib + 5);
    BOOST_TEST(plan.range_of(2).size() == 5U);
}

// Parts that wait for each other are hashed as a group.
BOOST_FIXTURE_TEST_CASE(stream_in_groups, stream_fixture)
{
    read(mib);
    begin_hashing({0});
    read(mib);
    read(mib);
    plan.on_hashed(0);
    send(0);
    begin_hashing({1, 2});
}

// A stream that fails while parts are on their way ends after them.
BOOST_FIXTURE_TEST_CASE(stream_fails, stream_fixture)
{
    read(mib);
    hash({0});
    send(0);
    expect(step::read);
    plan.on_fatal();
    expect(step::wait);
    plan.on_sent(0);
    expect(step::fail);
}

// ---------------------------------------------------------------------------------------------------

// Whatever order things end in, and whatever fails: each part is hashed once, sent until it is done and never twice at
// once, limits hold, and it ends.
BOOST_DATA_TEST_CASE(any_order, boost::unit_test::data::xrange(200))
{
    std::mt19937 random(static_cast<std::uint32_t>(sample));
    auto const below = [&random](std::size_t end) {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
    };
    bool const is_stream = below(2) == 0;
    std::uint64_t const bytes = 1 + below(40 * mib);
    std::uint64_t const total_parts = (bytes - 1) / mib + 1;
    upload_plan_settings settings = settings_of(mib, 1 + below(16));
    settings.held_max = 1 + below(6);
    settings.attempts_max = 1'000'000;
    plan = upload_plan(is_stream ? std::nullopt : std::optional(bytes), settings);

    std::set<std::uint64_t> hashed;
    std::set<std::uint64_t> hashing;
    std::set<std::uint64_t> flying;
    std::set<std::uint64_t> done;
    std::optional<upload_plan::time_point> until;
    bool reading = false;
    std::uint64_t left = bytes;
    for (int steps = 0;; ++steps) {
        BOOST_TEST_REQUIRE(steps < 100'000);
        in_flight_max = 1 + below(5);
        auto const decided = plan.next(now, in_flight_max);
        if (decided.what == step::complete)
            break;
        BOOST_TEST_REQUIRE(decided.what != step::fail);
        if (decided.what == step::hash) {
            BOOST_TEST_REQUIRE(hashing.empty());
            BOOST_TEST(decided.group.size() <= settings.group_max);
            for (std::uint64_t const part : decided.group)
                BOOST_TEST(hashing.insert(part).second);
            continue;
        }
        if (decided.what == step::send) {
            BOOST_TEST(flying.size() < in_flight_max);
            BOOST_TEST(hashed.count(decided.part) == 1U);
            BOOST_TEST(done.count(decided.part) == 0U);
            BOOST_TEST(flying.insert(decided.part).second);
            continue;
        }
        if (decided.what == step::read) {
            BOOST_TEST(!std::exchange(reading, true));
            continue;
        }
        // Something ends.
        bool const can_wait = decided.until.has_value();
        BOOST_TEST_REQUIRE((!hashing.empty() || !flying.empty() || reading || can_wait));
        std::size_t const what = below(4);
        if (what == 0 && can_wait) {
            now = *decided.until;
        } else if (what == 1 && !hashing.empty()) {
            for (std::uint64_t const part : std::exchange(hashing, {})) {
                BOOST_TEST(hashed.insert(part).second);
                plan.on_hashed(part);
            }
        } else if (what == 2 && reading) {
            reading = false;
            std::uint64_t const count = std::min(left, mib);
            left -= count;
            if (count > 0)
                plan.on_read(count);
            if (left == 0)
                plan.on_end();
        } else if (what == 3 && !flying.empty()) {
            auto const ending = std::next(flying.begin(), static_cast<std::ptrdiff_t>(below(flying.size())));
            std::uint64_t const part = *ending;
            flying.erase(ending);
            if (below(3) == 0) {
                BOOST_TEST(plan.on_failed(part, true, now));
            } else {
                done.insert(part);
                plan.on_sent(part);
            }
        }
    }
    BOOST_TEST(done.size() == total_parts);
    BOOST_TEST(plan.bytes_done() == bytes);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::plan
