#include <glacier/transfer.hpp>

#include "support/client_fixture.hpp"
#include "support/event_log.hpp"
#include "support/manual_time.hpp"
#include "support/printing.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <csignal>
#include <stdexcept>

#include <sys/file.h>
#include <sys/resource.h>

using namespace glacier;
using namespace glacier::test;
using protocol::operation;

namespace {

constexpr std::uint64_t mib = 1'048'576;

using names = std::vector<std::string>;

struct download_fixture : client_fixture {
    /// A repetition waits seconds, which take no time here.
    download_fixture()
    {
        time = std::make_shared<jumping_time>();
        sut = make_client(default_config());
    }

    /// A finished job of an archive of so many bytes, to be fetched in ranges of 1 MiB.
    download_job_output_request download_of(std::uint64_t bytes,
                                            std::optional<byte_range> const& range = std::nullopt)
    {
        content = some_bytes(bytes);
        job_id const job = service->add_job("photos", service->add_archive("photos", content), range);
        download_job_output_request request(photos, job, file);
        request.size_of_range = part_size(mib);
        return request;
    }

    /// What happens to the requests for the range that begins at `first`.
    void when_range(std::uint64_t first, fault its_fault)
    {
        service->when([first](recorded_request const& request) { return begins_at(request, first); },
                      std::move(its_fault));
    }

    /// What happens to the n-th request for the range that begins at `first`.
    void when_range(std::uint64_t first, int nth, fault its_fault)
    {
        auto const calls = std::make_shared<int>(0);
        service->when(
            [first, nth, calls](recorded_request const& request) {
                return begins_at(request, first) && ++*calls == nth;
            },
            std::move(its_fault));
    }

    static bool begins_at(recorded_request const& request, std::uint64_t first)
    {
        return request.id == operation::get_job_output &&
               request.message.headers.get("range").starts_with("bytes=" + std::to_string(first) + "-");
    }

    /// How often the range that begins at `first` was asked for.
    std::size_t requests_of(std::uint64_t first) const
    {
        auto const all = service->requests(operation::get_job_output);
        return static_cast<std::size_t>(std::count_if(
            all.begin(), all.end(), [first](auto const& each) { return begins_at(each, first); }));
    }

    /// Nothing of the download is left.
    void check_nothing_kept() const { BOOST_TEST(directory.names().empty()); }

    temporary_directory directory;
    std::filesystem::path file = directory / "file";
    std::string content;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(download_test, download_fixture)

// The file is the archive, and its hash the one that the definition gives.
BOOST_DATA_TEST_CASE(whole_archive,
                     boost::unit_test::data::make({std::uint64_t(1), mib - 1, mib, mib + 1, 2 * mib, 3 * mib,
                                                   5 * mib + 12'345, 8 * mib}))
{
    download_result const result = run(download_job_output(sut, download_of(sample)));

    BOOST_TEST((content_of(file) == content));
    BOOST_TEST((result.file == file));
    BOOST_TEST(result.bytes == sample);
    BOOST_TEST(result.tree_hash.hex() == reference_tree_hash(content).hex());
    BOOST_TEST((directory.names() == names{"file"}));
    BOOST_TEST(service->count(operation::get_job_output) == (sample + mib - 1) / mib);
}

// Every range is asked for once, and they cover the archive.
BOOST_AUTO_TEST_CASE(ranges_on_the_wire)
{
    run(download_job_output(sut, download_of(2 * mib + 7)));

    std::vector<std::string> ranges;
    for (recorded_request const& each : service->requests(operation::get_job_output))
        ranges.emplace_back(each.message.headers.get("range"));
    std::sort(ranges.begin(), ranges.end());
    BOOST_TEST((ranges == names{"bytes=0-1048575", "bytes=1048576-2097151", "bytes=2097152-2097158"}));
}

// A job that retrieved a part of the archive gives that part, counted from its start.
BOOST_DATA_TEST_CASE(ranged_job, boost::unit_test::data::make({std::uint64_t(0), mib, 2 * mib, 3 * mib}))
{
    byte_range const range(sample, 5 * mib + 6);
    download_job_output_request request = download_of(5 * mib + 7, range);

    download_result const result = run(download_job_output(sut, std::move(request)));

    BOOST_TEST(result.bytes == range.size());
    BOOST_TEST((content_of(file) == content.substr(range.first())));
    BOOST_TEST(result.tree_hash.hex() ==
               reference_tree_hash(std::string_view(content).substr(range.first())).hex());
}

// As many ranges are on their way as were asked for, and never more.
BOOST_DATA_TEST_CASE(concurrency, boost::unit_test::data::make({std::size_t(1), std::size_t(3),
                                                                std::size_t(6), std::size_t(50)}))
{
    auto const held_by = std::make_shared<gate>();
    service->always(operation::get_job_output, output_held(held_by));
    download_job_output_request request = download_of(6 * mib);
    request.concurrency = sample;
    std::size_t const expected = std::min<std::size_t>(sample, 6);
    started_operation<download_result> download;
    start(download_job_output(sut, std::move(request)), download);

    run_until([&] { return held_by->waiting() == expected; });
    context.run_for(std::chrono::milliseconds(20));
    BOOST_TEST(service->count(operation::get_job_output) == expected);
    held_by->open();
    run_until([&] { return download.ended(); });

    BOOST_TEST(!download.error);
    BOOST_TEST((content_of(file) == content));
}

// The order in which ranges end does not matter: here the first one ends last.
BOOST_AUTO_TEST_CASE(first_range_ends_last)
{
    auto const held_by = std::make_shared<gate>();
    when_range(0, output_held(held_by));
    download_job_output_request request = download_of(5 * mib + 1);
    request.concurrency = 2;
    std::uint64_t parts_done = 0;
    request.on_progress = [&](transfer_progress const& progress) { parts_done = progress.parts_done; };
    started_operation<download_result> download;
    start(download_job_output(sut, std::move(request)), download);

    run_until([&] { return parts_done == 5; });
    BOOST_TEST((directory.names() == names{"file.part"}));
    held_by->open();
    run_until([&] { return download.ended(); });

    BOOST_TEST(!download.error);
    BOOST_TEST((content_of(file) == content));
}

// Progress is told after each range, up to the whole.
BOOST_AUTO_TEST_CASE(told)
{
    std::vector<transfer_progress> steps;
    download_job_output_request request = download_of(2 * mib + 7);
    request.concurrency = 1;
    request.on_progress = [&](transfer_progress const& progress) { steps.push_back(progress); };

    run(download_job_output(sut, std::move(request)));

    BOOST_TEST_REQUIRE(steps.size() == 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        BOOST_TEST(steps[i].bytes_total == 2 * mib + 7);
        BOOST_TEST(steps[i].parts_total == 3U);
        BOOST_TEST(steps[i].parts_done == i + 1);
    }
    BOOST_TEST(steps[0].bytes_done == mib);
    BOOST_TEST(steps[2].bytes_done == 2 * mib + 7);
}

// ---------------------------------------------------------------------------------------------------
// Ranges that go wrong

// A damaged range is fetched again, and it alone.
BOOST_AUTO_TEST_CASE(damaged_range)
{
    when_range(mib, 1, damaged_output(1'234));

    run(download_job_output(sut, download_of(4 * mib)));

    BOOST_TEST((content_of(file) == content));
    BOOST_TEST(requests_of(mib) == 2U);
    BOOST_TEST(service->count(operation::get_job_output) == 5U);
}

// An observer is told of each range once, though one was fetched twice, and of the whole.
BOOST_AUTO_TEST_CASE(observed)
{
    when_range(mib, 1, damaged_output(1'234));
    client_config config = default_config();
    event_log events;
    config.observer = events.make_observer();

    run(download_job_output(make_client(std::move(config)), download_of(2 * mib + 5)));

    BOOST_TEST(events.lines("transfer_part_ended direction=download resource=\"vault photos, job ").size() ==
               3U);
    BOOST_TEST(events.lines("transfer_part_ended").size() == 3U);
    BOOST_TEST(events.lines("transfer_part_repeated").size() == 1U);
    BOOST_TEST(events.lines(" offset=1048576 size=1048576 ").size() == 2U);
    BOOST_TEST(events.lines(" offset=2097152 size=5 ").size() == 1U);
    BOOST_TEST(events.lines("info transfer_ended direction=download resource=\"vault photos, job ").size() ==
               1U);
    BOOST_TEST(events.lines("transfer_ended").front().find(" size=2097157 ") != std::string::npos);
    BOOST_TEST(events.lines("error=").size() == 1U);
}

// What fails for good is told too.
BOOST_AUTO_TEST_CASE(observed_failure)
{
    when_range(mib, damaged_output(1'234));
    client_config config = default_config();
    event_log events;
    config.observer = events.make_observer();

    BOOST_TEST(code_of(download_job_output(make_client(std::move(config)), download_of(2 * mib))) ==
               errc::tree_hash_mismatch);

    BOOST_TEST(events.lines("warning transfer_part_ended").size() == 1U);
    BOOST_TEST(events.lines("warning transfer_ended").size() == 1U);
    BOOST_TEST(events.lines("warning transfer_").back().ends_with("error=\"tree hash mismatch\""));
}

// Twice damaged is still mended.
BOOST_AUTO_TEST_CASE(damaged_twice)
{
    when_range(mib, 1, damaged_output(0));
    when_range(mib, 2, damaged_output(mib - 1));

    run(download_job_output(sut, download_of(2 * mib)));

    BOOST_TEST((content_of(file) == content));
    BOOST_TEST(requests_of(mib) == 3U);
}

// What stays damaged is an error; there is no file, and nothing is left behind.
BOOST_AUTO_TEST_CASE(always_damaged)
{
    when_range(mib, damaged_output(1'234));

    operation_error const error = failure_of(download_job_output(sut, download_of(4 * mib)));

    BOOST_TEST((error.code() == errc::tree_hash_mismatch));
    BOOST_TEST(error.details().message.find("bytes 1048576-2097151") != std::string::npos);
    BOOST_TEST(requests_of(mib) == 5U);
    check_nothing_kept();
}

// A file that was there before outlives a download that fails.
BOOST_AUTO_TEST_CASE(existing_file_outlives_a_failure)
{
    directory.write("file", "old");
    when_range(0, damaged_output(0));

    BOOST_TEST((code_of(download_job_output(sut, download_of(mib))) == errc::tree_hash_mismatch));

    BOOST_TEST(content_of(file) == "old");
    BOOST_TEST((directory.names() == names{"file"}));
}

// A file that was there before is replaced only when the new one is complete.
BOOST_AUTO_TEST_CASE(existing_file_is_replaced_at_the_end)
{
    directory.write("file", "old");
    auto const held_by = std::make_shared<gate>();
    when_range(mib, output_held(held_by));
    started_operation<download_result> download;
    start(download_job_output(sut, download_of(2 * mib)), download);
    run_until([&] { return held_by->waiting() == 1; });
    context.run_for(std::chrono::milliseconds(20));

    BOOST_TEST(content_of(file) == "old");
    held_by->open();
    run_until([&] { return download.ended(); });

    BOOST_TEST((content_of(file) == content));
}

// An output that breaks off is fetched again, wherever it broke off.
BOOST_DATA_TEST_CASE(cut_range,
                     boost::unit_test::data::make({std::uint64_t(0), std::uint64_t(1), std::uint64_t(262'144),
                                                   std::uint64_t(300'000), mib - 1}))
{
    when_range(mib, 1, cut_output(sample));

    run(download_job_output(sut, download_of(3 * mib)));

    BOOST_TEST((content_of(file) == content));
    BOOST_TEST(requests_of(mib) == 2U);
    BOOST_TEST(service->count(operation::get_job_output) == 4U);
}

// One that always breaks off is the connection's error.
BOOST_AUTO_TEST_CASE(always_cut)
{
    when_range(mib, cut_output(100));

    BOOST_TEST((code_of(download_job_output(sut, download_of(3 * mib))) == errc::connection_closed));
    check_nothing_kept();
}

// An output that ends early without a word is short, and that is found.
BOOST_AUTO_TEST_CASE(short_range)
{
    fault odd;
    odd.shorten_by = 10;
    when_range(mib, 1, odd);
    run(download_job_output(sut, download_of(2 * mib)));
    BOOST_TEST((content_of(file) == content));

    when_range(mib, std::move(odd));
    operation_error const error = failure_of(download_job_output(sut, download_of(2 * mib)));
    BOOST_TEST((error.code() == errc::length_mismatch));
    BOOST_TEST(error.details().message == "bytes 1048576-2097151: only 1048566 bytes");
}

// More bytes than were asked for would be written into the next range: they are refused.
BOOST_AUTO_TEST_CASE(long_range)
{
    when_range(0, surplus_output(10));

    operation_error const error = failure_of(download_job_output(sut, download_of(2 * mib)));

    BOOST_TEST((error.code() == errc::length_mismatch));
    check_nothing_kept();
}

// Without a hash of each range, the whole is still checked.
BOOST_AUTO_TEST_CASE(ranges_without_hashes)
{
    service->always(operation::get_job_output, without_header("x-amz-sha256-tree-hash"));
    run(download_job_output(sut, download_of(3 * mib)));
    BOOST_TEST((content_of(file) == content));

    service->heal();
    fault damaged = without_header("x-amz-sha256-tree-hash");
    damaged.damage_at = 7;
    service->always(operation::get_job_output, std::move(damaged));
    std::filesystem::remove(file);
    operation_error const error = failure_of(download_job_output(sut, download_of(3 * mib)));

    BOOST_TEST((error.code() == errc::tree_hash_mismatch));
    BOOST_TEST(error.details().message.find(reference_tree_hash(content).hex()) != std::string::npos);
    check_nothing_kept();
}

// Ranges that are right do not help if the whole is not what the job says.
BOOST_AUTO_TEST_CASE(wrong_whole)
{
    download_job_output_request request = download_of(2 * mib);
    service->set_job_change(
        [](job_description& job) { job.tree_hash = reference_tree_hash("something else"); });

    BOOST_TEST((failure_of(download_job_output(sut, std::move(request))).code() == errc::tree_hash_mismatch));
    check_nothing_kept();
}

// A job without a hash leaves nothing to compare with, and that is no error.
BOOST_AUTO_TEST_CASE(job_without_a_hash)
{
    download_job_output_request request = download_of(2 * mib);
    service->set_job_change([](job_description& job) { job.tree_hash.reset(); });

    BOOST_TEST(run(download_job_output(sut, std::move(request))).bytes == 2 * mib);
}

// What the service refuses is not asked for again; ranges on their way end first.
BOOST_AUTO_TEST_CASE(refused_range)
{
    auto const held_by = std::make_shared<gate>();
    when_range(0, output_held(held_by));
    when_range(mib, error_answer(service_errc::resource_not_found, "The job ID was not found"));
    download_job_output_request request = download_of(8 * mib);
    request.concurrency = 2;
    started_operation<download_result> download;
    start(download_job_output(sut, std::move(request)), download);
    run_until([&] { return held_by->waiting() == 1 && requests_of(mib) == 1 && service->in_flight() == 0; });
    context.run_for(std::chrono::milliseconds(20));
    BOOST_TEST(!download.ended());
    held_by->open();
    run_until([&] { return download.ended(); });

    BOOST_TEST((download.code() == condition::not_found));
    BOOST_TEST(service->count(operation::get_job_output) == 2U);
    check_nothing_kept();
}

// ---------------------------------------------------------------------------------------------------
// Jobs whose output cannot be had so

// Only a finished retrieval of an archive has an output that can be checked; nothing is fetched of others.
BOOST_AUTO_TEST_CASE(jobs_refused)
{
    download_job_output_request request = download_of(mib);
    auto const code_with = [&](std::function<void(job_description&)> change) {
        service->set_job_change(std::move(change));
        return code_of(download_job_output(sut, request));
    };

    BOOST_TEST((code_with([](job_description& job) { job.status = job_status::in_progress; }) ==
                errc::invalid_option));
    BOOST_TEST(
        (code_with([](job_description& job) { job.status = job_status::failed; }) == errc::invalid_option));
    BOOST_TEST(
        (code_with([](job_description& job) { job.action = job_action::select; }) == errc::invalid_option));
    BOOST_TEST((code_with([](job_description& job) {
                    job.archive_size_in_bytes.reset();
                    job.retrieval_byte_range.reset();
                }) == errc::malformed_response));
    BOOST_TEST((code_with([](job_description& job) {
                    job.archive_size_in_bytes = 0;
                    job.retrieval_byte_range.reset();
                }) == errc::malformed_response));
    BOOST_TEST(service->count(operation::get_job_output) == 0U);
    check_nothing_kept();
}

// The size of the archive stands in where the job does not name its range.
BOOST_AUTO_TEST_CASE(job_without_a_range)
{
    download_job_output_request request = download_of(2 * mib + 3);
    service->set_job_change([](job_description& job) { job.retrieval_byte_range.reset(); });

    run(download_job_output(sut, std::move(request)));

    BOOST_TEST((content_of(file) == content));
}

// An inventory is no archive.
BOOST_AUTO_TEST_CASE(inventory_job)
{
    download_job_output_request request(photos, service->add_inventory_job("photos"), file);

    BOOST_TEST((code_of(download_job_output(sut, std::move(request))) == errc::invalid_option));
}

// A job that is gone is the service's error.
BOOST_AUTO_TEST_CASE(no_job)
{
    download_job_output_request request(photos, "some-job", file);

    BOOST_TEST((code_of(download_job_output(sut, std::move(request))) == condition::not_found));
    check_nothing_kept();
}

// A number of ranges that cannot be is refused before anything is sent.
BOOST_DATA_TEST_CASE(bad_concurrency, boost::unit_test::data::make({std::size_t(0), std::size_t(1'001)}))
{
    download_job_output_request request = download_of(mib);
    request.concurrency = sample;

    BOOST_TEST((code_of(download_job_output(sut, std::move(request))) == errc::invalid_option));
    BOOST_TEST(service->count() == 0U);
}

// ---------------------------------------------------------------------------------------------------
// Files

template <class Fixture>
std::error_code system_code(Fixture& fixture, download_job_output_request request)
{
    try {
        fixture.run(download_job_output(fixture.sut, std::move(request)));
    } catch (std::system_error const& error) {
        return error.code();
    }
    return {};
}

// A download that failed does not stand in the way of the next one, however soon it comes.
BOOST_AUTO_TEST_CASE(next_try_at_once)
{
    download_job_output_request const request = download_of(2 * mib);
    for (int tries = 0; tries < 20; ++tries) {
        when_range(mib, damaged_output(9));
        BOOST_TEST((code_of(download_job_output(sut, request)) == errc::tree_hash_mismatch));
        check_nothing_kept();
        service->heal();
    }
}

// A directory that is not there is found before anything is fetched.
BOOST_AUTO_TEST_CASE(missing_directory)
{
    download_job_output_request request = download_of(mib);
    request.file = directory / "missing" / "file";

    BOOST_TEST((system_code(*this, std::move(request)) == std::errc::no_such_file_or_directory));
    BOOST_TEST(service->count(operation::get_job_output) == 0U);
}

// A full disk is found before anything is fetched.
BOOST_AUTO_TEST_CASE(full_disk)
{
    download_job_output_request request = download_of(2 * mib);
    auto const signal_before = std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    rlimit tight = before;
    tight.rlim_cur = mib;
    ::setrlimit(RLIMIT_FSIZE, &tight);
    std::error_code const code = system_code(*this, std::move(request));
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, signal_before);

    BOOST_TEST((code == std::errc::file_too_large));
    BOOST_TEST(service->count(operation::get_job_output) == 0U);
    check_nothing_kept();
}

// A second download of the same file is refused while the first runs, and does it no harm.
BOOST_AUTO_TEST_CASE(two_downloads_of_one_file)
{
    auto const held_by = std::make_shared<gate>();
    when_range(mib, output_held(held_by));
    download_job_output_request const request = download_of(2 * mib);
    started_operation<download_result> first;
    start(download_job_output(sut, request), first);
    run_until([&] { return held_by->waiting() == 1; });

    BOOST_TEST((system_code(*this, request) == std::errc::resource_unavailable_try_again));
    held_by->open();
    run_until([&] { return first.ended(); });

    BOOST_TEST(!first.error);
    BOOST_TEST((content_of(file) == content));
}

// ---------------------------------------------------------------------------------------------------
// Cancellation and lifetime

// A cancelled download ends at once; nothing stays in flight, and FILE.part goes.
BOOST_AUTO_TEST_CASE(cancelled)
{
    auto const held_by = std::make_shared<gate>();
    service->always(operation::get_job_output, output_held(held_by));
    download_job_output_request request = download_of(6 * mib);
    request.concurrency = 3;
    started_operation<download_result> download;
    start(download_job_output(sut, std::move(request)), download);
    run_until([&] { return held_by->waiting() == 3; });

    auto const begin = std::chrono::steady_clock::now();
    download.cancel.emit(asio::cancellation_type::terminal);
    run_to_end();

    BOOST_TEST(download.completions == 1);
    BOOST_TEST(download.was_aborted());
    BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::seconds(15)));
    BOOST_TEST(held_by->waiting() == 0U);
    BOOST_TEST(service->in_flight() == 0U);
    check_nothing_kept();
}

// After any number of steps of the loop, a cancelled download completes once; there is the whole file or nothing.
BOOST_AUTO_TEST_CASE(cancelled_after_every_step)
{
    std::string const bytes = some_bytes(mib + 1'000);
    bool succeeded = false;
    for (int steps = 0; !succeeded && steps < 1'000; ++steps) {
        client_fixture fresh;
        job_id const job = fresh.service->add_job("photos", fresh.service->add_archive("photos", bytes));
        download_job_output_request request(photos, job, file);
        request.size_of_range = part_size(mib);
        started_operation<download_result> download;
        fresh.start(download_job_output(fresh.sut, std::move(request)), download);
        for (int i = 0; i < steps && !download.ended(); ++i)
            fresh.context.run_one_for(std::chrono::seconds(5));
        download.cancel.emit(asio::cancellation_type::terminal);
        fresh.run_to_end();

        BOOST_TEST(download.completions == 1);
        BOOST_TEST((!download.error || download.was_aborted()));
        BOOST_TEST(fresh.service->in_flight() == 0U);
        succeeded = !download.error;
        // The last step may be overtaken by the cancellation, but then the file is whole.
        if (succeeded || !directory.names().empty()) {
            BOOST_TEST((directory.names() == names{"file"}));
            BOOST_TEST((content_of(file) == bytes));
        }
    }
    BOOST_TEST(succeeded);
}

// The client object may go while the download runs.
BOOST_AUTO_TEST_CASE(client_goes_first)
{
    started_operation<download_result> download;
    {
        client const temporary = make_client(default_config());
        start(download_job_output(temporary, download_of(3 * mib)), download);
    }
    run_until([&] { return download.ended(); });

    BOOST_TEST(!download.error);
}

// Several threads may run the loop of a download.
BOOST_AUTO_TEST_CASE(several_threads)
{
    download_job_output_request request = download_of(12 * mib + 3);
    request.concurrency = 5;
    std::uint64_t parts_done = 0;
    request.on_progress = [&parts_done](transfer_progress const& progress) {
        parts_done = progress.parts_done;
    };
    started_operation<download_result> download;
    start(download_job_output(sut, std::move(request)), download);
    run_on_threads(4);

    BOOST_TEST_REQUIRE(download.ended());
    BOOST_TEST(!download.error);
    BOOST_TEST(parts_done == 13U);
    BOOST_TEST((content_of(file) == content));
}

// A download that is dropped with its loop leaves nothing behind.
BOOST_AUTO_TEST_CASE(context_goes_first)
{
    {
        started_operation<download_result> download;
        client_fixture fresh;
        auto const held_by = std::make_shared<gate>();
        fresh.service->always(operation::get_job_output, output_held(held_by));
        job_id const job =
            fresh.service->add_job("photos", fresh.service->add_archive("photos", some_bytes(3 * mib)));
        fresh.start(download_job_output(fresh.sut, download_job_output_request(photos, job, file)), download);
        fresh.run_until([&] { return held_by->waiting() == 1; });
        BOOST_TEST((directory.names() == names{"file.part"}));
    }

    check_nothing_kept();
}

// ---------------------------------------------------------------------------------------------------
// Streams

namespace {

/// Keeps what it gets, or does not.
class text_sink final : public stream_sink {
public:
    asio::awaitable<void> write(std::span<std::byte const> bytes) override
    {
        BOOST_TEST(!bytes.empty());
        ++writes;
        if (held_by)
            co_await held_by->pass();
        if (writes == fails_at)
            throw std::runtime_error("the sink is full");
        text.append(reinterpret_cast<char const*>(bytes.data()), bytes.size());
    }

    std::string text;
    int writes = 0;
    int fails_at = 0;
    std::shared_ptr<gate> held_by;
};

struct stream_fixture : download_fixture {
    /// Ranges of 1 MiB.
    stream_job_output_request stream_of(std::uint64_t bytes)
    {
        content = some_bytes(bytes);
        stream_job_output_request request(
            photos, service->add_job("photos", service->add_archive("photos", content)), sink);
        request.size_of_range = part_size(mib);
        return request;
    }

    std::shared_ptr<text_sink> sink = std::make_shared<text_sink>();
};

} // namespace

// The sink gets all bytes in order, each range once it is verified.
BOOST_DATA_TEST_CASE_F(stream_fixture, streamed,
                       boost::unit_test::data::make({std::uint64_t(1), mib, 2 * mib + 1, 9 * mib + 12'345}))
{
    download_result const result = run(stream_job_output(sut, stream_of(sample)));

    BOOST_TEST((sink->text == content));
    BOOST_TEST(result.bytes == sample);
    BOOST_TEST(result.tree_hash.hex() == reference_tree_hash(content).hex());
    BOOST_TEST(result.file.empty());
    BOOST_TEST(sut.limits().memory_reserved() == 0U);
}

// A range that is wrong, breaks off or is refused for a moment is fetched again; not a byte of it reaches the sink before.
BOOST_FIXTURE_TEST_CASE(stream_with_faults, stream_fixture)
{
    when_range(0, 1, cut_output(500'000));
    when_range(mib, 1, damaged_output(5));
    when_range(mib, 2, wrong_tree_hash());
    when_range(3 * mib, 1, surplus_output(3));
    when_range(4 * mib, 1, error_answer(service_errc::throttling));
    when_range(5 * mib, 1, gateway_answer(500));

    download_result const result = run(stream_job_output(sut, stream_of(7 * mib)));

    BOOST_TEST((sink->text == content));
    BOOST_TEST(result.repetitions == 4U);
}

// What stays wrong ends the stream, and those that wait behind it; the sink has nothing of it or of them.
BOOST_FIXTURE_TEST_CASE(stream_stays_wrong, stream_fixture)
{
    when_range(2 * mib, damaged_output(5));

    BOOST_TEST((code_of(stream_job_output(sut, stream_of(7 * mib))) == errc::tree_hash_mismatch));
    BOOST_TEST(sink->text.size() <= 2 * mib);
    BOOST_TEST(content.starts_with(sink->text));
}

// A slow sink stops fetching: no more ranges are there than were asked for, and no more memory is taken.
BOOST_FIXTURE_TEST_CASE(slow_sink, stream_fixture)
{
    sink->held_by = std::make_shared<gate>();
    stream_job_output_request request = stream_of(20 * mib);
    request.concurrency = 3;
    started_operation<download_result> download;
    start(stream_job_output(sut, std::move(request)), download);
    run_until([&] { return sink->writes == 1 && service->count(operation::get_job_output) == 3; });
    context.run_for(std::chrono::milliseconds(20));

    BOOST_TEST(service->count(operation::get_job_output) == 3U);
    BOOST_TEST(sut.limits().memory_reserved() == 3 * mib);
    sink->held_by->open();
    run_until([&] { return download.ended(); });
    BOOST_TEST((sink->text == content));
    BOOST_TEST(sut.limits().memory_reserved_most() == 3 * mib);
}

// Downloads have no more requests under way than there are connections; the other ranges wait for as long as it takes.
BOOST_FIXTURE_TEST_CASE(few_connections, stream_fixture)
{
    client_config config = default_config();
    config.pool.connections_max = 2;
    sut = make_client(std::move(config));
    auto const held_by = std::make_shared<gate>();
    service->always(operation::get_job_output, held(held_by));
    stream_job_output_request request = stream_of(12 * mib);
    request.concurrency = 8;
    started_operation<download_result> download;
    start(stream_job_output(sut, std::move(request)), download);
    run_until([&] { return held_by->waiting() == 2; });
    context.run_for(std::chrono::milliseconds(20));
    BOOST_TEST(held_by->waiting() == 2U);
    held_by->open();
    run_until([&] { return download.ended(); });
    BOOST_TEST(!download.error);
    BOOST_TEST((sink->text == content));
    BOOST_TEST(service->in_flight_max(operation::get_job_output) == 2U);
}

// The first range may fail again and again while those behind it have all the memory: it keeps its own.
BOOST_FIXTURE_TEST_CASE(little_memory_and_faults, stream_fixture)
{
    client_config config = default_config();
    config.transfers.memory_max = 3 * mib;
    sut = make_client(std::move(config));
    for (std::uint64_t range = 0; range < 12; ++range) {
        when_range(range * mib, 1, damaged_output(1));
        if (range % 2 == 0)
            when_range(range * mib, 2, cut_output(3));
    }
    stream_job_output_request request = stream_of(12 * mib);
    request.concurrency = 8;
    download_result const result = run(stream_job_output(sut, std::move(request)));

    BOOST_TEST((sink->text == content));
    BOOST_TEST(result.repetitions == 18U);
    BOOST_TEST(sut.limits().memory_reserved_most() == 3 * mib);
}

// Many streams at once share little memory without waiting for each other for ever.
BOOST_FIXTURE_TEST_CASE(many_streams, stream_fixture)
{
    client_config config = default_config();
    config.transfers.memory_max = 2 * mib;
    sut = make_client(std::move(config));
    stream_job_output_request const request = stream_of(3 * mib);
    std::vector<std::shared_ptr<text_sink>> sinks;
    std::vector<started_operation<download_result>> downloads(10);
    for (auto& each : downloads) {
        sinks.push_back(std::make_shared<text_sink>());
        stream_job_output_request own = request;
        own.sink = sinks.back();
        start(stream_job_output(sut, std::move(own)), each);
    }
    run_until([&] {
        return std::all_of(downloads.begin(), downloads.end(), [](auto const& each) { return each.ended(); });
    });
    for (auto const& each : sinks)
        BOOST_TEST((each->text == content));
    BOOST_TEST(sut.limits().memory_reserved_most() == 2 * mib);
}

// A range that does not fit at all is refused.
BOOST_FIXTURE_TEST_CASE(range_does_not_fit, stream_fixture)
{
    client_config config = default_config();
    config.transfers.memory_max = mib;
    sut = make_client(std::move(config));
    stream_job_output_request request = stream_of(5 * mib);
    request.size_of_range = part_size(2 * mib);
    BOOST_TEST((code_of(stream_job_output(sut, std::move(request))) == errc::memory_limit_too_low));
    BOOST_TEST(service->count(operation::get_job_output) == 0U);
}

// Without a sink nothing is asked for.
BOOST_FIXTURE_TEST_CASE(no_sink, stream_fixture)
{
    sink.reset();
    BOOST_TEST((code_of(stream_job_output(sut, stream_of(mib))) == errc::invalid_option));
    BOOST_TEST(service->count() == 0U);
}

// What the sink throws ends the download at once, and is its error.
BOOST_FIXTURE_TEST_CASE(sink_throws, stream_fixture)
{
    sink->fails_at = 2;
    stream_job_output_request request = stream_of(20 * mib);
    BOOST_CHECK_EXCEPTION(
        run(stream_job_output(sut, std::move(request))), std::runtime_error,
        [](std::runtime_error const& error) { return std::string(error.what()) == "the sink is full"; });
    BOOST_TEST((sink->text == content.substr(0, mib)));
    BOOST_TEST(service->count(operation::get_job_output) <= 6U);
    BOOST_TEST(sut.limits().memory_reserved() == 0U);
}

// Only a part is given to the sink; all is fetched and verified.
BOOST_FIXTURE_TEST_CASE(part_of_a_stream, stream_fixture)
{
    stream_job_output_request request = stream_of(5 * mib);
    request.part_of_output = byte_range(mib + 7, 3 * mib + 1);
    download_result const result = run(stream_job_output(sut, request));

    BOOST_TEST((sink->text == content.substr(mib + 7, 2 * mib - 5)));
    BOOST_TEST(result.bytes == 2 * mib - 5);
    BOOST_TEST(service->count(operation::get_job_output) == 5U);
    request.part_of_output = byte_range(0, 5 * mib);
    BOOST_TEST((code_of(stream_job_output(sut, request)) == errc::invalid_byte_range));
}

// A cancelled stream ends at once, whatever holds it up, and cancels the sink.
BOOST_FIXTURE_TEST_CASE(cancelled_stream, stream_fixture)
{
    sink->held_by = std::make_shared<gate>();
    started_operation<download_result> download;
    start(stream_job_output(sut, stream_of(6 * mib)), download);
    run_until([&] { return sink->held_by->waiting() == 1; });
    download.cancel.emit(asio::cancellation_type::terminal);
    run_to_end();

    BOOST_TEST(download.completions == 1);
    BOOST_TEST(download.was_aborted());
    BOOST_TEST(sink->held_by->waiting() == 0U);
    BOOST_TEST(service->in_flight() == 0U);
    BOOST_TEST(sut.limits().memory_reserved() == 0U);
}

// A stream that is dropped with its loop, at any step, takes everything with it.
BOOST_FIXTURE_TEST_CASE(stream_dropped, stream_fixture)
{
    stream_job_output_request const request = stream_of(4 * mib);
    for (int steps = 0; steps < 60; steps += 3) {
        auto const own = std::make_shared<text_sink>();
        {
            started_operation<download_result> download;
            client_fixture fresh;
            fresh.service = service;
            fresh.sut = fresh.make_client(default_config());
            stream_job_output_request wanted = request;
            wanted.sink = own;
            fresh.start(stream_job_output(fresh.sut, std::move(wanted)), download);
            for (int i = 0; i < steps && !download.ended(); ++i)
                fresh.context.run_one_for(std::chrono::seconds(5));
        }
        BOOST_TEST(own.use_count() == 1);
    }
}

// While a range waits for its turn the loop may go.
BOOST_FIXTURE_TEST_CASE(stream_dropped_while_ranges_wait, stream_fixture)
{
    stream_job_output_request const request = stream_of(4 * mib);
    auto const own = std::make_shared<text_sink>();
    {
        started_operation<download_result> download;
        client_fixture fresh;
        fresh.service = service;
        fresh.sut = fresh.make_client(default_config());
        auto const held_by = std::make_shared<gate>();
        when_range(0, output_held(held_by));
        stream_job_output_request wanted = request;
        wanted.sink = own;
        fresh.start(stream_job_output(fresh.sut, std::move(wanted)), download);
        fresh.run_until([&] { return held_by->waiting() == 1; });
        fresh.context.run_for(std::chrono::milliseconds(50));
    }
    BOOST_TEST(own.use_count() == 1);
}

// The observer is told of a stream as of any download.
BOOST_FIXTURE_TEST_CASE(observed_stream, stream_fixture)
{
    client_config config = default_config();
    event_log events;
    config.observer = events.make_observer();
    std::vector<transfer_progress> told;
    stream_job_output_request request = stream_of(3 * mib);
    request.on_progress = [&told](transfer_progress const& progress) { told.push_back(progress); };

    run(stream_job_output(make_client(std::move(config)), std::move(request)));

    BOOST_TEST(events.lines("transfer_started direction=download").size() == 1U);
    BOOST_TEST(events.lines("transfer_part_ended").size() == 3U);
    BOOST_TEST(events.lines("info transfer_ended").size() == 1U);
    BOOST_TEST_REQUIRE(told.size() == 3U);
    BOOST_TEST(told.back().bytes_done == 3 * mib);
}

BOOST_AUTO_TEST_SUITE_END()
