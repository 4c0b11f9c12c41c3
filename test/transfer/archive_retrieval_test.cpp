#include "transfer/archive_retrieval.hpp"

#include "support/client_fixture.hpp"
#include "support/data.hpp"
#include "support/manual_time.hpp"
#include "support/printing.hpp"
#include "support/temporary_directory.hpp"
#include "transfer/journal.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <set>
#include <string>
#include <vector>

using namespace glacier;
using namespace glacier::test;
using protocol::operation;
using transfer::journal;

namespace {

constexpr std::uint64_t mib = 1'048'576;

using names = std::vector<std::string>;

/// A loop with a client of a service that outlives it. It is the day on which the service's jobs are done.
struct short_lived : client_fixture {
    explicit short_lived(std::shared_ptr<fake_service> const& its_service)
    {
        service = its_service;
        time = manual;
        sut = make_client(default_config());
    }

    std::shared_ptr<manual_time> manual = std::make_shared<manual_time>();
};

struct archive_retrieval_fixture : short_lived {
    archive_retrieval_fixture() : short_lived(std::make_shared<fake_service>())
    {
        service->add_vault("photos");
    }

    retrieve_archive_request request()
    {
        retrieve_archive_request made(photos, archive, file);
        made.size_of_range = part_size(mib);
        made.state_file = state;
        made.part = part;
        made.on_job = [this](retrieval_job const& found) {
            jobs.push_back(found.job.str());
            started = found.started;
        };
        return made;
    }

    retrieval_job_request equal_job() { return retrieval_job_request(photos, archive); }

    /// The ranges that the state file says are there.
    std::set<std::uint64_t> recorded() const
    {
        std::set<std::uint64_t> found;
        if (!journal::exists(state))
            return found;
        journal const read(state);
        for (journal::record const& each : read.records())
            if (each.type == "range")
                found.insert(each.number("number").value());
        return found;
    }

    /// What happens to the requests for a range of the output.
    void when_range(std::uint64_t number, fault its_fault)
    {
        service->when(
            [first = "bytes=" + std::to_string(number * mib) + "-"](recorded_request const& each) {
                return each.message.headers.get("range").starts_with(first);
            },
            std::move(its_fault));
    }

    std::string expected() const
    {
        return part ? content.substr(part->bytes.first(), part->bytes.size()) : content;
    }

    /// Ends as a process that is killed does, after so many steps of the loop. Whether it came to its end before.
    bool killed_after(int steps)
    {
        started_operation<retrieve_archive_result> retrieval;
        short_lived killed(service);
        killed.start(retrieve_archive(killed.sut, request()), retrieval);
        for (int i = 0; i < steps && !retrieval.ended(); ++i)
            killed.context.run_one_for(std::chrono::seconds(5));
        return retrieval.ended();
    }

    temporary_directory directory;
    std::filesystem::path file = directory / "file";
    std::filesystem::path state = directory / "state";
    std::string content = some_bytes(5 * mib + 77);
    archive_id archive = service->add_archive("photos", content);
    std::optional<archive_part> part;
    /// Those that were told.
    std::vector<std::string> jobs;
    bool started = false;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(archive_retrieval_test, archive_retrieval_fixture)

// ---------------------------------------------------------------------------------------------------
// find_or_start_retrieval

// A job is started where there is none, with all that was asked for, and found the next time.
BOOST_AUTO_TEST_CASE(started_then_found)
{
    service->set_looks_until_done(2);
    retrieval_job_request wanted = equal_job();
    wanted.tier = tier::bulk;
    wanted.description = "for Alice";
    wanted.sns_topic = "arn:aws:sns:eu-west-1:210987654321:done";
    wanted.range = byte_range(mib, 2 * mib - 1);
    retrieval_job const first = run(find_or_start_retrieval(sut, wanted));
    BOOST_TEST(first.started);
    auto const sent = service->requests(operation::initiate_job);
    BOOST_TEST_REQUIRE(sent.size() == 1U);
    BOOST_TEST(sent[0].message.body ==
               R"({"Type":"archive-retrieval","ArchiveId":")" + archive.str() +
                   R"(","Description":"for Alice","SNSTopic":"arn:aws:sns:eu-west-1:210987654321:done",)"
                   R"("Tier":"Bulk","RetrievalByteRange":"1048576-2097151"})");

    retrieval_job const second = run(find_or_start_retrieval(sut, wanted));
    BOOST_TEST(!second.started);
    BOOST_TEST((second.job == first.job));
    wanted.tier = tier::expedited;
    BOOST_TEST(run(find_or_start_retrieval(sut, wanted)).started);
    wanted.range.reset();
    wanted.tier.reset();
    BOOST_TEST(run(find_or_start_retrieval(sut, wanted)).started);
    BOOST_TEST(service->count(operation::initiate_job) == 3U);
}

// All pages of the list are looked through.
BOOST_AUTO_TEST_CASE(found_on_a_later_page)
{
    archive_id const other = service->add_archive("photos", some_bytes(mib));
    for (int i = 0; i < 120; ++i)
        service->add_job("photos", other);
    job_id const wanted = service->add_job("photos", archive);

    retrieval_job const found = run(find_or_start_retrieval(sut, equal_job()));

    BOOST_TEST(!found.started);
    BOOST_TEST((found.job == wanted));
    BOOST_TEST(service->count(operation::list_jobs) >= 2U);
}

// Whether an output is still there is a matter of the service's time. That this machine's clock is wrong shows with the
// first answer.
BOOST_AUTO_TEST_CASE(found_with_a_wrong_clock)
{
    job_id const there = service->add_job("photos", archive);
    auto const days = std::chrono::hours(5 * 24);
    clock->set(clock->now() + days);
    manual->set_today(manual->today() + days);
    fault refused = error_answer(service_errc::invalid_signature, "Signature not yet current: too early");
    refused.answer->headers.set("Date", "Tue, 03 Feb 2026 04:05:06 GMT");
    service->on(operation::list_jobs, 1, std::move(refused));

    BOOST_TEST((run(find_or_start_retrieval(sut, equal_job())).job == there));
    BOOST_TEST(service->count(operation::initiate_job) == 0U);
}

// An answer that was lost leaves a job that is found.
BOOST_AUTO_TEST_CASE(found_after_lost_answer)
{
    service->on(operation::initiate_job, 1, lost_answer());
    BOOST_TEST(failure_of(find_or_start_retrieval(sut, equal_job())).outcome_unknown());
    BOOST_TEST(!run(find_or_start_retrieval(sut, equal_job())).started);
    BOOST_TEST(service->jobs("photos") == 1U);
}

// ---------------------------------------------------------------------------------------------------
// retrieve_archive

// One call does the whole, and leaves the file alone.
BOOST_AUTO_TEST_CASE(retrieved)
{
    retrieve_archive_result const result = run(retrieve_archive(sut, request()));

    BOOST_TEST((content_of(file) == content));
    BOOST_TEST((directory.names() == names{"file"}));
    BOOST_TEST(started);
    BOOST_TEST((jobs == names{result.job.str()}));
}

// An equal job is taken, unless a new one is asked for.
BOOST_AUTO_TEST_CASE(equal_job_is_taken)
{
    job_id const there = service->add_job("photos", archive);
    BOOST_TEST((run(retrieve_archive(sut, request())).job == there));
    BOOST_TEST(!started);
    BOOST_TEST(service->count(operation::initiate_job) == 0U);

    retrieve_archive_request again = request();
    again.always_new_job = true;
    BOOST_TEST((run(retrieve_archive(sut, std::move(again))).job != there));
    BOOST_TEST(started);
}

// Any bytes of archives of any size: the smallest range around them that can be verified is retrieved, and the file has
// just them.
BOOST_AUTO_TEST_CASE(any_part)
{
    for (std::uint64_t seed = 1; seed <= 25; ++seed) {
        number_source numbers(seed);
        content = some_bytes(1 + numbers.below(6 * mib));
        if (numbers.percent(30))
            content.resize((content.size() + mib - 1) / mib * mib, 'x');
        archive = service->add_archive("photos", content);
        std::uint64_t const first = numbers.below(content.size());
        part = archive_part(byte_range(first, first + numbers.below(content.size() - first)), content.size());
        retrieve_archive_request wanted = request();
        wanted.size_of_range = part_size(mib << numbers.below(3));
        retrieve_archive_result const result = run(retrieve_archive(sut, std::move(wanted)));

        BOOST_TEST((content_of(file) == expected()));
        BOOST_TEST(result.download.bytes == part->bytes.size());
        byte_range const around = tree_hash_aligned(part->bytes, content.size()).value();
        BOOST_TEST(
            result.download.tree_hash.hex() ==
            reference_tree_hash(std::string_view(content).substr(around.first(), around.size())).hex());
        BOOST_TEST((directory.names() == names{"file"}));
    }
}

// Bytes that the archive does not have are refused before anything is asked for.
BOOST_AUTO_TEST_CASE(part_beyond_the_archive)
{
    BOOST_CHECK_EXCEPTION(
        archive_part(byte_range(0, content.size()), content.size()), invalid_value,
        [](invalid_value const& error) { return error.code() == errc::invalid_byte_range; });
    BOOST_CHECK_NO_THROW(archive_part(byte_range(0, content.size() - 1), content.size()));
}

// With a wrong size of the archive the range around the part is one that cannot be verified: it is refused.
BOOST_AUTO_TEST_CASE(wrong_size_of_the_archive)
{
    for (std::uint64_t const wrong : {content.size() - mib, content.size() + mib}) {
        part = archive_part(byte_range(4 * mib + 5, 4 * mib + 9), wrong);
        operation_error const error = failure_of(retrieve_archive(sut, request()));
        BOOST_TEST((error.code() == errc::invalid_byte_range));
        BOOST_TEST(error.details().message == "asked for a part of an archive of " + std::to_string(wrong) +
                                                  " bytes, but the archive has " +
                                                  std::to_string(content.size()));
        BOOST_TEST(service->count(operation::get_job_output) == 0U);
        std::filesystem::remove(state);
    }
}

// Where the service does not say the size, only one that is too small is certain to be wrong.
BOOST_AUTO_TEST_CASE(size_of_the_archive_not_said)
{
    service->set_job_change([](job_description& job) { job.archive_size_in_bytes.reset(); });
    part = archive_part(byte_range(5, 9), content.size());
    run(retrieve_archive(sut, request()));
    BOOST_TEST((content_of(file) == expected()));

    service->set_job_change([](job_description& job) {
        job.archive_size_in_bytes.reset();
        job.retrieval_byte_range = byte_range(0, 5 * mib + 76);
    });
    part = archive_part(byte_range(5, 9), 100);
    BOOST_TEST((failure_of(retrieve_archive(sut, request())).details().message ==
                "asked for a part of an archive of 100 bytes, but the archive has at least 5242957"));
}

// A process may be killed at any moment, also while it waits for the job: the next one goes on with the same job, and
// fetches nothing that was recorded.
BOOST_AUTO_TEST_CASE(killed_at_every_step)
{
    bool ended = false;
    for (int steps = 0; !ended && steps < 3'000; steps += 9) {
        std::filesystem::remove(file);
        archive = service->add_archive("photos", content);
        std::size_t const jobs_before = service->jobs("photos");
        ended = killed_after(steps);
        std::set<std::uint64_t> const there = recorded();
        std::size_t const fetched_before = service->output_ranges().size();

        retrieve_archive_result const result = run(retrieve_archive(sut, request()));

        BOOST_TEST((content_of(file) == content));
        BOOST_TEST((directory.names() == names{"file"}));
        BOOST_TEST(result.download.ranges_resumed == there.size());
        BOOST_TEST(service->output_ranges().size() - fetched_before == 6 - there.size());
        BOOST_TEST(service->jobs("photos") - jobs_before == 1U);
    }
    BOOST_TEST(ended);
}

// So is a service that fails at any call for good: what can be taken up is, and no second job is started.
BOOST_AUTO_TEST_CASE(each_call_fails)
{
    for (operation const failing : {operation::list_jobs, operation::initiate_job, operation::describe_job,
                                    operation::get_job_output}) {
        bool failed = true;
        for (int nth = 1; failed && nth < 20; ++nth) {
            std::filesystem::remove(file);
            archive = service->add_archive("photos", content);
            std::size_t const jobs_before = service->jobs("photos");
            std::size_t const calls = service->count(failing);
            service->on(failing, static_cast<int>(calls) + nth, error_answer(service_errc::access_denied));
            failed = !!code_of(retrieve_archive(sut, request()));
            service->heal();
            std::set<std::uint64_t> const there = recorded();
            if (failed)
                BOOST_TEST(run(retrieve_archive(sut, request())).download.ranges_resumed == there.size());
            BOOST_TEST((content_of(file) == content));
            BOOST_TEST((directory.names() == names{"file"}));
            BOOST_TEST(service->jobs("photos") - jobs_before == 1U);
        }
        BOOST_TEST(!failed);
    }
}

// An output that expires in the middle leads to a new job; what was fetched from the old one is not fetched again.
BOOST_AUTO_TEST_CASE(output_expires)
{
    when_range(3, error_answer(service_errc::resource_not_found));
    retrieve_archive_request wanted = request();
    wanted.concurrency = 1;
    wanted.on_job = [this](retrieval_job const& found) {
        jobs.push_back(found.job.str());
        if (jobs.size() == 2) {
            service->heal();
            service->remove_job("photos", job_id(jobs[0]));
        }
    };
    retrieve_archive_result const result = run(retrieve_archive(sut, std::move(wanted)));

    BOOST_TEST((content_of(file) == content));
    BOOST_TEST_REQUIRE(jobs.size() == 2U);
    BOOST_TEST(jobs[0] != jobs[1]);
    BOOST_TEST(result.job.str() == jobs[1]);
    BOOST_TEST(result.download.ranges_resumed == 3U);
    BOOST_TEST((directory.names() == names{"file"}));
}

// But only once, and without a state file not at all.
BOOST_AUTO_TEST_CASE(output_expires_again)
{
    when_range(3, error_answer(service_errc::resource_not_found));
    BOOST_TEST((code_of(retrieve_archive(sut, request())) == condition::not_found));
    BOOST_TEST(jobs.size() == 2U);
    BOOST_TEST((directory.names() == names{"file.part", "state"}));

    jobs.clear();
    retrieve_archive_request wanted = request();
    wanted.state_file.reset();
    wanted.file = directory / "other";
    BOOST_TEST((code_of(retrieve_archive(sut, std::move(wanted))) == condition::not_found));
    BOOST_TEST(jobs.size() == 1U);

    service->heal();
    BOOST_TEST(run(retrieve_archive(sut, request())).download.ranges_resumed >= 3U);
    BOOST_TEST((content_of(file) == content));
}

// A 404 that a gateway wrote says nothing about the job, which is paid for: it is kept.
BOOST_AUTO_TEST_CASE(not_found_by_a_gateway)
{
    when_range(3, gateway_answer(404));
    BOOST_TEST((code_of(retrieve_archive(sut, request())) == condition::not_found));
    BOOST_TEST(jobs.size() == 1U);
    service->heal();

    std::size_t const looks = service->count(operation::describe_job);
    service->on(operation::describe_job, static_cast<int>(looks) + 1, gateway_answer(404));
    started_operation<retrieve_archive_result> retrieval;
    start(retrieve_archive(sut, request()), retrieval);
    run_until(
        [&] { return service->count(operation::describe_job) == looks + 1 && service->in_flight() == 0; });
    manual->pass(context, std::chrono::minutes(1));
    run_until([&] { return retrieval.ended(); });

    BOOST_TEST_REQUIRE(retrieval.value.has_value());
    BOOST_TEST(retrieval.value->job.str() == jobs.front());
    BOOST_TEST((content_of(file) == content));
    BOOST_TEST(service->jobs("photos") == 1U);
}

// A job that has gone before another process takes it up is replaced too.
BOOST_AUTO_TEST_CASE(job_gone_before_it_is_taken_up)
{
    when_range(3, error_answer(service_errc::access_denied));
    BOOST_TEST((code_of(retrieve_archive(sut, request())) == condition::access));
    service->heal();
    std::size_t const there = recorded().size();
    service->remove_job("photos", job_id(jobs.back()));

    retrieve_archive_result const result = run(retrieve_archive(sut, request()));

    BOOST_TEST((content_of(file) == content));
    BOOST_TEST(started);
    BOOST_TEST(result.download.ranges_resumed == there);
}

// A file that was finished by a run that could not say so any more is found, though its job has gone: no other is paid for.
BOOST_AUTO_TEST_CASE(finished_but_not_said)
{
    for (bool const of_a_part : {false, true}) {
        if (of_a_part)
            part = archive_part(byte_range(mib + 5, 3 * mib + 7), content.size());
        std::string last_state;
        retrieve_archive_request last = request();
        last.on_progress = [&](transfer_progress const& told) {
            if (told.parts_done == told.parts_total)
                last_state = content_of(state);
        };
        job_id const job = run(retrieve_archive(sut, std::move(last))).job;
        directory.write("state", last_state);
        service->remove_job("photos", job);
        std::size_t const before = service->count();

        retrieve_archive_result const result = run(retrieve_archive(sut, request()));

        BOOST_TEST(service->count() == before);
        BOOST_TEST((result.job == job));
        BOOST_TEST(jobs.back() == job.str());
        BOOST_TEST(result.download.bytes == expected().size());
        BOOST_TEST(result.download.ranges_resumed == result.download.ranges);
        BOOST_TEST(result.download.verified);
        BOOST_TEST((content_of(file) == expected()));
        BOOST_TEST((directory.names() == names{"file"}));
    }
}

// Nobody knows whether a job was started whose answer was lost: the next process finds it, also if it wants a new one.
BOOST_AUTO_TEST_CASE(lost_answer_to_the_job)
{
    service->on(operation::initiate_job, 1, lost_answer());
    retrieve_archive_request wanted = request();
    wanted.always_new_job = true;
    BOOST_TEST(failure_of(retrieve_archive(sut, wanted)).outcome_unknown());
    BOOST_TEST((directory.names() == names{"state"}));

    run(retrieve_archive(sut, wanted));
    BOOST_TEST(!started);
    BOOST_TEST(service->jobs("photos") == 1U);
    BOOST_TEST((content_of(file) == content));
}

// Where no job could be started nothing is left: the next retrieval to that place may be of another archive.
BOOST_AUTO_TEST_CASE(nothing_begun)
{
    for (operation const failing : {operation::list_jobs, operation::initiate_job}) {
        service->on(failing, static_cast<int>(service->count(failing)) + 1,
                    error_answer(service_errc::access_denied));
        BOOST_TEST((code_of(retrieve_archive(sut, request())) == condition::access));
        BOOST_TEST(directory.names().empty());
    }
    archive = service->add_archive("photos", content);
    run(retrieve_archive(sut, request()));
    BOOST_TEST((content_of(file) == content));
}

// A job that failed is not taken up again.
BOOST_AUTO_TEST_CASE(failed_job)
{
    service->set_jobs_fail("no");
    BOOST_TEST((code_of(retrieve_archive(sut, request())) == errc::job_failed));
    BOOST_TEST(jobs.size() == 1U);
    service->set_jobs_succeed();

    run(retrieve_archive(sut, request()));
    BOOST_TEST(started);
    BOOST_TEST(jobs.size() == 2U);
    BOOST_TEST((content_of(file) == content));
}

// The state of another retrieval is refused before a job is started.
BOOST_AUTO_TEST_CASE(others_state)
{
    when_range(0, error_answer(service_errc::access_denied));
    BOOST_TEST((code_of(retrieve_archive(sut, request())) == condition::access));
    std::size_t const before = service->count();
    part = archive_part(byte_range(5, 6), content.size());
    BOOST_TEST((code_of(retrieve_archive(sut, request())) == errc::state_file_mismatch));
    part.reset();
    archive = service->add_archive("photos", content);
    BOOST_TEST((code_of(retrieve_archive(sut, request())) == errc::state_file_mismatch));
    BOOST_TEST(service->count() == before);
}

// What a retrieval left may be taken up by a download of its job, and the other way round.
BOOST_AUTO_TEST_CASE(taken_up_by_a_download)
{
    part = archive_part(byte_range(4 * mib + 5, 5 * mib + 6), content.size());
    when_range(1, error_answer(service_errc::access_denied));
    BOOST_TEST((code_of(retrieve_archive(sut, request())) == condition::access));
    service->heal();
    std::size_t const there = recorded().size();
    BOOST_TEST(there == 1U);
    download_job_output_request download(photos, job_id(jobs.back()), file);
    download.state_file = state;
    download.part_of_output = byte_range(5, mib + 6);
    BOOST_TEST(run(download_job_output(sut, std::move(download))).ranges_resumed == there);
    BOOST_TEST((content_of(file) == expected()));
}

// The wait ends at once when it is cancelled; another process goes on with the job.
BOOST_AUTO_TEST_CASE(cancelled_while_it_waits)
{
    service->set_looks_until_done(2);
    started_operation<retrieve_archive_result> retrieval;
    start(retrieve_archive(sut, request()), retrieval);
    run_until([&] { return service->count(operation::describe_job) == 1 && service->in_flight() == 0; });
    retrieval.cancel.emit(asio::cancellation_type::terminal);
    run_to_end();
    BOOST_TEST(retrieval.was_aborted());
    BOOST_TEST((directory.names() == names{"state"}));

    run(retrieve_archive(sut, request()));
    BOOST_TEST(!started);
    BOOST_TEST(service->jobs("photos") == 1U);
    BOOST_TEST((content_of(file) == content));
}

BOOST_AUTO_TEST_SUITE_END()
