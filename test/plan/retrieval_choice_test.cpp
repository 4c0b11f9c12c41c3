#include "plan/retrieval_choice.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace glacier::plan {
namespace {

using std::chrono::hours;

constexpr timestamp today{hours(500'000)};
constexpr std::uint64_t mib = 1'048'576;

job_description job(std::string id)
{
    job_description made;
    made.job = std::move(id);
    made.action = job_action::archive_retrieval;
    made.archive = "archive-1";
    made.archive_size_in_bytes = 4 * mib;
    made.retrieval_byte_range = byte_range(0, 4 * mib - 1);
    made.tier = tier::standard;
    made.status = job_status::in_progress;
    made.creation_date = today - hours(2);
    return made;
}

job_description done(std::string id, hours ago)
{
    job_description made = job(std::move(id));
    made.completed = true;
    made.status = job_status::succeeded;
    made.completion_date = today - ago;
    made.creation_date = today - ago - hours(4);
    return made;
}

retrieval_choice choice(std::optional<byte_range> const& range = std::nullopt,
                        std::optional<tier> wanted = std::nullopt)
{
    return retrieval_choice("archive-1", range, wanted, today);
}

/// The job that is taken of these; empty: none.
std::string taken(retrieval_choice made, std::initializer_list<job_description> jobs)
{
    for (job_description const& each : jobs)
        made.consider(each);
    return made.best() ? made.best()->str() : std::string();
}

BOOST_AUTO_TEST_SUITE(retrieval_choice_test)

// Only a job that retrieves the archive, and has not failed, will do.
BOOST_AUTO_TEST_CASE(equal_jobs_only)
{
    BOOST_TEST(taken(choice(), {}).empty());
    BOOST_TEST(taken(choice(), {job("a")}) == "a");
    BOOST_TEST(taken(choice(), {done("a", hours(1))}) == "a");

    job_description other = job("a");
    other.archive = "archive-2";
    BOOST_TEST(taken(choice(), {other}).empty());
    other = job("a");
    other.action = job_action::select;
    BOOST_TEST(taken(choice(), {other}).empty());
    other = done("a", hours(1));
    other.status = job_status::failed;
    BOOST_TEST(taken(choice(), {other}).empty());
    // It has ended in a way that this version does not know.
    other.status = job_status::unknown;
    BOOST_TEST(taken(choice(), {other}).empty());
}

// A name from the network may be no id.
BOOST_AUTO_TEST_CASE(no_id)
{
    BOOST_TEST(taken(choice(), {job("../a")}).empty());
    BOOST_TEST(taken(choice(), {job("")}).empty());
}

// The range must be the same; a range of all bytes is the same as none.
BOOST_AUTO_TEST_CASE(ranges)
{
    byte_range const part(mib, 2 * mib - 1);
    byte_range const all(0, 4 * mib - 1);
    job_description of_part = job("a");
    of_part.retrieval_byte_range = part;
    job_description without = job("a");
    without.retrieval_byte_range.reset();

    BOOST_TEST(taken(choice(part), {of_part}) == "a");
    BOOST_TEST(taken(choice(), {of_part}).empty());
    BOOST_TEST(taken(choice(all), {of_part}).empty());
    BOOST_TEST(taken(choice(part), {job("a")}).empty());
    BOOST_TEST(taken(choice(part), {without}).empty());
    BOOST_TEST(taken(choice(all), {job("a")}) == "a");
    BOOST_TEST(taken(choice(all), {without}) == "a");
    BOOST_TEST(taken(choice(), {without}) == "a");
    without.archive_size_in_bytes.reset();
    BOOST_TEST(taken(choice(all), {without}).empty());
}

// Any tier will do unless one is asked for.
BOOST_AUTO_TEST_CASE(tiers)
{
    BOOST_TEST(taken(choice(std::nullopt, tier::standard), {job("a")}) == "a");
    BOOST_TEST(taken(choice(std::nullopt, tier::expedited), {job("a")}).empty());
}

// An output is there for a day.
BOOST_AUTO_TEST_CASE(expired)
{
    BOOST_TEST(taken(choice(), {done("a", hours(23))}) == "a");
    BOOST_TEST(taken(choice(), {done("a", hours(24))}).empty());
    BOOST_TEST(taken(choice(), {done("a", hours(24)), job("b")}) == "b");
    job_description undated = done("a", hours(30));
    undated.completion_date.reset();
    BOOST_TEST(taken(choice(), {undated}) == "a");
}

// The best one is that whose output is there, and longest; else the one that was started first. The order of the list
// does not matter.
BOOST_AUTO_TEST_CASE(best)
{
    job_description older = job("older");
    older.creation_date = today - hours(3);
    BOOST_TEST(taken(choice(), {job("a"), older}) == "older");
    BOOST_TEST(taken(choice(), {older, job("a")}) == "older");
    BOOST_TEST(taken(choice(), {older, done("done", hours(20))}) == "done");
    BOOST_TEST(taken(choice(), {done("done", hours(20)), older}) == "done");
    BOOST_TEST(taken(choice(), {done("done", hours(20)), older, done("new", hours(2))}) == "new");
    BOOST_TEST(taken(choice(), {done("new", hours(2)), done("done", hours(20))}) == "new");
}

// What is known to be gone is not taken, though the list may still show it.
BOOST_AUTO_TEST_CASE(excluded)
{
    retrieval_choice made = choice();
    made.exclude("new");
    BOOST_TEST(taken(made, {done("new", hours(2)), done("done", hours(20))}) == "done");
    BOOST_TEST(taken(made, {done("new", hours(2))}).empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::plan
