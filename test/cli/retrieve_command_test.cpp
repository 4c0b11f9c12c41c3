#include "cli/retrieve_command.hpp"

#include "fixture.hpp"

#include <glacier/tree_hash.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fcntl.h>
#include <span>
#include <sys/file.h>
#include <unistd.h>

namespace {

using cli_test::message_of;

constexpr std::size_t mib = 1'048'576;

struct retrieve_fixture : cli_test::service_fixture {
    explicit retrieve_fixture(std::chrono::milliseconds job_delay = std::chrono::milliseconds(0),
                              std::size_t bytes = 2 * mib + 5)
        : service_fixture(job_delay), source(place.make_file("source", bytes)), target(place.file("target"))
    {
        BOOST_TEST_REQUIRE(run({"vault", "create", "photos"}) == 0);
        BOOST_TEST_REQUIRE(run({"upload", source, "--vault", "photos", "--part-size", "1MiB"}) == 0);
        archive = out.substr(0, out.size() - 1);
        std::string const content = cli_test::content_of(source);
        hash = glacier::tree_hash_of(std::as_bytes(std::span(content))).hex();
    }

    std::vector<glacier::job_description> jobs()
    {
        return ask<glacier::list_jobs_result>([](glacier::client service) {
                   return service.list_jobs(glacier::list_jobs_request(glacier::vault_name("photos")));
               })
            .jobs;
    }

    std::string start(glacier::job_parameters const& parameters)
    {
        return ask<glacier::initiate_job_result>([&parameters](glacier::client service) {
                   return service.initiate_job(
                       glacier::initiate_job_request(glacier::vault_name("photos"), parameters));
               })
            .job.str();
    }

    bool is_retrieved() const { return cli_test::content_of(target) == cli_test::content_of(source); }

    bool nothing_was_left() const
    {
        return !std::filesystem::exists(target) && !std::filesystem::exists(target + ".part") &&
               !std::filesystem::exists(state());
    }

    std::string state() const { return target + ".part.state"; }

    int retrieve(std::vector<std::string> const& more = {})
    {
        std::vector<std::string> arguments{"retrieve", "--archive-id", archive, "--vault",
                                           "photos",   "--output",     target};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run(arguments);
    }

    bool is_told(std::string const& text) const { return err.find(text) != std::string::npos; }

    std::string source;
    std::string target;
    std::string archive;
    std::string hash;
};

/// One whose jobs do not end.
struct waiting_fixture : retrieve_fixture {
    waiting_fixture() : retrieve_fixture(std::chrono::hours(1)) {}
};

/// Retrieves in six ranges.
struct ranges_fixture : retrieve_fixture {
    ranges_fixture() : retrieve_fixture(std::chrono::milliseconds(0), 6 * mib) {}

    /// Begins to retrieve it, and is interrupted after the first ranges.
    void interrupt(std::vector<std::string> const& more = {})
    {
        when_told("download  33 %", [] { ::raise(SIGINT); });
        std::vector<std::string> all{"--concurrency", "1", "--range-size", "1MiB"};
        all.insert(all.end(), more.begin(), more.end());
        BOOST_TEST_REQUIRE(retrieve(all) == 130);
        BOOST_TEST(out.empty());
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(cli_retrieve_command)

BOOST_FIXTURE_TEST_CASE(text, retrieve_fixture)
{
    BOOST_TEST(run({"retrieve", "--vault", "photos", "--output", target, "--", archive}) == 0);
    BOOST_TEST(out == hash + "  " + target + "\n");
    BOOST_TEST(is_retrieved());
    BOOST_TEST_REQUIRE(jobs().size() == 1U);
    std::string const job = jobs().front().job;
    BOOST_TEST(err.find("job " + job + " started; the same command takes it up later\n") == 0U);
    BOOST_TEST(err.find("\nthe job has succeeded; to download: 2097157 bytes in 1 range of 16.0 MiB\n") !=
               std::string::npos);
    BOOST_TEST(err.find("\nretrieved 2097157 bytes, the tree hash is right\n") != std::string::npos);
    BOOST_TEST(!std::filesystem::exists(state()));
}

BOOST_FIXTURE_TEST_CASE(json, retrieve_fixture)
{
    BOOST_TEST(run({"--output", "json", "retrieve", "--archive-id=" + archive, "--vault", "photos",
                    "--output", target, "--tier", "Bulk", "--concurrency", "2"}) == 0);
    auto const retrieved = boost::json::parse(out).as_object();
    BOOST_TEST(retrieved.at("Output").as_string().c_str() == target);
    BOOST_TEST((retrieved.at("SizeInBytes") == 2 * mib + 5));
    BOOST_TEST(retrieved.at("SHA256TreeHash").as_string().c_str() == hash);
    BOOST_TEST(retrieved.at("JobId").as_string().c_str() == jobs().front().job);
    BOOST_TEST(retrieved.size() == 4U);
    BOOST_TEST((jobs().front().tier == glacier::tier::bulk));
}

// A job that is there already is taken up, and no other is started.
BOOST_FIXTURE_TEST_CASE(job_taken_up, retrieve_fixture)
{
    std::string const job = start(glacier::job_parameters::archive_retrieval(archive));
    BOOST_TEST(run({"retrieve", "--vault", "photos", "--job=" + job, "--output", target}) == 0);
    BOOST_TEST(out == hash + "  " + target + "\n");
    BOOST_TEST(is_retrieved());
    BOOST_TEST(run({"retrieve", "--vault", "photos", "--job", job, "--output", target, "--archive-id",
                    archive}) == 0);
    BOOST_TEST(jobs().size() == 1U);
}

// It is waited for until it is ready.
BOOST_AUTO_TEST_CASE(job_in_progress_taken_up)
{
    retrieve_fixture service(std::chrono::seconds(3));
    std::string const job = service.start(glacier::job_parameters::archive_retrieval(service.archive));
    BOOST_TEST(service.run({"retrieve", "--vault", "photos", "--job", job, "--output", service.target}) == 0);
    BOOST_TEST(service.err.find("the job is in progress, waited 0:0") == 0U);
    BOOST_TEST(service.is_retrieved());
}

// A job that is not what the user means is refused before the file is touched.
BOOST_FIXTURE_TEST_CASE(wrong_jobs, retrieve_fixture)
{
    std::string const inventory = start(glacier::job_parameters::inventory_retrieval());
    BOOST_TEST(run({"retrieve", "--vault", "photos", "--job", inventory, "--output", target}) == 2);
    BOOST_TEST(message_of(err) == "the job " + inventory + " does not retrieve an archive");

    std::string const job = start(glacier::job_parameters::archive_retrieval(archive));
    BOOST_TEST(run({"retrieve", "other", "--vault", "photos", "--job", job, "--output", target}) == 2);
    BOOST_TEST(message_of(err) == "the job " + job + " retrieves another archive: " + archive);

    BOOST_TEST(run({"retrieve", "--vault", "photos", "--job=-none", "--output", target}) == 5);
    BOOST_TEST(nothing_was_left());
}

BOOST_FIXTURE_TEST_CASE(unknown_archive, retrieve_fixture)
{
    BOOST_TEST(run({"retrieve", "--vault", "photos", "--output", target, "--", "--output"}) == 5);
    BOOST_TEST(message_of(err).find("not found") != std::string::npos);
    BOOST_TEST(nothing_was_left());
}

// Values and the place for the file are checked before anything is sent, and before the region is looked for.
BOOST_FIXTURE_TEST_CASE(invalid_values, cli_test::command)
{
    cli_test::scratch_directory const place;
    std::string const target = place.file("target");
    BOOST_TEST(run({"retrieve", "--vault", "photos", "--output", target}) == 2);
    BOOST_TEST(message_of(err).find("ARCHIVE-ID or --job is required") == 0U);
    BOOST_TEST(run({"retrieve", "id", "--vault", "photos", "--output", target, "--tier", "Overnight"}) == 2);
    BOOST_TEST(message_of(err) == "--tier \"Overnight\": Standard, Bulk or Expedited");
    BOOST_TEST(run({"retrieve", "id", "--vault", "photos", "--output", target, "--concurrency", "many"}) ==
               2);
    BOOST_TEST(run({"retrieve", "id", "--vault", "photos", "--output", target, "--limit-rate", "0"}) == 2);
    BOOST_TEST(run({"retrieve", "id", "--vault", "photos", "--output", target, "--range-size", "3MiB"}) == 2);
    BOOST_TEST(run({"retrieve", "id", "--vault", "photos", "--output", target, "--memory", "1"}) == 2);
    BOOST_TEST(run({"retrieve", "id", "--vault", "photos", "--output", target, "--job", "j", "--tier",
                    "Bulk"}) == 2);
    BOOST_TEST(run({"retrieve", "i/d", "--vault", "photos", "--output", target}) == 2);
    BOOST_TEST(run({"retrieve", "id", "--vault", "p/s", "--output", target}) == 2);
    BOOST_TEST(run({"retrieve", "id", "--vault", "photos", "--output", target, "--job", "j/b"}) == 2);
    BOOST_TEST(run({"retrieve", "id", "--vault", "photos", "--output", place.file("missing/target")}) == 3);
    BOOST_TEST(run({"retrieve", "id", "--vault", "photos", "--output", target}) == 4);
}

BOOST_FIXTURE_TEST_CASE(invalid_ranges, cli_test::command)
{
    cli_test::scratch_directory const place;
    std::vector<std::string> const words{"retrieve", "id",       "--vault",
                                         "photos",   "--output", place.file("target")};
    auto const with = [&words](std::vector<std::string> const& options) {
        std::vector<std::string> all = words;
        all.insert(all.end(), options.begin(), options.end());
        return all;
    };
    BOOST_TEST(run(with({"--range", "5-4", "--archive-size", "9"})) == 2);
    BOOST_TEST(message_of(err) ==
               "--range \"5-4\": FIRST-LAST, counted from 0, both included, as in 0-1048575");
    BOOST_TEST(run(with({"--range", "0-9"})) == 2);
    BOOST_TEST(message_of(err).find("--range needs --archive-size") == 0U);
    BOOST_TEST(run(with({"--range", "0-9", "--archive-size", "0"})) == 2);
    BOOST_TEST(run(with({"--range", "0-9", "--archive-size", "9"})) == 2);
    BOOST_TEST(message_of(err).find("--range 0-9: the last byte of the archive is 8") == 0U);
    BOOST_TEST(run(with({"--range", "0-9", "--archive-size", "10"})) == 4);
}

// What goes to standard output has no file beside it.
BOOST_FIXTURE_TEST_CASE(invalid_values_of_standard_output, cli_test::command)
{
    for (char const* const option : {"--state-file=s", "--restart"}) {
        BOOST_TEST(run({"retrieve", "id", "--vault", "photos", "--output", "-", option}) == 2);
        BOOST_TEST(message_of(err).find("what goes to standard output begins anew each time") == 0U);
    }
}

// Ranges that were downloaded before an interruption are not downloaded again, and no other job is started.
BOOST_FIXTURE_TEST_CASE(taken_up, ranges_fixture)
{
    interrupt();
    BOOST_TEST_REQUIRE(jobs().size() == 1U);
    BOOST_TEST(message_of(err) == "interrupted; the job " + jobs().front().job +
                                      " stays at the service, and the same command takes it up");
    BOOST_TEST(!std::filesystem::exists(target));
    BOOST_TEST(std::filesystem::exists(target + ".part"));
    BOOST_TEST(std::filesystem::exists(state()));

    BOOST_TEST(retrieve() == 0);
    BOOST_TEST(err.find("job " + jobs().front().job + " is there already and taken up\n") == 0U);
    BOOST_TEST(is_told("\nthe job has succeeded; to download: "));
    BOOST_TEST(is_told(" of 6291456 bytes, the others are there already\n"));
    BOOST_TEST(is_retrieved());
    BOOST_TEST(out == hash + "  " + target + "\n");
    BOOST_TEST(jobs().size() == 1U);
    BOOST_TEST(!std::filesystem::exists(target + ".part"));
    BOOST_TEST(!std::filesystem::exists(state()));
}

BOOST_FIXTURE_TEST_CASE(state_file_named, ranges_fixture)
{
    std::string const named = place.file("my.state");
    interrupt({"--state-file", named});
    BOOST_TEST(std::filesystem::exists(named));
    BOOST_TEST(!std::filesystem::exists(state()));
    BOOST_TEST(retrieve({"--state-file", named}) == 0);
    BOOST_TEST(is_told("the others are there already"));
    BOOST_TEST(is_retrieved());
    BOOST_TEST(!std::filesystem::exists(named));
}

BOOST_FIXTURE_TEST_CASE(restart, ranges_fixture)
{
    interrupt();
    BOOST_TEST(retrieve({"--restart"}) == 0);
    BOOST_TEST(is_told("to download: 6291456 bytes in 1 range of 16.0 MiB"));
    BOOST_TEST(is_retrieved());
    BOOST_TEST(jobs().size() == 1U);
}

// Nothing is kept then but the job, which is at the service.
BOOST_FIXTURE_TEST_CASE(interrupted_without_a_state_file, ranges_fixture)
{
    interrupt({"--no-resume"});
    BOOST_TEST(nothing_was_left());
    BOOST_TEST(retrieve({"--no-resume"}) == 0);
    BOOST_TEST(is_told("is there already and taken up\n"));
    BOOST_TEST(is_told("to download: 6291456 bytes"));
    BOOST_TEST(is_retrieved());
    BOOST_TEST(jobs().size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(state_file_of_another_retrieval, ranges_fixture)
{
    interrupt();
    BOOST_TEST_REQUIRE(run({"upload", place.make_file("other", 10), "--vault", "photos"}) == 0);
    archive = out.substr(0, out.size() - 1);
    BOOST_TEST(retrieve() == 3);
    BOOST_TEST(message_of(err).find("; with --restart the same command begins anew") != std::string::npos);
    BOOST_TEST(retrieve({"--restart"}) == 0);
    BOOST_TEST(std::filesystem::file_size(target) == 10U);
}

// What is no state file stays, and nobody is told to have it removed.
BOOST_FIXTURE_TEST_CASE(state_file_that_is_none, retrieve_fixture)
{
    std::string const notes = place.make_file("notes.txt", std::string("notes of 2026\n"));
    for (auto const& more : {std::vector<std::string>{}, std::vector<std::string>{"--restart"}}) {
        std::vector<std::string> all{"--state-file", notes};
        all.insert(all.end(), more.begin(), more.end());
        BOOST_TEST(retrieve(all) == 3);
        BOOST_TEST(message_of(err).find(notes) != std::string::npos);
        BOOST_TEST(message_of(err).find("; with --restart") == std::string::npos);
        BOOST_TEST(cli_test::content_of(notes) == "notes of 2026\n");
    }
    BOOST_TEST(jobs().empty());
}

BOOST_FIXTURE_TEST_CASE(state_file_in_use, retrieve_fixture)
{
    place.make_file("target.part.state", 0);
    int const user = ::open(state().c_str(), O_RDWR | O_CLOEXEC);
    BOOST_TEST_REQUIRE(::flock(user, LOCK_EX | LOCK_NB) == 0);
    for (auto const& more : {std::vector<std::string>{}, std::vector<std::string>{"--restart"}}) {
        BOOST_TEST(retrieve(more) == 3);
        BOOST_TEST(message_of(err).find("the state file is in use") != std::string::npos);
    }
    ::close(user);
    BOOST_TEST(retrieve() == 0);
    BOOST_TEST(is_retrieved());
}

// Each job costs, so an equal one is used, unless another is asked for.
BOOST_FIXTURE_TEST_CASE(new_job, retrieve_fixture)
{
    BOOST_TEST(retrieve() == 0);
    BOOST_TEST(retrieve() == 0);
    BOOST_TEST(is_told("is there already and taken up\n"));
    BOOST_TEST(jobs().size() == 1U);
    BOOST_TEST(retrieve({"--new-job"}) == 0);
    BOOST_TEST(is_told(" started; "));
    BOOST_TEST(jobs().size() == 2U);
}

// Only the wanted bytes are written; what is retrieved is a range that can be verified.
BOOST_FIXTURE_TEST_CASE(range, retrieve_fixture)
{
    std::string const all = cli_test::content_of(source);
    BOOST_TEST(retrieve({"--range", "1048570-1048585", "--archive-size", std::to_string(all.size())}) == 0);
    BOOST_TEST(out == "-  " + target + "\n");
    BOOST_TEST((cli_test::content_of(target) == all.substr(1'048'570, 16)));
    BOOST_TEST(is_told("\nretrieved 16 bytes, the tree hash is right\n"));
    BOOST_TEST_REQUIRE(jobs().size() == 1U);
    auto const retrieved = jobs().front().retrieval_byte_range;
    BOOST_TEST((!retrieved || *retrieved == glacier::byte_range(0, 2 * mib - 1) ||
                *retrieved == glacier::byte_range(0, all.size() - 1)));

    // A range that can be verified as it is has a hash.
    BOOST_TEST(run({"--output", "json", "retrieve", "--archive-id", archive, "--vault", "photos", "--output",
                    target, "--range", "1048576-2097151", "--archive-size", std::to_string(all.size())}) ==
               0);
    auto const document = boost::json::parse(out).as_object();
    BOOST_TEST((document.at("SizeInBytes") == mib));
    std::string const part = all.substr(mib, mib);
    BOOST_TEST(document.at("SHA256TreeHash").as_string().c_str() ==
               glacier::tree_hash_of(std::as_bytes(std::span(part))).hex());
    BOOST_TEST((cli_test::content_of(target) == part));
}

// A job knows which bytes it has.
BOOST_FIXTURE_TEST_CASE(range_of_a_job, retrieve_fixture)
{
    std::string const all = cli_test::content_of(source);
    auto parameters = glacier::job_parameters::archive_retrieval(archive);
    parameters.range = glacier::byte_range(mib, 2 * mib - 1);
    std::string const job = start(parameters);
    auto const take = [&](std::string const& range) {
        return run({"--output", "json", "retrieve", "--job", job, "--vault", "photos", "--output", target,
                    "--range", range});
    };
    BOOST_TEST(take("1048580-1048589") == 0);
    BOOST_TEST((cli_test::content_of(target) == all.substr(1'048'580, 10)));
    BOOST_TEST(boost::json::parse(out).as_object().at("SHA256TreeHash").is_null());
    BOOST_TEST(take("1048576-2097151") == 0);
    BOOST_TEST((cli_test::content_of(target) == all.substr(mib, mib)));
    BOOST_TEST(boost::json::parse(out).as_object().at("SHA256TreeHash").is_string());
    for (char const* const range : {"1048575-1048580", "2097151-2097152"}) {
        BOOST_TEST(take(range) == 2);
        BOOST_TEST(message_of(err) ==
                   "--range \"" + std::string(range) + "\": the job retrieves the bytes 1048576-2097151");
    }
    BOOST_TEST(jobs().size() == 1U);
}

// Of a range that is not aligned to the hash tree the service says no hash, and the command does not claim one.
BOOST_FIXTURE_TEST_CASE(job_without_a_hash, retrieve_fixture)
{
    std::string const all = cli_test::content_of(source);
    auto parameters = glacier::job_parameters::archive_retrieval(archive);
    parameters.range = glacier::byte_range(mib, all.size() - 1);
    std::string const job = start(parameters);
    BOOST_TEST(run({"retrieve", "--job", job, "--vault", "photos", "--output", target}) == 0);
    BOOST_TEST((cli_test::content_of(target) == all.substr(mib)));
    BOOST_TEST(
        is_told("\nretrieved 1048581 bytes, not verified: the service gave no tree hash, so only their "
                "number was compared\n"));
    BOOST_TEST(!is_told("the tree hash is right"));
}

// The size of the archive decides what can be verified: a wrong one is refused.
BOOST_FIXTURE_TEST_CASE(wrong_archive_size, retrieve_fixture)
{
    cli_test::pipe_ends pipe;
    out_descriptor = pipe.writing();
    for (std::string const& to : {target, std::string("-")}) {
        target = to;
        BOOST_TEST(retrieve({"--range", "1048576-1048579", "--archive-size", "2097152"}) != 0);
        BOOST_TEST(message_of(err).find("2097152") != std::string::npos);
        BOOST_TEST(message_of(err).find("2097157") != std::string::npos);
        BOOST_TEST(!is_told("\nretrieved "));
    }
    BOOST_TEST(run({"retrieve", "--job", jobs().front().job, "--vault", "photos", "--output", target,
                    "--range", "1048576-1048579", "--archive-size", "2097152"}) == 2);
    BOOST_TEST(message_of(err) == "--archive-size \"2097152\": the archive has 2097157 bytes");
}

// Standard output has the archive and nothing else.
BOOST_FIXTURE_TEST_CASE(standard_output, ranges_fixture)
{
    cli_test::pipe_ends pipe;
    out_descriptor = pipe.writing();
    target = "-";
    auto drained = pipe.drain();
    BOOST_TEST(retrieve() == 0);
    pipe.close_writing();
    BOOST_TEST((drained.get() == cli_test::content_of(source)));
    BOOST_TEST(out.empty());
    BOOST_TEST(is_told("\nretrieved 6291456 bytes, the tree hash is right\n" + hash + "  -\n"));
    BOOST_TEST_REQUIRE(jobs().size() == 1U);
    BOOST_TEST(err.find("job " + jobs().front().job + " started; ") == 0U);
}

// It finds its job again, or is given it, and can be a part of the archive.
BOOST_FIXTURE_TEST_CASE(parts_to_standard_output, retrieve_fixture)
{
    std::string const all = cli_test::content_of(source);
    target = "-";
    auto const write = [&](std::vector<std::string> const& more) {
        cli_test::pipe_ends pipe;
        out_descriptor = pipe.writing();
        auto drained = pipe.drain();
        BOOST_TEST(retrieve(more) == 0, err);
        pipe.close_writing();
        return drained.get();
    };
    BOOST_TEST((write({}) == all));
    BOOST_TEST((write({}) == all));
    BOOST_TEST(is_told("is there already and taken up"));
    BOOST_TEST_REQUIRE(jobs().size() == 1U);
    BOOST_TEST((write({"--job", jobs().front().job, "--range", "10-19"}) == all.substr(10, 10)));
    BOOST_TEST(is_told("\n-  -\n"));
    BOOST_TEST((write({"--new-job"}) == all));
    BOOST_TEST(jobs().size() == 2U);
    BOOST_TEST((write({"--range", "1048570-1048585", "--archive-size", std::to_string(all.size())}) ==
                all.substr(1'048'570, 16)));
}

// A reader that goes away ends it; the job stays.
BOOST_FIXTURE_TEST_CASE(standard_output_that_breaks, retrieve_fixture)
{
    cli_test::pipe_ends pipe;
    pipe.close_reading();
    out_descriptor = pipe.writing();
    target = "-";
    BOOST_TEST(retrieve() == 3);
    BOOST_TEST_REQUIRE(jobs().size() == 1U);
    BOOST_TEST(message_of(err) == "standard output: Broken pipe; the job " + jobs().front().job +
                                      " stays at the service, and the same command takes it up");
}

// The job goes on without the command, and the message says how to get its output.
BOOST_FIXTURE_TEST_CASE(interrupted_while_waiting, waiting_fixture)
{
    when_told("in progress", [] { ::raise(SIGINT); });
    BOOST_TEST(run({"retrieve", "--archive-id", archive, "--vault", "photos", "--output", target}) == 130);
    BOOST_TEST(out.empty());
    BOOST_TEST_REQUIRE(jobs().size() == 1U);
    BOOST_TEST(message_of(err) == "interrupted; the job " + jobs().front().job +
                                      " stays at the service, and the same command takes it up");
    BOOST_TEST(!std::filesystem::exists(target));

    // It does, and starts no other.
    when_told("in progress", [] { ::raise(SIGINT); });
    BOOST_TEST(run({"retrieve", "--archive-id", archive, "--vault", "photos", "--output", target}) == 130);
    BOOST_TEST(err.find("job " + jobs().front().job + " is there already and taken up\n") == 0U);
    BOOST_TEST(jobs().size() == 1U);
}

// With a state file, the same command goes on with the new job; without one it would start another, so the message names
// this one.
BOOST_FIXTURE_TEST_CASE(interrupted_while_waiting_for_a_new_job, waiting_fixture)
{
    when_told("in progress", [] { ::raise(SIGINT); });
    BOOST_TEST(retrieve({"--new-job"}) == 130);
    BOOST_TEST_REQUIRE(jobs().size() == 1U);
    std::string const job = jobs().front().job;
    BOOST_TEST(message_of(err) ==
               "interrupted; the job " + job + " stays at the service, and the same command takes it up");
    when_told("in progress", [] { ::raise(SIGINT); });
    BOOST_TEST(retrieve({"--new-job"}) == 130);
    BOOST_TEST(err.find("job " + job + " is there already and taken up\n") == 0U);
    BOOST_TEST(jobs().size() == 1U);

    when_told("in progress", [] { ::raise(SIGINT); });
    BOOST_TEST(retrieve({"--new-job", "--no-resume"}) == 130);
    BOOST_TEST(jobs().size() == 2U);
    std::string const start = "interrupted; the job stays at the service, take it up with: "
                              "glacier retrieve --vault photos --job=";
    BOOST_TEST(message_of(err).find(start) == 0U);
    BOOST_TEST(message_of(err).find(job) == std::string::npos);
    BOOST_TEST(message_of(err).find(" --output " + target) != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(terminated_after_taking_up, waiting_fixture)
{
    std::string const job = start(glacier::job_parameters::archive_retrieval(archive));
    when_told("in progress", [] { ::raise(SIGTERM); });
    BOOST_TEST(run({"retrieve", "--job", job, "--vault", "photos", "--output", target}) == 143);
    BOOST_TEST(message_of(err).find("terminated; the job stays at the service, take it up with: ") == 0U);
    BOOST_TEST(!std::filesystem::exists(target));
}

// On a terminal the looks at the job change one line.
BOOST_FIXTURE_TEST_CASE(waiting_on_a_terminal, waiting_fixture)
{
    columns = 80;
    when_told("in progress", [] { ::raise(SIGINT); });
    BOOST_TEST(run({"retrieve", "--archive-id", archive, "--vault", "photos", "--output", target}) == 130);
    BOOST_TEST(err.find("\rthe job is in progress, waited 0:0") != std::string::npos);
    BOOST_TEST(err.find("\x1b[K\r\x1b[Kglacier: interrupted") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
