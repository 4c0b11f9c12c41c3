#include "plan/transfer_plan.hpp"

#include "support/data.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace glacier::plan {

static std::ostream& operator<<(std::ostream& stream, transfer_plan::step step)
{
    switch (step) {
    case transfer_plan::step::start:
        return stream << "start";
    case transfer_plan::step::wait:
        return stream << "wait";
    case transfer_plan::step::complete:
        return stream << "complete";
    case transfer_plan::step::fail:
        return stream << "fail";
    }
    return stream;
}

namespace {

using step = transfer_plan::step;

/// Starts the next piece, which must be `piece`.
void start(transfer_plan& plan, std::uint64_t piece)
{
    auto const decision = plan.next();
    BOOST_TEST_REQUIRE(decision.what == step::start);
    BOOST_TEST_REQUIRE(decision.piece == piece);
}

BOOST_AUTO_TEST_SUITE(transfer_plan_test)

// Pieces are as long as asked for, but for the last, and lie side by side.
BOOST_AUTO_TEST_CASE(pieces_cover_the_whole)
{
    transfer_plan const plan(10, 4, 1, 1);
    BOOST_TEST(plan.pieces() == 3U);
    BOOST_TEST(plan.bytes() == 10U);
    BOOST_TEST(plan.range_of(0).str() == "0-3");
    BOOST_TEST(plan.range_of(1).str() == "4-7");
    BOOST_TEST(plan.range_of(2).str() == "8-9");

    BOOST_TEST(transfer_plan(1, 4, 1, 1).pieces() == 1U);
    BOOST_TEST(transfer_plan(1, 4, 1, 1).range_of(0).str() == "0-0");
    BOOST_TEST(transfer_plan(4, 4, 1, 1).pieces() == 1U);
    BOOST_TEST(transfer_plan(5, 4, 1, 1).pieces() == 2U);
    BOOST_TEST(transfer_plan(8, 4, 1, 1).pieces() == 2U);
    BOOST_TEST(transfer_plan(5, 1, 1, 1).pieces() == 5U);
}

// The largest archive has 10,000 pieces of 4 GiB.
BOOST_AUTO_TEST_CASE(largest_archive)
{
    transfer_plan const plan(42'949'672'960'000, 4'294'967'296, 4, 3);
    BOOST_TEST(plan.pieces() == 10'000U);
    BOOST_TEST(plan.range_of(9'999).str() == "42945377992704-42949672959999");
}

// Pieces start from the front, as many at once as allowed; the next starts when one is done.
BOOST_AUTO_TEST_CASE(starts_as_many_as_allowed)
{
    transfer_plan plan(10, 2, 2, 1);
    start(plan, 0);
    start(plan, 1);
    BOOST_TEST(plan.next().what == step::wait);

    plan.on_done(1);
    start(plan, 2);
    BOOST_TEST(plan.next().what == step::wait);

    plan.on_done(0);
    plan.on_done(2);
    start(plan, 3);
    start(plan, 4);
    plan.on_done(4);
    BOOST_TEST(plan.next().what == step::wait);
    plan.on_done(3);
    BOOST_TEST(plan.next().what == step::complete);
    BOOST_TEST(plan.next().what == step::complete);
}

// Progress counts pieces and bytes that are done, the short last piece with its own length.
BOOST_AUTO_TEST_CASE(counts_what_is_done)
{
    transfer_plan plan(10, 4, 3, 2);
    start(plan, 0);
    start(plan, 1);
    start(plan, 2);
    BOOST_TEST(plan.pieces_done() == 0U);
    BOOST_TEST(plan.bytes_done() == 0U);
    plan.on_done(2);
    BOOST_TEST(plan.pieces_done() == 1U);
    BOOST_TEST(plan.bytes_done() == 2U);
    plan.on_failed(1, true);
    BOOST_TEST(plan.bytes_done() == 2U);
    plan.on_done(0);
    BOOST_TEST(plan.bytes_done() == 6U);
    start(plan, 1);
    plan.on_done(1);
    BOOST_TEST(plan.pieces_done() == 3U);
    BOOST_TEST(plan.bytes_done() == 10U);
}

// A failed piece that may be repeated comes again, before new ones, until its attempts are used up.
BOOST_AUTO_TEST_CASE(failed_piece_comes_again)
{
    transfer_plan plan(10, 2, 2, 3);
    start(plan, 0);
    start(plan, 1);
    BOOST_TEST(plan.on_failed(0, true));
    start(plan, 0);
    plan.on_done(1);
    BOOST_TEST(plan.on_failed(0, true));
    start(plan, 0);
    start(plan, 2);
    BOOST_TEST(!plan.on_failed(0, true));
    BOOST_TEST(plan.next().what == step::wait);
    plan.on_done(2);
    BOOST_TEST(plan.next().what == step::fail);
}

// Attempts are counted for each piece by itself.
BOOST_AUTO_TEST_CASE(each_piece_has_its_own_attempts)
{
    transfer_plan plan(4, 1, 4, 2);
    for (std::uint64_t piece = 0; piece < 4; ++piece)
        start(plan, piece);
    for (std::uint64_t piece = 0; piece < 4; ++piece)
        plan.on_failed(piece, true);
    for (std::uint64_t piece = 0; piece < 4; ++piece) {
        start(plan, piece);
        plan.on_done(piece);
    }
    BOOST_TEST(plan.next().what == step::complete);
}

// One attempt: nothing is repeated.
BOOST_AUTO_TEST_CASE(one_attempt_means_no_repetition)
{
    transfer_plan plan(4, 2, 1, 1);
    start(plan, 0);
    plan.on_failed(0, true);
    BOOST_TEST(plan.next().what == step::fail);
}

// A failure for good stops new pieces at once; those on their way end before the transfer fails, well or not.
BOOST_AUTO_TEST_CASE(failure_drains)
{
    transfer_plan plan(10, 1, 4, 5);
    for (std::uint64_t piece = 0; piece < 4; ++piece)
        start(plan, piece);
    plan.on_failed(0, true); // would be repeated
    BOOST_TEST(!plan.on_failed(2, false));
    BOOST_TEST(plan.next().what == step::wait);
    plan.on_done(1);
    BOOST_TEST(plan.next().what == step::wait);
    BOOST_TEST(!plan.on_failed(3, true));
    BOOST_TEST(plan.next().what == step::fail);
    BOOST_TEST(plan.next().what == step::fail);
    BOOST_TEST(plan.pieces_done() == 1U);
}

// The last piece that fails for good fails the transfer, although all others are done.
BOOST_AUTO_TEST_CASE(failure_of_the_last_piece)
{
    transfer_plan plan(3, 1, 3, 5);
    for (std::uint64_t piece = 0; piece < 3; ++piece)
        start(plan, piece);
    plan.on_done(0);
    plan.on_done(1);
    plan.on_failed(2, false);
    BOOST_TEST(plan.next().what == step::fail);
}

// Asking changes nothing while there is nothing to do.
BOOST_AUTO_TEST_CASE(waiting_is_repeatable)
{
    transfer_plan plan(2, 1, 1, 1);
    start(plan, 0);
    for (int i = 0; i < 10; ++i)
        BOOST_TEST(plan.next().what == step::wait);
    plan.on_done(0);
    start(plan, 1);
}

/// A transfer whose pieces end in a random order, well or not.
class simulation {
public:
    explicit simulation(std::uint64_t seed)
        : numbers_(seed), total_bytes_(1 + numbers_.below(400)), piece_bytes_(1 + numbers_.below(40)),
          in_flight_max_(1 + numbers_.below(6)), attempts_max_(static_cast<int>(1 + numbers_.below(4))),
          passing_failures_(static_cast<unsigned>(numbers_.below(40))),
          lasting_failures_(numbers_.percent(30) ? 3 : 0),
          plan_(total_bytes_, piece_bytes_, in_flight_max_, attempts_max_)
    {}

    /// Runs it to its end and checks each step.
    void run()
    {
        while (true) {
            auto const decision = plan_.next();
            if (decision.what == step::start)
                on_start(decision.piece);
            else if (decision.what == step::wait)
                on_wait();
            else
                return on_end(decision.what);
            BOOST_TEST_REQUIRE(in_flight_.size() <= in_flight_max_, "too many at once");
            BOOST_TEST_REQUIRE(plan_.pieces_done() == done_.size());
            // Events also arrive while there is more to start.
            if (!in_flight_.empty() && numbers_.percent(40))
                end_one();
        }
    }

    bool failed() const noexcept { return failed_; }
    bool repeated() const noexcept { return repeated_; }

private:
    void on_start(std::uint64_t piece)
    {
        BOOST_TEST_REQUIRE(!failed_, "started after a failure");
        BOOST_TEST_REQUIRE(piece < plan_.pieces());
        BOOST_TEST_REQUIRE(done_.count(piece) == 0U, "started again although it was done");
        BOOST_TEST_REQUIRE(in_flight_.insert(piece).second, "started twice at once");
        int const started = ++attempts_[piece];
        BOOST_TEST_REQUIRE(started <= attempts_max_, "started too often");
        if (started > 1) {
            repeated_ = true;
            BOOST_TEST_REQUIRE(to_repeat_.erase(piece) == 1U, "repeated without a failure");
        }
    }

    void on_wait()
    {
        BOOST_TEST_REQUIRE(!in_flight_.empty(), "waits for nothing");
        bool const nothing_to_start = to_repeat_.empty() && attempts_.size() == plan_.pieces();
        BOOST_TEST_REQUIRE((failed_ || nothing_to_start || in_flight_.size() == in_flight_max_),
                           "waits for no reason");
        end_one();
    }

    void end_one()
    {
        auto const which =
            std::next(in_flight_.begin(), static_cast<std::ptrdiff_t>(numbers_.below(in_flight_.size())));
        std::uint64_t const piece = *which;
        in_flight_.erase(which);
        if (numbers_.percent(lasting_failures_)) {
            failed_ = true;
            plan_.on_failed(piece, false);
        } else if (numbers_.percent(passing_failures_)) {
            if (attempts_[piece] == attempts_max_)
                failed_ = true;
            else
                to_repeat_.insert(piece);
            plan_.on_failed(piece, true);
        } else {
            done_.insert(piece);
            bytes_ += plan_.range_of(piece).size();
            plan_.on_done(piece);
        }
        BOOST_TEST_REQUIRE(plan_.bytes_done() == bytes_);
    }

    void on_end(step what)
    {
        BOOST_TEST_REQUIRE(in_flight_.empty(), "ended while pieces were on their way");
        BOOST_TEST_REQUIRE(what == (failed_ ? step::fail : step::complete));
        if (!failed_) {
            BOOST_TEST_REQUIRE(done_.size() == plan_.pieces());
            BOOST_TEST_REQUIRE(bytes_ == total_bytes_);
        }
    }

    test::number_source numbers_;
    std::uint64_t total_bytes_;
    std::uint64_t piece_bytes_;
    std::size_t in_flight_max_;
    int attempts_max_;
    unsigned passing_failures_;
    unsigned lasting_failures_;
    transfer_plan plan_;
    std::set<std::uint64_t> in_flight_;
    std::set<std::uint64_t> done_;
    std::set<std::uint64_t> to_repeat_;
    std::map<std::uint64_t, int> attempts_;
    std::uint64_t bytes_ = 0;
    bool failed_ = false;
    bool repeated_ = false;
};

// In any order of events: never above the limit, each piece once unless it failed, no waiting without a
// reason, an end only when nothing is on its way.
BOOST_AUTO_TEST_CASE(random_orders_of_events)
{
    int failed = 0;
    int repeated = 0;
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed)
        {
            simulation transfer(seed);
            transfer.run();
            failed += transfer.failed() ? 1 : 0;
            repeated += transfer.repeated() ? 1 : 0;
        }
    }
    // The seeds show both ends, and repetitions.
    BOOST_TEST(failed > 100);
    BOOST_TEST(failed < 400);
    BOOST_TEST(repeated > 100);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::plan
