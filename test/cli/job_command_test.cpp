#include "cli/job_command.hpp"

#include "fixture.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using cli_test::message_of;

struct job_fixture : cli_test::service_fixture {
    job_fixture()
    {
        BOOST_TEST_REQUIRE(run({"vault", "create", "photos"}) == 0);
        std::string const file = place.make_file("file", 1'234);
        BOOST_TEST_REQUIRE(run({"upload", file, "--vault", "photos"}) == 0);
        archive = out.substr(0, out.size() - 1);
    }

    std::string start(glacier::job_parameters const& parameters)
    {
        return ask<glacier::initiate_job_result>([&parameters](glacier::client service) {
                   return service.initiate_job(
                       glacier::initiate_job_request(glacier::vault_name("photos"), parameters));
               })
            .job.str();
    }

    std::string start_retrieval()
    {
        auto parameters = glacier::job_parameters::archive_retrieval(archive);
        parameters.description = "two  words";
        return start(parameters);
    }

    std::string archive;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(cli_job_command, job_fixture)

BOOST_AUTO_TEST_CASE(describe)
{
    std::string const job = start_retrieval();
    BOOST_TEST(run({"job", "describe", "--vault", "photos", "--", job}) == 0);
    BOOST_TEST(out.find("JobId: " + job + "\n") != std::string::npos);
    BOOST_TEST(out.find("Action: ArchiveRetrieval\n") != std::string::npos);
    BOOST_TEST(out.find("JobDescription: two  words\n") != std::string::npos);
    BOOST_TEST(out.find("ArchiveSizeInBytes: 1234\n") != std::string::npos);

    BOOST_TEST(run({"job", "describe", "--job-id=" + job, "--vault", "photos", "--output", "json"}) == 0);
    BOOST_TEST(boost::json::parse(out).as_object().at("JobId").as_string().c_str() == job);
    BOOST_TEST(err.empty());
}

BOOST_AUTO_TEST_CASE(list)
{
    BOOST_TEST(run({"job", "list", "--vault", "photos"}) == 0);
    BOOST_TEST(out.empty());
    BOOST_TEST(run({"job", "list", "--vault", "photos", "--output", "json"}) == 0);
    BOOST_TEST(out == "{\"JobList\":[]}\n");

    std::string const retrieval = start_retrieval();
    std::string const inventory = start(glacier::job_parameters::inventory_retrieval());
    BOOST_TEST(run({"job", "list", "--vault", "photos"}) == 0);
    BOOST_TEST(out.find(retrieval + "\tArchiveRetrieval\t") != std::string::npos);
    BOOST_TEST(out.find("\t1234\t" + archive + "\ttwo  words\n") != std::string::npos);
    BOOST_TEST(out.find(inventory + "\tInventoryRetrieval\t") != std::string::npos);
    BOOST_TEST(run({"job", "list", "--vault", "photos", "--output", "json"}) == 0);
    BOOST_TEST(boost::json::parse(out).as_object().at("JobList").as_array().size() == 2U);
}

BOOST_AUTO_TEST_CASE(list_by_status)
{
    start_retrieval();
    BOOST_TEST(run({"job", "list", "--vault", "photos", "--status", "Failed"}) == 0);
    BOOST_TEST(out.empty());
    BOOST_TEST(run({"job", "list", "--vault", "photos", "--status", "Succeeded"}) == 0);
    BOOST_TEST(!out.empty());
    BOOST_TEST(run({"job", "list", "--vault", "photos", "--status", "Done"}) == 2);
    BOOST_TEST(message_of(err) == "--status \"Done\": InProgress, Succeeded or Failed");
}

// Ids of the service may begin with a hyphen; one that does not exist is refused by the service.
BOOST_AUTO_TEST_CASE(ids_with_a_hyphen)
{
    for (std::vector<std::string> const& id :
         {std::vector<std::string>{"--", "-abc"}, {"--job-id=-abc"}, {"--job-id", "-abc"}}) {
        std::vector<std::string> all{"job", "describe", "--vault", "photos"};
        all.insert(all.end(), id.begin(), id.end());
        BOOST_TEST(run(all) == 5);
        BOOST_TEST(message_of(err).find("-abc") != std::string::npos);
    }
    BOOST_TEST(run({"job", "describe", "--vault", "photos", "-abc"}) == 2);
}

BOOST_AUTO_TEST_SUITE_END()
