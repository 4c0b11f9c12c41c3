#include "cli/retrieve_command.hpp"

#include "fixture.hpp"

#include <glacier/tree_hash.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <span>

namespace {

using cli_test::message_of;

constexpr std::size_t mib = 1'048'576;

struct retrieve_fixture : cli_test::service_fixture {
    explicit retrieve_fixture(std::chrono::milliseconds job_delay = std::chrono::milliseconds(0))
        : service_fixture(job_delay), source(place.make_file("source", 2 * mib + 5)),
          target(place.file("target"))
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
        return !std::filesystem::exists(target) && !std::filesystem::exists(target + ".part");
    }

    std::string source;
    std::string target;
    std::string archive;
    std::string hash;
};

/// One whose jobs do not end.
struct waiting_fixture : retrieve_fixture {
    waiting_fixture() : retrieve_fixture(std::chrono::hours(1)) {}
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
    BOOST_TEST(err.find("job " + job +
                        " started; take it up later with: glacier retrieve --vault photos --job=" + job +
                        " --output " + target + "\n") == 0U);
    BOOST_TEST(err.find("\nthe job has succeeded; to download: 2097157 bytes in 1 ranges of 16.0 MiB\n") !=
               std::string::npos);
    BOOST_TEST(err.find("\nretrieved 2097157 bytes, the tree hash is right\n") != std::string::npos);
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
    retrieve_fixture service(std::chrono::milliseconds(300));
    std::string const job = service.start(glacier::job_parameters::archive_retrieval(service.archive));
    BOOST_TEST(service.run({"retrieve", "--vault", "photos", "--job", job, "--output", service.target}) == 0);
    BOOST_TEST(service.err.find("the job is in progress, waited 0:00\n") == 0U);
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
    BOOST_TEST(run({"retrieve", "id", "--vault", "photos", "--output", target, "--job", "j", "--tier",
                    "Bulk"}) == 2);
    BOOST_TEST(run({"retrieve", "i/d", "--vault", "photos", "--output", target}) == 2);
    BOOST_TEST(run({"retrieve", "id", "--vault", "p/s", "--output", target}) == 2);
    BOOST_TEST(run({"retrieve", "id", "--vault", "photos", "--output", target, "--job", "j/b"}) == 2);
    BOOST_TEST(run({"retrieve", "id", "--vault", "photos", "--output", place.file("missing/target")}) == 3);
    BOOST_TEST(run({"retrieve", "id", "--vault", "photos", "--output", target}) == 4);
}

// The job goes on without the command, and the message says how to get its output.
BOOST_FIXTURE_TEST_CASE(interrupted_while_waiting, waiting_fixture)
{
    when_told("in progress", [] { ::raise(SIGINT); });
    BOOST_TEST(run({"retrieve", "--archive-id", archive, "--vault", "photos", "--output", target}) == 130);
    BOOST_TEST(out.empty());
    BOOST_TEST_REQUIRE(jobs().size() == 1U);
    BOOST_TEST(message_of(err) == "interrupted; the job stays at the service, take it up with: "
                                  "glacier retrieve --vault photos --job=" +
                                      jobs().front().job + " --output " + target);
    BOOST_TEST(nothing_was_left());
}

BOOST_FIXTURE_TEST_CASE(terminated_after_taking_up, waiting_fixture)
{
    std::string const job = start(glacier::job_parameters::archive_retrieval(archive));
    when_told("in progress", [] { ::raise(SIGTERM); });
    BOOST_TEST(run({"retrieve", "--job", job, "--vault", "photos", "--output", target}) == 143);
    BOOST_TEST(message_of(err).find("terminated; the job stays at the service, take it up with: ") == 0U);
    BOOST_TEST(nothing_was_left());
}

// On a terminal the looks at the job change one line.
BOOST_FIXTURE_TEST_CASE(waiting_on_a_terminal, waiting_fixture)
{
    columns = 80;
    when_told("in progress", [] { ::raise(SIGINT); });
    BOOST_TEST(run({"retrieve", "--archive-id", archive, "--vault", "photos", "--output", target}) == 130);
    BOOST_TEST(err.find("\rthe job is in progress, waited 0:00\x1b[K\r\x1b[Kglacier: interrupted") !=
               std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
