#include "transfer/upload_resume.hpp"

#include "crypto/sha256.hpp"
#include "support/file_size_limit.hpp"
#include "support/printing.hpp"
#include "transfer/resume_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <fstream>
#include <set>

#include <sys/stat.h>

using namespace glacier;
using namespace glacier::test;
using protocol::operation;
using transfer::journal;

BOOST_FIXTURE_TEST_SUITE(upload_resume_test, resume_fixture)

// ---------------------------------------------------------------------------------------------------
// Taking up

// Without trouble, a state file changes nothing, and is gone in the end.
BOOST_AUTO_TEST_CASE(no_trouble)
{
    upload_result const result = finish();
    BOOST_TEST(result.parts == 5U);
    BOOST_TEST(result.parts_resumed == 0U);
    BOOST_TEST(service->count(operation::list_parts) == 0U);
}

// What failed stays at the service; the next call sends what is missing, under the same id.
BOOST_AUTO_TEST_CASE(taken_up)
{
    fail_at_third();
    BOOST_TEST(service->count(operation::abort_multipart_upload) == 0U);
    BOOST_TEST(service->uploads("photos") == 1U);
    BOOST_TEST((recorded_parts() == std::set<std::uint64_t>{0, 1}));

    upload_result const result = finish();

    BOOST_TEST(result.parts == 5U);
    BOOST_TEST(result.parts_resumed == 2U);
    BOOST_TEST(last.parts_resumed == 2U);
    BOOST_TEST(last.bytes_resumed == 2 * mib);
    BOOST_TEST(last.bytes_done == bytes.size());
    BOOST_TEST_REQUIRE(started_ids.size() == 2U);
    BOOST_TEST(started_ids[0] == started_ids[1]);
    BOOST_TEST(service->count(operation::initiate_multipart_upload) == 1U);
    BOOST_TEST(sendings(0) == 1U);
}

// A cancelled upload is taken up too.
BOOST_AUTO_TEST_CASE(cancelled)
{
    auto const held_by = std::make_shared<gate>();
    when_part(2 * mib, held(held_by));
    upload_file_request made = request();
    made.concurrency = 1;
    started_operation<upload_result> upload;
    start(upload_file(sut, std::move(made)), upload);
    run_until([&] { return held_by->waiting() == 1; });
    upload.cancel.emit(asio::cancellation_type::terminal);
    run_to_end();
    BOOST_TEST(upload.was_aborted());
    service->heal();

    BOOST_TEST(finish().parts_resumed == 2U);
}

// A mapped file can be taken up as well as one that is read in blocks.
BOOST_AUTO_TEST_CASE(mapped)
{
    fail_at_third();
    upload_file_request made = request();
    made.access = file_access::mapped;
    BOOST_TEST((archive(run(upload_file(sut, std::move(made)))) == bytes));
}

// Whatever step a process ends after, the next one ends it well: a crash loses no part that was recorded, and makes no
// second archive.
BOOST_AUTO_TEST_CASE(crash_after_every_step)
{
    bool ended = false;
    for (int steps = 0; !ended && steps < 2'000; steps += 1 + steps / 25) {
        resume_fixture second(mib + 77);
        {
            started_operation<upload_result> upload;
            client_fixture first(without_repetitions());
            first.service = second.service;
            first.sut = first.make_client(without_repetitions());
            upload_file_request made(photos, second.file);
            made.size_of_part = part_size(mib);
            made.state_file = second.state;
            made.concurrency = 2;
            // Whoever is killed after the file was removed has lost the id.
            made.keep_state_file = true;
            first.start(upload_file(first.sut, std::move(made)), upload);
            for (int i = 0; i < steps && !upload.ended(); ++i)
                first.context.run_one_for(std::chrono::seconds(5));
            ended = upload.ended();
            if (ended)
                BOOST_TEST_REQUIRE(!upload.error);
        }
        second.finish();
    }
    BOOST_TEST(ended);
}

// Whatever call of the service fails, before it takes effect or after, the next run ends it well.
BOOST_DATA_TEST_CASE(every_call_fails, boost::unit_test::data::xrange(2) * boost::unit_test::data::xrange(9),
                     kind, nth)
{
    int calls = 0;
    service->when([&calls, nth](recorded_request const&) { return calls++ == nth; },
                  kind == 0 ? lost_answer() : not_connected());
    bool failed = false;
    try {
        upload_file_request made = request();
        made.concurrency = 2;
        run(upload_file(sut, std::move(made)));
    } catch (operation_error const&) {
        failed = true;
    }
    BOOST_TEST(failed == (nth < 7));
    service->heal();
    if (failed)
        finish();
    BOOST_TEST(service->archives("photos") == 1U);
}

// The same with the calls of the second run.
BOOST_DATA_TEST_CASE(every_call_of_the_second_run_fails,
                     boost::unit_test::data::xrange(2) * boost::unit_test::data::xrange(5), kind, nth)
{
    fail_at_third();
    int calls = 0;
    service->when([&calls, nth](recorded_request const&) { return calls++ == nth; },
                  kind == 0 ? lost_answer() : not_connected());
    BOOST_CHECK_THROW(run(upload_file(sut, request())), operation_error);
    service->heal();
    finish();
}

// A disk that is full at any moment ends the upload, but loses nothing.
BOOST_AUTO_TEST_CASE(full_disk_at_every_step)
{
    std::uintmax_t whole = 0;
    {
        resume_fixture undisturbed(mib + 77);
        upload_file_request made = undisturbed.request();
        made.keep_state_file = true;
        undisturbed.run(upload_file(undisturbed.sut, std::move(made)));
        whole = std::filesystem::file_size(undisturbed.state);
    }
    for (std::uintmax_t most = 0; most <= whole; most += 59) {
        resume_fixture fresh(mib + 77);
        try {
            file_size_limit const full(most);
            fresh.run(upload_file(fresh.sut, fresh.request()));
            // The archive is no failure, even if it could not be written down.
            BOOST_TEST(fresh.service->archives("photos") == 1U);
            BOOST_TEST(!std::filesystem::exists(fresh.state));
            continue;
        } catch (std::filesystem::filesystem_error const&) {
            BOOST_TEST(fresh.service->archives("photos") == 0U);
            // What nobody could take up was aborted.
            std::size_t const known = fresh.records("upload") > 0 ? 1 : 0;
            BOOST_TEST(fresh.service->uploads("photos") == known);
        }
        fresh.finish();
    }
}

// Two uploads with one state file exclude each other, in one process too; the first one goes on.
BOOST_AUTO_TEST_CASE(in_use)
{
    auto const held_by = std::make_shared<gate>();
    service->always(operation::upload_multipart_part, held(held_by));
    started_operation<upload_result> upload;
    start(upload_file(sut, request()), upload);
    run_until([&] { return held_by->waiting() == 4; });

    BOOST_TEST((refused(request()) == errc::state_file_in_use));
    BOOST_TEST((code_of(discard_upload(sut, state)) == errc::state_file_in_use));

    held_by->open();
    run_until([&] { return upload.ended(); });
    BOOST_TEST(!upload.error);
}

// ---------------------------------------------------------------------------------------------------
// What the service has

// An upload that the service does not know any more is begun anew, under a new id.
BOOST_AUTO_TEST_CASE(upload_expired)
{
    fail_at_third();
    run(sut.abort_multipart_upload(abort_multipart_upload_request(photos, upload_id(started_ids[0]))));

    upload_result const result = run(upload_file(sut, request()));

    BOOST_TEST((archive(result) == bytes));
    BOOST_TEST(result.parts_resumed == 0U);
    // The second run tells the one that it finds, and the one that it begins.
    BOOST_TEST_REQUIRE(started_ids.size() == 3U);
    BOOST_TEST(started_ids[0] == started_ids[1]);
    BOOST_TEST(started_ids[0] != started_ids[2]);
    BOOST_TEST(sendings(0) == 2U);
}

// A gateway that finds nothing has not looked, so the upload is not given up.
BOOST_AUTO_TEST_CASE(nothing_found_by_a_gateway)
{
    fail_at_third();
    std::string const before = content_of(state);
    service->always(operation::list_parts, gateway_answer(404));
    BOOST_TEST((failure_of(upload_file(sut, request())).code() == condition::not_found));
    BOOST_TEST(service->count(operation::initiate_multipart_upload) == 1U);
    BOOST_TEST(content_of(state) == before);
    service->heal();
    BOOST_TEST(finish().parts_resumed == 2U);
}

// The same with the completion: what it is about is not gone.
BOOST_AUTO_TEST_CASE(completion_not_found_by_a_gateway)
{
    service->always(operation::complete_multipart_upload, lost_answer());
    failure_of(upload_file(sut, request()));
    service->heal();
    service->on(operation::complete_multipart_upload, 2, gateway_answer(404));
    BOOST_TEST((failure_of(upload_file(sut, request())).code() == condition::not_found));
    finish();
}

// What the file tells of stays until there is another upload. With the credentials of another account neither it nor the
// vault may be there.
BOOST_AUTO_TEST_CASE(nothing_found_and_nothing_begun)
{
    fail_at_third();
    std::string const before = content_of(state);
    for (operation const id : {operation::list_parts, operation::initiate_multipart_upload})
        service->always(id, error_answer(service_errc::resource_not_found));
    BOOST_TEST((failure_of(upload_file(sut, request())).code() == service_errc::resource_not_found));
    BOOST_TEST(content_of(state) == before);
    service->heal();
    BOOST_TEST(finish().parts_resumed == 2U);
}

// Another account that has such a vault does not see the upload either. What was begun there is aborted.
BOOST_AUTO_TEST_CASE(other_account)
{
    fail_at_third();
    std::string const before = content_of(state);
    service->always(operation::list_parts, error_answer(service_errc::resource_not_found));
    fault other;
    other.change = [](protocol::http_response& answer) {
        answer.headers.set("location", "/111122223333/vaults/photos/multipart-uploads/x");
    };
    service->always(operation::initiate_multipart_upload, std::move(other));

    operation_error const error = failure_of(upload_file(sut, request()));

    BOOST_TEST((error.code() == errc::state_file_mismatch));
    BOOST_TEST(error.details().message.find("account 111122223333") != std::string::npos);
    BOOST_TEST(error.details().message.find("account 210987654321") != std::string::npos);
    BOOST_TEST(service->uploads("photos") == 1U);
    BOOST_TEST(content_of(state) == before);
    service->heal();
    BOOST_TEST(finish().parts_resumed == 2U);
}

// The caller knows which upload there is before anything is asked about it.
BOOST_AUTO_TEST_CASE(told_at_once)
{
    fail_at_third();
    service->always(operation::list_parts, error_answer(service_errc::access_denied));
    failure_of(upload_file(sut, request()));
    BOOST_TEST_REQUIRE(started_ids.size() == 2U);
    BOOST_TEST(started_ids[0] == started_ids[1]);
}

// The list of parts is asked for as often as a part is sent.
BOOST_AUTO_TEST_CASE(list_is_repeated)
{
    fail_at_third();
    time_jumps();
    for (int nth = 1; nth <= 4; ++nth)
        service->on(operation::list_parts, nth, error_answer(service_errc::service_unavailable));
    BOOST_TEST(finish().parts_resumed == 2U);
    BOOST_TEST(service->count(operation::list_parts) == 5U);
}

// An archive that does not go into the state file is no failure.
BOOST_AUTO_TEST_CASE(archive_cannot_be_recorded)
{
    fault long_location;
    long_location.change = [](protocol::http_response& answer) {
        answer.headers.set("location", std::string(2 * journal::line_bytes_max, 'x'));
    };
    service->always(operation::complete_multipart_upload, std::move(long_location));
    finish();
}

// A part that somebody else has put in the place of one of ours is sent again.
BOOST_AUTO_TEST_CASE(part_was_replaced)
{
    fail_at_third();
    upload_multipart_part_request other(photos, upload_id(started_ids[0]), byte_range(0, mib - 1),
                                        body(some_bytes(mib, 99)));
    run(sut.upload_multipart_part(std::move(other)));

    upload_result const result = run(upload_file(sut, request()));

    BOOST_TEST((archive(result) == bytes));
    BOOST_TEST(result.parts_resumed == 1U);
    BOOST_TEST(sendings(0) == 3U);
}

// A part that was stored without being recorded is hashed and compared: the right one is not sent again, the wrong one
// is.
BOOST_AUTO_TEST_CASE(part_was_not_recorded)
{
    fail_at_third();
    upload_multipart_part_request right(photos, upload_id(started_ids[0]), byte_range(3 * mib, 4 * mib - 1),
                                        body(bytes.substr(3 * mib, mib)));
    run(sut.upload_multipart_part(std::move(right)));
    upload_multipart_part_request wrong(photos, upload_id(started_ids[0]), byte_range(2 * mib, 3 * mib - 1),
                                        body(some_bytes(mib, 99)));
    run(sut.upload_multipart_part(std::move(wrong)));
    std::size_t const before = sendings(2 * mib);

    upload_result const result = finish();

    BOOST_TEST(result.parts_resumed == 3U);
    BOOST_TEST(sendings(3 * mib) == 1U);
    BOOST_TEST(sendings(2 * mib) == before + 1);
}

// With known hashes nothing needs to be hashed to compare.
BOOST_AUTO_TEST_CASE(known_hashes)
{
    fail_at_third();
    upload_multipart_part_request right(photos, upload_id(started_ids[0]), byte_range(3 * mib, 4 * mib - 1),
                                        body(bytes.substr(3 * mib, mib)));
    run(sut.upload_multipart_part(std::move(right)));
    upload_file_request made = request();
    for (std::size_t first = 0; first < bytes.size(); first += mib) {
        body_hashes both;
        both.content_sha256 = crypto::sha256_of(bytes.substr(first, mib));
        both.tree_hash = reference_tree_hash(bytes.substr(first, mib));
        made.known_hashes.push_back(both);
    }
    upload_result const result = run(upload_file(sut, std::move(made)));
    BOOST_TEST((archive(result) == bytes));
    BOOST_TEST(result.parts_resumed == 3U);
    BOOST_TEST(sendings(3 * mib) == 1U);
}

// The list of parts may have several pages.
BOOST_AUTO_TEST_CASE(many_parts)
{
    bytes = some_bytes(56 * mib);
    directory.write("file", bytes);
    when_part(52 * mib, error_answer(service_errc::access_denied));
    upload_file_request made = request();
    made.concurrency = 1;
    failure_of(upload_file(sut, std::move(made)));
    service->heal();

    upload_result const result = finish();

    BOOST_TEST(result.parts_resumed == 52U);
    BOOST_TEST(service->count(operation::list_parts) == 2U);
}

// ---------------------------------------------------------------------------------------------------
// Completion

// After a completion whose answer was lost it is asked for again, and nothing else.
BOOST_AUTO_TEST_CASE(completion_was_lost)
{
    service->always(operation::complete_multipart_upload, lost_answer());
    failure_of(upload_file(sut, request()));
    service->heal();
    std::size_t const before = service->count();

    upload_result const result = finish();

    BOOST_TEST(service->count() == before + 1);
    BOOST_TEST(result.parts == 5U);
    BOOST_TEST(result.parts_resumed == 5U);
    BOOST_TEST(result.bytes == bytes.size());
    BOOST_TEST(result.size_of_part == mib);
    BOOST_TEST(result.location.empty());
}

// If the service does not know it any more, nobody knows whether there is an archive: no second one is made, however
// often it is tried.
BOOST_AUTO_TEST_CASE(completed_upload_is_gone)
{
    service->always(operation::complete_multipart_upload, not_connected());
    failure_of(upload_file(sut, request()));
    service->heal();
    run(sut.abort_multipart_upload(abort_multipart_upload_request(photos, upload_id(started_ids[0]))));

    for (int i = 0; i < 2; ++i) {
        operation_error const error = failure_of(upload_file(sut, request()));
        BOOST_TEST((error.code() == errc::upload_gone));
        BOOST_TEST(error.outcome_unknown());
        BOOST_TEST(error.details().resource.find(started_ids[0]) != std::string::npos);
    }
    BOOST_TEST(service->count(operation::initiate_multipart_upload) == 1U);
    BOOST_TEST(std::filesystem::exists(state));
}

// If parts are missing after all, they are sent.
BOOST_AUTO_TEST_CASE(completion_is_refused)
{
    service->always(operation::complete_multipart_upload, not_connected());
    failure_of(upload_file(sut, request()));
    service->heal();
    upload_multipart_part_request other(photos, upload_id(started_ids[0]), byte_range(0, mib - 1),
                                        body(some_bytes(mib, 99)));
    run(sut.upload_multipart_part(std::move(other)));

    upload_result const result = run(upload_file(sut, request()));

    BOOST_TEST((archive(result) == bytes));
    BOOST_TEST(result.parts_resumed == 4U);
    BOOST_TEST(service->archives("photos") == 1U);
}

// A state file that is kept gives the same archive again, and nothing is sent.
BOOST_AUTO_TEST_CASE(kept)
{
    upload_file_request made = request();
    made.keep_state_file = true;
    upload_result const first = run(upload_file(sut, made));
    std::size_t const before = service->count();
    std::string const content = content_of(state);

    upload_result const second = run(upload_file(sut, made));

    BOOST_TEST(second.archive.str() == first.archive.str());
    BOOST_TEST(second.tree_hash.hex() == first.tree_hash.hex());
    BOOST_TEST(second.location == first.location);
    BOOST_TEST(service->count() == before);
    BOOST_TEST(content_of(state) == content);

    // Its id is not given up either.
    BOOST_TEST(!run(discard_upload(sut, state)));
    BOOST_TEST(content_of(state) == content);

    made.expected_tree_hash = reference_tree_hash("something else");
    BOOST_TEST((refused(made) == errc::tree_hash_mismatch));

    made.expected_tree_hash.reset();
    made.keep_state_file = false;
    BOOST_TEST(run(upload_file(sut, made)).archive.str() == first.archive.str());
    BOOST_TEST(!std::filesystem::exists(state));
}

// ---------------------------------------------------------------------------------------------------
// Another upload, other content

// A file that has another size or another time is refused, and nothing is sent.
BOOST_AUTO_TEST_CASE(file_changed)
{
    fail_at_third();
    auto const written = std::filesystem::last_write_time(file);
    std::filesystem::last_write_time(file, written + std::chrono::nanoseconds(1));
    BOOST_TEST((refused(request()) == errc::file_changed));
    std::filesystem::resize_file(file, bytes.size() + 1);
    std::filesystem::last_write_time(file, written);
    BOOST_TEST((refused(request()) == errc::file_changed));
    BOOST_TEST(message.find(std::to_string(bytes.size())) != std::string::npos, message);

    std::filesystem::resize_file(file, bytes.size());
    std::filesystem::last_write_time(file, written);
    BOOST_TEST(finish().parts_resumed == 2U);
}

// If the file was touched in a way that may hide a change, the parts are hashed again and compared; then they are
// trusted.
BOOST_AUTO_TEST_CASE(file_may_have_changed)
{
    fail_at_third();
    BOOST_TEST_REQUIRE(::chmod(file.c_str(), 0600) == 0);

    when_part(3 * mib, error_answer(service_errc::access_denied));
    failure_of(upload_file(sut, request()));
    service->heal();
    BOOST_TEST(sendings(0) == 1U);
    BOOST_TEST(recorded_parts().count(0) == 1U);
    BOOST_TEST(recorded_parts().count(1) == 1U);

    BOOST_TEST(finish().parts_resumed >= 2U);
    BOOST_TEST(sendings(0) == 1U);
}

// A change that was hidden is found, and that part is sent again.
BOOST_AUTO_TEST_CASE(hidden_change)
{
    fail_at_third();
    auto const written = std::filesystem::last_write_time(file);
    bytes[mib + 5] = static_cast<char>(~bytes[mib + 5]);
    std::filesystem::remove(file);
    directory.write("file", bytes);
    std::filesystem::last_write_time(file, written);

    upload_result const result = run(upload_file(sut, request()));

    BOOST_TEST((archive(result) == bytes));
    BOOST_TEST(result.parts_resumed == 1U);
    BOOST_TEST(sendings(0) == 1U);
    BOOST_TEST(sendings(mib) == 2U);
}

// The state file of another upload is refused, with what differs.
BOOST_AUTO_TEST_CASE(other_upload)
{
    fail_at_third();
    upload_file_request made = request();
    made.vault = "other";
    BOOST_TEST((refused(made) == errc::state_file_mismatch));
    BOOST_TEST(message.find("vault 'photos' instead of 'other'") != std::string::npos, message);
    made = request();
    made.description = "other";
    BOOST_TEST((refused(made) == errc::state_file_mismatch));
    made = request();
    made.size_of_part = part_size(2 * mib);
    BOOST_TEST((refused(made) == errc::state_file_mismatch));
    BOOST_TEST(message.find("1048576") != std::string::npos, message);
    BOOST_TEST(message.find("2097152") != std::string::npos, message);

    client_config config = without_repetitions();
    config.region = "us-east-1";
    client const elsewhere = make_client(std::move(config));
    BOOST_TEST((code_of(upload_file(elsewhere, request())) == errc::state_file_mismatch));
    BOOST_TEST((code_of(discard_upload(elsewhere, state)) == errc::state_file_mismatch));

    // Who leaves the size open gets that of the upload.
    made = request();
    made.size_of_part.reset();
    BOOST_TEST(run(upload_file(sut, made)).size_of_part == mib);
}

// An upload that has other parts at the service than the state file says is not touched.
BOOST_AUTO_TEST_CASE(other_part_size_at_the_service)
{
    fail_at_third();
    initiate_multipart_upload_request initiate(photos, part_size(4 * mib));
    upload_id const other = run(sut.initiate_multipart_upload(std::move(initiate))).upload;
    {
        journal changed(state);
        auto records = changed.records();
        records[1].set("id", other.str());
        changed.replace(records);
    }
    BOOST_TEST((failure_of(upload_file(sut, request())).code() == errc::state_file_mismatch));
    BOOST_TEST(sendings(0) == 1U);
}

// The file itself is no place for the state, whatever its name is.
BOOST_AUTO_TEST_CASE(state_file_is_the_file)
{
    upload_file_request made = request();
    std::string const before = content_of(made.file);
    made.state_file = made.file.parent_path() / "." / made.file.filename();
    BOOST_TEST((code_of(upload_file(sut, std::move(made))) == errc::invalid_option));
    BOOST_TEST((content_of(request().file) == before));

    // Nor is one whose next version would be written where the file is.
    made = request();
    made.file = directory.write("other.new", before);
    made.state_file = directory.path() / "other";
    BOOST_TEST((code_of(upload_file(sut, std::move(made))) == errc::invalid_option));
    BOOST_TEST((content_of(directory.path() / "other.new") == before));
    BOOST_TEST(service->count() == 0U);
}

// What is no state file is left as it is.
BOOST_AUTO_TEST_CASE(no_state_file)
{
    std::string const text = "Dear diary,\ntoday I was not overwritten.\n";
    directory.write("state", text);
    BOOST_TEST((refused(request()) == errc::state_file_invalid));
    BOOST_TEST((code_of(discard_upload(sut, state)) == errc::state_file_invalid));
    BOOST_TEST(content_of(state) == text);

    upload_file_request made = request();
    made.state_file = directory / "missing" / "state";
    BOOST_CHECK_THROW(run(upload_file(sut, std::move(made))), std::filesystem::filesystem_error);
    BOOST_TEST(service->count() == 0U);
}

// An upload that fails before anything was begun leaves no file behind.
BOOST_AUTO_TEST_CASE(nothing_begun)
{
    upload_file_request made = request();
    made.file = directory / "missing";
    BOOST_CHECK_THROW(run(upload_file(sut, std::move(made))), std::filesystem::filesystem_error);
    BOOST_TEST(!std::filesystem::exists(state));

    service->on(operation::initiate_multipart_upload, 1, error_answer(service_errc::access_denied));
    BOOST_TEST((failure_of(upload_file(sut, request())).code() == service_errc::access_denied));
    BOOST_TEST(!std::filesystem::exists(state));
}

// ---------------------------------------------------------------------------------------------------
// Content that is no file

// It is the same if the caller says so.
BOOST_AUTO_TEST_CASE(content)
{
    auto const made = [this](std::string words, std::string_view its_bytes) {
        upload_body_request one(photos, body(std::string(its_bytes)));
        one.size_of_part = part_size(mib);
        one.concurrency = 1;
        one.state_file = state;
        one.identity = std::move(words);
        return one;
    };
    when_part(2 * mib, error_answer(service_errc::access_denied));
    failure_of(upload_body(sut, made("snapshot 7", bytes)));
    service->heal();

    BOOST_TEST((code_of(upload_body(sut, made("snapshot 8", bytes))) == errc::state_file_mismatch));
    BOOST_TEST((code_of(upload_body(sut, made("snapshot 7", bytes + "more"))) == errc::file_changed));
    BOOST_TEST((code_of(upload_body(sut, made("", bytes))) == errc::invalid_option));
    BOOST_TEST((code_of(upload_body(sut, made(std::string(1'025, 'x'), bytes))) == errc::invalid_option));
    BOOST_TEST((code_of(upload_file(sut, request())) == errc::state_file_mismatch));

    upload_result const result = run(upload_body(sut, made("snapshot 7", bytes)));
    BOOST_TEST((archive(result) == bytes));
    BOOST_TEST(result.parts_resumed == 2U);
    BOOST_TEST(!std::filesystem::exists(state));
}

// ---------------------------------------------------------------------------------------------------
// Lists of parts

struct compare_fixture {
    compare_fixture() : recorded(transfer::upload_identity(), part_size(mib))
    {
        recorded.identity.source.size = 3 * mib + 5;
        recorded.parts[0] = hash;
        recorded.parts[3] = hash;
    }

    transfer::parts_taken_up compare(std::string range, bool trusted = true) const
    {
        part_description listed;
        listed.range_in_bytes = std::move(range);
        listed.tree_hash = hash;
        return transfer::compare_parts({listed}, recorded, trusted);
    }

    tree_hash hash = reference_tree_hash("part");
    transfer::recorded_upload recorded;
};

// Recorded parts are done, others are to be compared, and so are all if the record is not trusted.
BOOST_FIXTURE_TEST_CASE(listed_parts, compare_fixture)
{
    BOOST_TEST(compare("0-1048575").done.count(0) == 1U);
    BOOST_TEST(compare("3145728-3145732").done.count(3) == 1U);
    BOOST_TEST(compare("1048576-2097151").to_compare.count(1) == 1U);
    BOOST_TEST(compare("0-1048575", false).to_compare.count(0) == 1U);
    BOOST_TEST(compare("0-1048575", false).done.empty());
    recorded.parts[0] = reference_tree_hash("other");
    BOOST_TEST(compare("0-1048575").done.empty());
    BOOST_TEST(compare("0-1048575").to_compare.empty());
}

// A last byte that is one too great is the service's mistake.
BOOST_FIXTURE_TEST_CASE(one_byte_too_long, compare_fixture)
{
    BOOST_TEST(compare("0-1048576").done.count(0) == 1U);
    BOOST_TEST(compare("3145728-3145733").done.count(3) == 1U);
}

// What is no part of ours is not counted.
BOOST_FIXTURE_TEST_CASE(odd_ranges, compare_fixture)
{
    for (char const* const range : {"", "x", "0-", "5-1", "0-1048574", "0-1048577", "1-1048576",
                                    "524288-1572863", "3145728-3145731", "3145728-4194303", "4194304-5242879",
                                    "18446744073708503040-18446744073709551614", "0-18446744073709551614"}) {
        BOOST_TEST(compare(range).done.empty(), range);
        BOOST_TEST(compare(range).to_compare.empty(), range);
    }
    part_description without_hash;
    without_hash.range_in_bytes = "0-1048575";
    BOOST_TEST(transfer::compare_parts({without_hash}, recorded, true).done.empty());
}

BOOST_AUTO_TEST_SUITE_END()
