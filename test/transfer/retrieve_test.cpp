#include <glacier/transfer.hpp>

#include "support/client_fixture.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

using namespace glacier;
using namespace glacier::test;
using protocol::operation;

namespace {

constexpr std::uint64_t mib = 1'048'576;

struct retrieve_fixture : client_fixture {
    job_id start_job()
    {
        job_parameters parameters = job_parameters::archive_retrieval(archive);
        return run(sut.initiate_job(initiate_job_request(photos, std::move(parameters)))).job;
    }

    wait_for_job_request wait_for(job_id job)
    {
        wait_for_job_request request(photos, std::move(job));
        request.interval_min = std::chrono::milliseconds(2);
        request.interval_max = std::chrono::milliseconds(4);
        return request;
    }

    retrieve_archive_request retrieve() { return retrieve_archive_request(photos, archive, file); }

    temporary_directory directory;
    std::filesystem::path file = directory / "file";
    std::string content = some_bytes(3 * mib + 5);
    archive_id archive = service->add_archive("photos", content);
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(retrieve_test, retrieve_fixture)

// ---------------------------------------------------------------------------------------------------
// wait_for_job

// A job that is done already costs one look, at once.
BOOST_AUTO_TEST_CASE(done_already)
{
    job_id const job = service->add_job("photos", archive);

    wait_for_job_request request(photos, job);
    job_description const done = run(wait_for_job(sut, std::move(request)));

    BOOST_TEST((done.status == job_status::succeeded));
    BOOST_TEST(done.job == job.str());
    BOOST_TEST(service->count(operation::describe_job) == 1U);
}

// Every look is told, the last one included.
BOOST_AUTO_TEST_CASE(looks_are_told)
{
    service->set_looks_until_done(4);
    wait_for_job_request request = wait_for(start_job());
    std::vector<job_status> looks;
    request.on_look = [&looks](job_description const& job) { looks.push_back(job.status); };

    run(wait_for_job(sut, std::move(request)));

    BOOST_TEST_REQUIRE(looks.size() == 4U);
    BOOST_TEST((looks[2] == job_status::in_progress));
    BOOST_TEST((looks[3] == job_status::succeeded));
}

// Between two looks is the interval.
BOOST_AUTO_TEST_CASE(waits_between_looks)
{
    service->set_looks_until_done(4);
    wait_for_job_request request = wait_for(start_job());
    request.interval_min = std::chrono::milliseconds(20);
    request.interval_max = std::chrono::milliseconds(20);

    auto const begin = std::chrono::steady_clock::now();
    run(wait_for_job(sut, std::move(request)));

    BOOST_TEST((std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(60)));
}

// A failed job is an error with the service's words.
BOOST_AUTO_TEST_CASE(failed_job)
{
    service->set_looks_until_done(2);
    service->set_jobs_fail("The archive was deleted");
    job_id const job = start_job();
    int looks = 0;
    wait_for_job_request request = wait_for(job);
    request.on_look = [&looks](job_description const&) { ++looks; };

    operation_error const error = failure_of(wait_for_job(sut, std::move(request)));

    BOOST_TEST((error.code() == errc::job_failed));
    BOOST_TEST(error.details().message == "The archive was deleted");
    BOOST_TEST(error.details().resource == "vault photos, job " + job.str());
    BOOST_TEST(looks == 2);
}

// A failed job without words is an error all the same.
BOOST_AUTO_TEST_CASE(failed_job_without_words)
{
    service->set_jobs_fail("");
    service->set_job_change([](job_description& job) { job.status_message.reset(); });

    BOOST_TEST((failure_of(wait_for_job(sut, wait_for(start_job()))).code() == errc::job_failed));
}

// A job that has ended in a way that this version does not know is not waited for for ever.
BOOST_AUTO_TEST_CASE(ended_in_an_unknown_way)
{
    service->set_job_change([](job_description& job) { job.status = job_status::unknown; });

    BOOST_TEST((failure_of(wait_for_job(sut, wait_for(start_job()))).code() == errc::job_failed));
}

// A job that vanishes while it is waited for is the service's error.
BOOST_AUTO_TEST_CASE(vanished_job)
{
    service->set_looks_until_done(10);
    service->on(operation::describe_job, 2, error_answer(service_errc::resource_not_found));

    BOOST_TEST((failure_of(wait_for_job(sut, wait_for(start_job()))).code() == condition::not_found));
    BOOST_TEST(service->count(operation::describe_job) == 2U);
}

// A look that fails for a moment does not end the wait.
BOOST_AUTO_TEST_CASE(look_is_repeated)
{
    service->set_looks_until_done(2);
    service->on(operation::describe_job, 1, error_answer(service_errc::service_unavailable));
    service->on(operation::describe_job, 3, lost_answer());

    BOOST_TEST((run(wait_for_job(sut, wait_for(start_job()))).status == job_status::succeeded));
}

// Looking without a pause is refused.
BOOST_DATA_TEST_CASE(no_interval, boost::unit_test::data::make({0, -5}))
{
    wait_for_job_request request = wait_for("some-job");
    request.interval_min = std::chrono::milliseconds(sample);

    BOOST_TEST((code_of(wait_for_job(sut, std::move(request))) == errc::invalid_option));
    BOOST_TEST(service->count() == 0U);
}

// A wait of minutes ends at once when it is cancelled.
BOOST_AUTO_TEST_CASE(cancelled_between_looks)
{
    service->set_looks_until_done(10);
    wait_for_job_request request = wait_for(start_job());
    request.interval_min = std::chrono::minutes(5);
    request.interval_max = std::chrono::minutes(5);
    started_operation<job_description> wait;
    start(wait_for_job(sut, std::move(request)), wait);
    run_until([&] { return service->count(operation::describe_job) == 1 && service->in_flight() == 0; });

    auto const begin = std::chrono::steady_clock::now();
    wait.cancel.emit(asio::cancellation_type::terminal);
    run_to_end();

    BOOST_TEST(wait.completions == 1);
    BOOST_TEST(wait.was_aborted());
    BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::seconds(15)));
}

// ---------------------------------------------------------------------------------------------------
// retrieve_archive

// One call does the whole: job, wait, download; the caller is told each step.
BOOST_AUTO_TEST_CASE(retrieved)
{
    retrieve_archive_request request = retrieve();
    request.tier = tier::bulk;
    request.job_description_text = "for Alice";
    request.size_of_range = part_size(mib);
    request.concurrency = 2;
    std::vector<std::string> told;
    std::optional<job_id> job;
    request.on_job = [&](retrieval_job const& found) {
        job_id const& id = found.job;
        told.emplace_back("started");
        job = id;
    };
    request.on_look = [&](job_description const&) { told.emplace_back("look"); };
    request.on_progress = [&](transfer_progress const&) { told.emplace_back("range"); };

    retrieve_archive_result const result = run(retrieve_archive(sut, std::move(request)));

    BOOST_TEST((told == std::vector<std::string>{"started", "look", "range", "range", "range", "range"}));
    BOOST_TEST((result.job == job));
    BOOST_TEST((result.download.file == file));
    BOOST_TEST(result.download.bytes == content.size());
    BOOST_TEST((result.download.tree_hash == reference_tree_hash(content)));
    BOOST_TEST((content_of(file) == content));
    auto const sent = service->requests(operation::initiate_job);
    BOOST_TEST_REQUIRE(sent.size() == 1U);
    BOOST_TEST(sent[0].message.body == R"({"Type":"archive-retrieval","ArchiveId":")" + archive.str() +
                                           R"(","Description":"for Alice","Tier":"Bulk"})");
    BOOST_TEST(service->in_flight_max(operation::get_job_output) == 2U);
}

// A place that cannot be written is found before the job is started, which costs money and hours.
BOOST_AUTO_TEST_CASE(bad_path_before_the_job)
{
    retrieve_archive_request request = retrieve();
    request.file = directory / "missing" / "file";

    BOOST_CHECK_EXCEPTION(
        run(retrieve_archive(sut, std::move(request))), std::filesystem::filesystem_error,
        [](auto const& error) { return error.code() == std::errc::no_such_file_or_directory; });
    BOOST_TEST(service->count() == 0U);
}

// So is a state file that would be where the bytes go.
BOOST_AUTO_TEST_CASE(state_file_in_the_way)
{
    file = directory.path() / "file.new";
    for (char const* const name : {"file.new", "file.new.part", "file"}) {
        retrieve_archive_request request = retrieve();
        request.state_file = directory.path() / "." / name;
        BOOST_TEST((code_of(retrieve_archive(sut, std::move(request))) == errc::invalid_option));

        download_job_output_request download(photos, "some-job", file);
        download.state_file = directory / name;
        BOOST_TEST((code_of(download_job_output(sut, std::move(download))) == errc::invalid_option));
    }
    BOOST_TEST(service->count() == 0U);
    BOOST_TEST(directory.names().empty());
}

// So is a number of ranges that cannot be.
BOOST_DATA_TEST_CASE(bad_concurrency_before_the_job,
                     boost::unit_test::data::make({std::size_t(0), std::size_t(1'001)}))
{
    retrieve_archive_request request = retrieve();
    request.concurrency = sample;

    BOOST_TEST((code_of(retrieve_archive(sut, std::move(request))) == errc::invalid_option));
    BOOST_TEST(service->count() == 0U);
}

// Nobody starts a second job because the answer to the first was lost.
BOOST_AUTO_TEST_CASE(lost_answer_to_the_job)
{
    service->on(operation::initiate_job, 1, lost_answer());
    bool started = false;
    retrieve_archive_request request = retrieve();
    request.on_job = [&started](retrieval_job const&) { started = true; };

    operation_error const error = failure_of(retrieve_archive(sut, std::move(request)));

    BOOST_TEST(error.outcome_unknown());
    BOOST_TEST(!started);
    BOOST_TEST(service->count(operation::initiate_job) == 1U);
}

// A failed job is the error; nothing is downloaded, no file is made.
BOOST_AUTO_TEST_CASE(failed_retrieval)
{
    service->set_jobs_fail("The archive was deleted");

    BOOST_TEST((failure_of(retrieve_archive(sut, retrieve())).code() == errc::job_failed));
    BOOST_TEST(service->count(operation::get_job_output) == 0U);
    BOOST_TEST(directory.names().empty());
}

// A retrieval that is cancelled while it waits ends at once; the job goes on, and its id is known.
BOOST_AUTO_TEST_CASE(cancelled_retrieval)
{
    service->set_looks_until_done(2);
    std::optional<job_id> job;
    retrieve_archive_request request = retrieve();
    request.on_job = [&job](retrieval_job const& found) { job = found.job; };
    started_operation<retrieve_archive_result> retrieval;
    start(retrieve_archive(sut, std::move(request)), retrieval);
    run_until([&] { return service->count(operation::describe_job) == 1 && service->in_flight() == 0; });

    retrieval.cancel.emit(asio::cancellation_type::terminal);
    run_to_end();

    BOOST_TEST(retrieval.completions == 1);
    BOOST_TEST(retrieval.was_aborted());
    BOOST_TEST_REQUIRE(job.has_value());
    run(wait_for_job(sut, wait_for(*job)));
    download_job_output_request download(photos, *job, file);
    run(download_job_output(sut, std::move(download)));
    BOOST_TEST((content_of(file) == content));
}

BOOST_AUTO_TEST_SUITE_END()
