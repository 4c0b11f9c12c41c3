#include <glacier/transfer.hpp>

#include "support/client_fixture.hpp"
#include "support/event_log.hpp"
#include "support/manual_time.hpp"
#include "support/printing.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <set>

using namespace glacier;
using namespace glacier::test;
using protocol::operation;

namespace {

constexpr std::uint64_t mib = 1'048'576;

struct upload_fixture : client_fixture {
    /// Writes a file, and asks for parts of 1 MiB.
    upload_file_request upload_of(std::string const& bytes)
    {
        upload_file_request request(photos, directory.write("file", bytes));
        request.size_of_part = part_size(mib);
        return request;
    }

    std::string range_of(recorded_request const& request) const
    {
        return std::string(request.message.headers.get("content-range"));
    }

    /// What happens to the part that begins at `first`.
    void when_part(std::uint64_t first, fault its_fault)
    {
        service->when(
            [first](recorded_request const& request) {
                std::string const start = "bytes " + std::to_string(first) + "-";
                return request.id == operation::upload_multipart_part &&
                       request.message.headers.get("content-range").starts_with(start);
            },
            std::move(its_fault));
    }

    /// Waits between repetitions take no time from now on.
    void time_jumps()
    {
        time = std::make_shared<jumping_time>();
        sut = make_client(default_config());
    }

    temporary_directory directory;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(upload_test, upload_fixture)

// The archive is the file, and its hash is the one that the definition gives.
BOOST_DATA_TEST_CASE(whole_file,
                     boost::unit_test::data::make({std::uint64_t(1), mib - 1, mib, mib + 1, 2 * mib, 3 * mib,
                                                   5 * mib + 12'345, 7 * mib, 8 * mib}))
{
    std::string const bytes = some_bytes(sample);

    upload_result const result = run(upload_file(sut, upload_of(bytes)));

    BOOST_TEST((service->archive("photos", result.archive) == bytes));
    BOOST_TEST(result.tree_hash.hex() == reference_tree_hash(bytes).hex());
    BOOST_TEST(result.bytes == sample);
    BOOST_TEST(result.size_of_part == mib);
    BOOST_TEST(result.parts == (sample + mib - 1) / mib);
    BOOST_TEST(result.location.ends_with(result.archive.str()));
    BOOST_TEST(service->uploads("photos") == 0U);
}

// Without a wish, a file of up to 160,000 MiB goes in parts of 16 MiB; the vault and the description are the
// request's.
BOOST_AUTO_TEST_CASE(default_part_size)
{
    std::string const bytes = some_bytes(17 * mib);
    upload_file_request request(photos, directory.write("file", bytes));
    request.description = "seventeen";

    upload_result const result = run(upload_file(sut, std::move(request)));

    BOOST_TEST(result.size_of_part == 16 * mib);
    BOOST_TEST(result.parts == 2U);
    auto const initiated = service->requests(operation::initiate_multipart_upload);
    BOOST_TEST_REQUIRE(initiated.size() == 1U);
    BOOST_TEST(initiated[0].message.headers.get("x-amz-part-size") == "16777216");
    BOOST_TEST(initiated[0].message.headers.get("x-amz-archive-description") == "seventeen");
    BOOST_TEST((service->archive("photos", result.archive) == bytes));
}

// An observer is told of each part and of the whole.
BOOST_AUTO_TEST_CASE(observed)
{
    client_config config = default_config();
    event_log events;
    config.observer = events.make_observer();

    run(upload_file(make_client(std::move(config)), upload_of(some_bytes(2 * mib + 5))));

    BOOST_TEST(
        events.lines("trace transfer_part_ended direction=upload resource=\"vault photos, upload ").size() ==
        3U);
    BOOST_TEST(events.lines(" offset=2097152 size=5 ").size() == 1U);
    BOOST_TEST(events.lines("info transfer_ended direction=upload resource=\"vault photos, upload ").size() ==
               1U);
    BOOST_TEST(events.lines("transfer_ended").front().find(" size=2097157 ") != std::string::npos);
}

// A part that fails is told of, and the transfer with the same error.
BOOST_AUTO_TEST_CASE(observed_failure)
{
    when_part(mib, error_answer(service_errc::access_denied));
    client_config config = default_config();
    event_log events;
    config.observer = events.make_observer();

    BOOST_TEST((code_of(upload_file(make_client(std::move(config)), upload_of(some_bytes(2 * mib)))) ==
                service_errc::access_denied));

    BOOST_TEST(events.lines("warning transfer_part_ended").size() == 1U);
    BOOST_TEST(events.lines("warning transfer_part_ended").front().find(" offset=1048576 ") !=
               std::string::npos);
    BOOST_TEST(events.lines("warning transfer_ended").front().ends_with("error=\"access denied\""));
}

// The part size grows with the file, so that 10,000 parts are enough.
BOOST_AUTO_TEST_CASE(part_size_grows)
{
    upload_file_request request(photos, directory.write_sparse("sparse", 160'000 * mib + 1));
    service->always(operation::initiate_multipart_upload, error_answer(service_errc::access_denied));

    BOOST_TEST((code_of(upload_file(sut, std::move(request))) == service_errc::access_denied));

    BOOST_TEST(service->only_request().message.headers.get("x-amz-part-size") == "33554432");
}

// A part size with which the file does not fit is refused, and the error names one that does.
BOOST_AUTO_TEST_CASE(part_size_too_small)
{
    upload_file_request request(photos, directory.write_sparse("sparse", 10'000 * mib + 1));
    request.size_of_part = part_size(mib);

    operation_error const error = failure_of(upload_file(sut, std::move(request)));

    BOOST_TEST((error.code() == errc::invalid_part_size));
    BOOST_TEST(std::string(error.what()).find("2097152") != std::string::npos);
    BOOST_TEST(service->count() == 0U);
}

// Exactly 10,000 parts fit.
BOOST_AUTO_TEST_CASE(part_size_just_fits)
{
    upload_file_request request(photos, directory.write_sparse("sparse", 10'000 * mib));
    request.size_of_part = part_size(mib);
    service->always(operation::initiate_multipart_upload, error_answer(service_errc::access_denied));

    BOOST_TEST((code_of(upload_file(sut, std::move(request))) == service_errc::access_denied));
}

// Each part carries its own range and hashes, and each is sent once.
BOOST_AUTO_TEST_CASE(parts_on_the_wire)
{
    std::string const bytes = some_bytes(2 * mib + 7);
    run(upload_file(sut, upload_of(bytes)));

    std::set<std::string> ranges;
    for (recorded_request const& each : service->requests(operation::upload_multipart_part)) {
        ranges.insert(range_of(each));
        BOOST_TEST(each.message.headers.get("x-amz-sha256-tree-hash") ==
                   reference_tree_hash(each.content).hex());
    }
    BOOST_TEST((ranges == std::set<std::string>{"bytes 0-1048575/*", "bytes 1048576-2097151/*",
                                                "bytes 2097152-2097158/*"}));
    BOOST_TEST(service->count() == 5U);
}

// As many parts are on their way as were asked for, and never more.
BOOST_DATA_TEST_CASE(concurrency,
                     boost::unit_test::data::make({std::size_t(1), std::size_t(2), std::size_t(3),
                                                   std::size_t(6), std::size_t(50)}))
{
    auto const held_by = std::make_shared<gate>();
    service->always(operation::upload_multipart_part, held(held_by));
    upload_file_request request = upload_of(some_bytes(6 * mib));
    request.concurrency = sample;
    std::size_t const expected = std::min<std::size_t>(sample, 6);
    started_operation<upload_result> upload;
    start(upload_file(sut, std::move(request)), upload);

    run_until([&] { return held_by->waiting() == expected; });
    // Nothing more comes while these wait.
    context.run_for(std::chrono::milliseconds(20));
    BOOST_TEST(service->count(operation::upload_multipart_part) == expected);
    held_by->open();
    run_until([&] { return upload.ended(); });

    BOOST_TEST(!upload.error);
    BOOST_TEST(service->in_flight_max(operation::upload_multipart_part) == expected);
}

// The order in which parts end does not matter: here the first one ends last.
BOOST_AUTO_TEST_CASE(first_part_ends_last)
{
    auto const held_by = std::make_shared<gate>();
    when_part(0, held(held_by));
    std::string const bytes = some_bytes(5 * mib + 1);
    upload_file_request request = upload_of(bytes);
    request.concurrency = 2;
    std::uint64_t parts_done = 0;
    request.on_progress = [&](transfer_progress const& progress) { parts_done = progress.parts_done; };
    started_operation<upload_result> upload;
    start(upload_file(sut, std::move(request)), upload);

    run_until([&] { return parts_done == 5; });
    held_by->open();
    run_until([&] { return upload.ended(); });

    BOOST_TEST_REQUIRE(!upload.error);
    BOOST_TEST((upload.value->tree_hash == reference_tree_hash(bytes)));
    BOOST_TEST((service->archive("photos", upload.value->archive) == bytes));
}

// The id is told as soon as the upload exists, and progress after each part, up to the whole.
BOOST_AUTO_TEST_CASE(told)
{
    std::vector<transfer_progress> steps;
    std::size_t parts_when_started = 99;
    upload_file_request request = upload_of(some_bytes(2 * mib + 7));
    request.concurrency = 1;
    request.on_started = [&](upload_id const& id) {
        parts_when_started = service->count(operation::upload_multipart_part);
        BOOST_TEST(!id.str().empty());
    };
    request.on_progress = [&](transfer_progress const& progress) { steps.push_back(progress); };

    run(upload_file(sut, std::move(request)));

    BOOST_TEST(parts_when_started == 0U);
    BOOST_TEST_REQUIRE(steps.size() == 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        BOOST_TEST(steps[i].bytes_total == 2 * mib + 7);
        BOOST_TEST(steps[i].parts_total == 3U);
        BOOST_TEST(steps[i].parts_done == i + 1);
    }
    BOOST_TEST(steps[0].bytes_done == mib);
    BOOST_TEST(steps[2].bytes_done == 2 * mib + 7);
}

// A part that fails for a moment is sent again by the client below.
BOOST_AUTO_TEST_CASE(part_fails_for_a_moment)
{
    service->on(operation::upload_multipart_part, 2, error_answer(service_errc::request_timeout));
    service->on(operation::upload_multipart_part, 3, lost_answer());
    service->on(operation::complete_multipart_upload, 1, lost_answer());
    std::string const bytes = some_bytes(3 * mib);

    upload_result const result = run(upload_file(sut, upload_of(bytes)));

    BOOST_TEST((service->archive("photos", result.archive) == bytes));
    BOOST_TEST(service->archives("photos") == 1U);
}

// If a part fails for good, no new ones start, those on their way end, then the upload is aborted; the error is
// the part's.
BOOST_AUTO_TEST_CASE(part_fails_for_good)
{
    auto const held_by = std::make_shared<gate>();
    when_part(0, held(held_by));
    when_part(mib, error_answer(service_errc::access_denied, "not this one"));
    upload_file_request request = upload_of(some_bytes(8 * mib));
    request.concurrency = 2;
    started_operation<upload_result> upload;
    start(upload_file(sut, std::move(request)), upload);

    run_until([&] {
        return held_by->waiting() == 1 && service->count(operation::upload_multipart_part) == 2 &&
               service->in_flight() == 1;
    });
    context.run_for(std::chrono::milliseconds(20));
    BOOST_TEST(service->count(operation::upload_multipart_part) == 2U);
    BOOST_TEST(service->count(operation::abort_multipart_upload) == 0U);
    BOOST_TEST(!upload.ended());
    held_by->open();
    run_until([&] { return upload.ended(); });

    BOOST_TEST((upload.code() == service_errc::access_denied));
    BOOST_TEST(service->count(operation::upload_multipart_part) == 2U);
    BOOST_TEST(service->count(operation::abort_multipart_upload) == 1U);
    BOOST_TEST(service->uploads("photos") == 0U);
    BOOST_TEST(service->archives("photos") == 0U);
}

// Of several failures the first is reported.
BOOST_AUTO_TEST_CASE(first_failure_is_reported)
{
    auto const held_by = std::make_shared<gate>();
    fault late = error_answer(service_errc::resource_not_found);
    late.held_by = held_by;
    when_part(0, std::move(late));
    when_part(mib, error_answer(service_errc::access_denied));
    started_operation<upload_result> upload;
    start(upload_file(sut, upload_of(some_bytes(2 * mib))), upload);
    run_until([&] { return held_by->waiting() == 1 && service->in_flight() == 1 && service->count() == 3; });
    context.run_for(std::chrono::milliseconds(20));
    held_by->open();
    run_until([&] { return upload.ended(); });

    BOOST_TEST((upload.code() == service_errc::access_denied));
}

// An abort that fails too does not hide why the upload failed.
BOOST_AUTO_TEST_CASE(abort_fails)
{
    when_part(0, error_answer(service_errc::access_denied));
    service->always(operation::abort_multipart_upload, error_answer(service_errc::resource_not_found));

    BOOST_TEST((failure_of(upload_file(sut, upload_of("bytes"))).code() == service_errc::access_denied));
}

// A part that the service has otherwise than it was sent, however often it is sent, ends the upload.
BOOST_AUTO_TEST_CASE(wrong_hash_of_a_part)
{
    time_jumps();
    when_part(mib, wrong_tree_hash());

    operation_error const error = failure_of(upload_file(sut, upload_of(some_bytes(3 * mib))));

    BOOST_TEST((error.code() == errc::tree_hash_mismatch));
    BOOST_TEST(error.details().resource.find("part 1048576-2097151") != std::string::npos);
    BOOST_TEST(service->count(operation::complete_multipart_upload) == 0U);
    BOOST_TEST(service->count(operation::abort_multipart_upload) == 1U);
}

// If the upload cannot be started, nothing else is sent.
BOOST_AUTO_TEST_CASE(cannot_be_started)
{
    upload_file_request request = upload_of("bytes");
    request.vault = "none";

    BOOST_TEST((failure_of(upload_file(sut, std::move(request))).code() == condition::not_found));
    BOOST_TEST(service->count() == 1U);
}

// A completion whose answer was lost is asked for again, as a part is sent again, and makes one archive.
BOOST_AUTO_TEST_CASE(complete_is_repeated)
{
    time_jumps();
    for (int nth = 1; nth <= 4; ++nth)
        service->on(operation::complete_multipart_upload, nth, lost_answer());

    upload_result const result = run(upload_file(sut, upload_of("bytes")));

    BOOST_TEST(service->archive("photos", result.archive) == "bytes");
    BOOST_TEST(service->archives("photos") == 1U);
    BOOST_TEST(service->count(operation::complete_multipart_upload) == 5U);
}

// So is the beginning.
BOOST_AUTO_TEST_CASE(initiate_is_repeated)
{
    time_jumps();
    for (int nth = 1; nth <= 4; ++nth)
        service->on(operation::initiate_multipart_upload, nth,
                    error_answer(service_errc::service_unavailable));
    run(upload_file(sut, upload_of("bytes")));
    BOOST_TEST(service->count(operation::initiate_multipart_upload) == 5U);
}

// If the answer is lost for good nobody knows whether there is an archive. The upload is left alone: whoever has its id may
// complete again.
BOOST_AUTO_TEST_CASE(complete_is_lost)
{
    time_jumps();
    service->always(operation::complete_multipart_upload, lost_answer());
    std::optional<upload_id> upload;
    upload_file_request request = upload_of("bytes");
    request.on_started = [&upload](upload_id const& id) { upload = id; };

    operation_error const error = failure_of(upload_file(sut, std::move(request)));

    BOOST_TEST((error.code() == errc::connection_closed));
    BOOST_TEST(error.operation() == "CompleteMultipartUpload");
    BOOST_TEST(error.outcome_unknown());
    BOOST_TEST(service->count(operation::complete_multipart_upload) == 15U);
    BOOST_TEST(service->count(operation::abort_multipart_upload) == 0U);
    service->heal();
    complete_multipart_upload_request again(photos, upload.value(), 5, reference_tree_hash("bytes"));
    BOOST_TEST(service->archive("photos", run(sut.complete_multipart_upload(std::move(again))).archive) ==
               "bytes");
}

// A refusal after a lost answer does not tell that there is none; nor does that of a gateway.
BOOST_AUTO_TEST_CASE(complete_is_lost_and_refused)
{
    service->on(operation::complete_multipart_upload, 1, lost_answer());
    service->on(operation::complete_multipart_upload, 2, error_answer(service_errc::resource_not_found));
    operation_error const error = failure_of(upload_file(sut, upload_of("bytes")));
    BOOST_TEST((error.code() == service_errc::resource_not_found));
    BOOST_TEST(error.outcome_unknown());
    BOOST_TEST(service->archives("photos") == 1U);

    service->heal();
    service->always(operation::complete_multipart_upload, gateway_answer(404));
    BOOST_TEST(failure_of(upload_file(sut, upload_of("bytes"))).outcome_unknown());
}

// What the service itself refuses it has not done, and the upload is aborted as after any other failure.
BOOST_AUTO_TEST_CASE(complete_is_refused)
{
    service->always(operation::complete_multipart_upload, error_answer(service_errc::access_denied));
    operation_error const error = failure_of(upload_file(sut, upload_of("bytes")));
    BOOST_TEST((error.code() == service_errc::access_denied));
    BOOST_TEST(!error.outcome_unknown());
    BOOST_TEST(service->count(operation::complete_multipart_upload) == 1U);
    BOOST_TEST(service->uploads("photos") == 0U);
}

// Another hash of the whole than that of the parts: the id of the archive is in the message.
BOOST_AUTO_TEST_CASE(wrong_hash_of_the_whole)
{
    service->on(operation::complete_multipart_upload, 1, wrong_tree_hash());
    client_config config = default_config();
    config.retry = retry_settings::none();
    operation_error const error = failure_of(upload_file(make_client(std::move(config)), upload_of("bytes")));
    BOOST_TEST((error.code() == errc::tree_hash_mismatch));
    BOOST_TEST(error.outcome_unknown());
    archive_id const archive = error.details().message.substr(error.details().message.rfind(' ') + 1);
    BOOST_TEST(service->archive("photos", archive) == "bytes");
}

// Whatever the moment of a cancellation: if the client has had the answer of the completion the caller gets the archive's
// id, and if it has had that of the beginning the caller is told the upload's.
BOOST_AUTO_TEST_CASE(cancelled_with_the_answer)
{
    for (operation const id : {operation::initiate_multipart_upload, operation::complete_multipart_upload}) {
        int answered = 0;
        for (int steps = 0; steps < 40; ++steps) {
            upload_fixture fresh;
            event_log events;
            client_config config = default_config();
            config.observer = events.make_observer();
            fresh.sut = fresh.make_client(std::move(config));
            int told = 0;
            upload_file_request request = fresh.upload_of("bytes");
            request.on_started = [&told](upload_id const&) { ++told; };
            if (steps % 2 == 1)
                request.state_file = fresh.directory / "state";
            started_operation<upload_result> upload;
            fresh.start(upload_file(fresh.sut, std::move(request)), upload);
            fresh.run_until([&] { return fresh.service->count(id) == 1; });
            for (int i = 0; i < steps / 2 && !upload.ended(); ++i)
                fresh.context.run_one_for(std::chrono::seconds(5));
            upload.cancel.emit(asio::cancellation_type::terminal);
            fresh.run_until([&] { return upload.ended(); });

            std::string const name(protocol::info_of(id).name);
            if (events.lines("info operation_ended operation=" + name).empty())
                continue;
            ++answered;
            BOOST_TEST(told == 1, name << " after " << steps);
            if (id == operation::complete_multipart_upload)
                BOOST_TEST(upload.value.has_value(), name << " after " << steps);
        }
        BOOST_TEST(answered > 0);
    }
}

// ---------------------------------------------------------------------------------------------------
// Files

// An archive has at least one byte.
BOOST_AUTO_TEST_CASE(empty_file)
{
    operation_error const error = failure_of(upload_file(sut, upload_of("")));

    BOOST_TEST((error.code() == errc::file_empty));
    BOOST_TEST(error.details().resource == (directory / "file").string());
    BOOST_TEST(service->count() == 0U);
}

// A file that is not there, or is none, is the system's error, and names it.
BOOST_AUTO_TEST_CASE(no_file)
{
    auto const system_code = [&](std::filesystem::path const& path) -> std::error_code {
        try {
            run(upload_file(sut, upload_file_request(photos, path)));
        } catch (std::filesystem::filesystem_error const& error) {
            BOOST_TEST(error.path1() == path);
            return error.code();
        }
        return {};
    };

    BOOST_TEST((system_code(directory / "missing") == std::errc::no_such_file_or_directory));
    BOOST_TEST((system_code(directory.path()) == std::errc::is_a_directory));
    BOOST_TEST((system_code("/dev/zero") == std::errc::invalid_argument));
    BOOST_TEST(service->count() == 0U);
}

// A file that becomes shorter while it is sent is an error, and the upload is aborted.
BOOST_AUTO_TEST_CASE(truncated_meanwhile)
{
    upload_file_request request = upload_of(some_bytes(4 * mib));
    request.concurrency = 1;
    request.on_progress = [path = request.file](transfer_progress const& progress) {
        if (progress.parts_done == 2)
            std::filesystem::resize_file(path, 2 * mib + 5);
    };

    operation_error const error = failure_of(upload_file(sut, std::move(request)));

    BOOST_TEST((error.code() == errc::file_changed));
    BOOST_TEST(service->count(operation::upload_multipart_part) == 2U);
    BOOST_TEST(service->count(operation::abort_multipart_upload) == 1U);
}

// A file that is larger than any archive is refused.
BOOST_AUTO_TEST_CASE(too_large)
{
    std::filesystem::path file;
    try {
        file = directory.write_sparse("sparse", part_size::bytes_max * part_size::parts_max + 1);
    } catch (std::filesystem::filesystem_error const&) {
        BOOST_TEST_MESSAGE("the file system has no files of that size");
        return;
    }

    BOOST_TEST(
        (failure_of(upload_file(sut, upload_file_request(photos, file))).code() == errc::archive_too_large));
    BOOST_TEST(service->count() == 0U);
}

// A number of parts that cannot be is refused before the file is opened.
BOOST_DATA_TEST_CASE(bad_concurrency, boost::unit_test::data::make({std::size_t(0), std::size_t(1'001)}))
{
    upload_file_request request(photos, directory / "missing");
    request.concurrency = sample;

    BOOST_TEST((code_of(upload_file(sut, std::move(request))) == errc::invalid_option));
    BOOST_TEST(service->count() == 0U);
}

// ---------------------------------------------------------------------------------------------------
// Cancellation and lifetime

// A cancelled upload ends at once; nothing stays in flight, and the upload stays at the service.
BOOST_AUTO_TEST_CASE(cancelled)
{
    auto const held_by = std::make_shared<gate>();
    service->always(operation::upload_multipart_part, held(held_by));
    upload_file_request request = upload_of(some_bytes(6 * mib));
    request.concurrency = 3;
    started_operation<upload_result> upload;
    start(upload_file(sut, std::move(request)), upload);
    run_until([&] { return held_by->waiting() == 3; });

    auto const begin = std::chrono::steady_clock::now();
    upload.cancel.emit(asio::cancellation_type::terminal);
    run_to_end();

    BOOST_TEST(upload.completions == 1);
    BOOST_TEST(upload.was_aborted());
    BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::seconds(15)));
    BOOST_TEST(service->in_flight() == 0U);
    BOOST_TEST(held_by->waiting() == 0U);
    BOOST_TEST(service->count(operation::upload_multipart_part) == 3U);
    BOOST_TEST(service->count(operation::abort_multipart_upload) == 0U);
    BOOST_TEST(service->uploads("photos") == 1U);
}

// After any number of steps of the loop, a cancelled upload completes once and leaves nothing in flight.
BOOST_AUTO_TEST_CASE(cancelled_after_every_step)
{
    std::string const bytes = some_bytes(2 * mib);
    auto const path = directory.write("file", bytes);
    bool succeeded = false;
    for (int steps = 0; !succeeded && steps < 500; ++steps) {
        client_fixture fresh;
        upload_file_request request(photos, path);
        request.size_of_part = part_size(mib);
        request.concurrency = 2;
        started_operation<upload_result> upload;
        fresh.start(upload_file(fresh.sut, std::move(request)), upload);
        for (int i = 0; i < steps && !upload.ended(); ++i)
            fresh.context.run_one_for(std::chrono::seconds(5));
        upload.cancel.emit(asio::cancellation_type::terminal);
        fresh.run_to_end();

        BOOST_TEST(upload.completions == 1);
        BOOST_TEST((!upload.error || upload.was_aborted()));
        BOOST_TEST(fresh.service->in_flight() == 0U);
        BOOST_TEST(fresh.service->count(operation::abort_multipart_upload) == 0U);
        succeeded = !upload.error;
    }
    BOOST_TEST(succeeded);
}

// A cancellation while the last parts of a failed upload drain ends it at once.
BOOST_AUTO_TEST_CASE(cancelled_while_draining)
{
    auto const held_by = std::make_shared<gate>();
    when_part(0, held(held_by));
    when_part(mib, error_answer(service_errc::access_denied));
    upload_file_request request = upload_of(some_bytes(2 * mib));
    started_operation<upload_result> upload;
    start(upload_file(sut, std::move(request)), upload);
    run_until([&] { return held_by->waiting() == 1 && service->count() == 3 && service->in_flight() == 1; });

    upload.cancel.emit(asio::cancellation_type::terminal);
    run_to_end();

    BOOST_TEST(upload.completions == 1);
    BOOST_TEST(upload.was_aborted());
    BOOST_TEST(service->in_flight() == 0U);
}

// An exception of the caller's own function ends the upload, with nothing in flight.
BOOST_AUTO_TEST_CASE(progress_throws)
{
    upload_file_request request = upload_of(some_bytes(4 * mib));
    request.concurrency = 2;
    request.on_progress = [](transfer_progress const&) { throw std::runtime_error("the caller's own"); };

    BOOST_CHECK_EXCEPTION(run(upload_file(sut, std::move(request))), std::runtime_error,
                          [](auto const& error) { return std::string(error.what()) == "the caller's own"; });
    BOOST_TEST(service->in_flight() == 0U);
}

// The client object may go while the upload runs.
BOOST_AUTO_TEST_CASE(client_goes_first)
{
    started_operation<upload_result> upload;
    {
        client const temporary = make_client(default_config());
        start(upload_file(temporary, upload_of(some_bytes(3 * mib))), upload);
    }
    run_until([&] { return upload.ended(); });

    BOOST_TEST(!upload.error);
}

// Several threads may run the loop of an upload.
BOOST_AUTO_TEST_CASE(several_threads)
{
    std::string const bytes = some_bytes(12 * mib + 3);
    upload_file_request request = upload_of(bytes);
    request.concurrency = 5;
    std::uint64_t parts_done = 0;
    request.on_progress = [&parts_done](transfer_progress const& progress) {
        parts_done = progress.parts_done;
    };
    started_operation<upload_result> upload;
    start(upload_file(sut, std::move(request)), upload);
    run_on_threads(4);

    BOOST_TEST_REQUIRE(upload.ended());
    BOOST_TEST(!upload.error);
    BOOST_TEST(parts_done == 13U);
    BOOST_TEST((service->archive("photos", upload.value->archive) == bytes));
}

BOOST_AUTO_TEST_SUITE_END()
