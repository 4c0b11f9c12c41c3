#include "transfer/upload_engine.hpp"

#include "crypto/sha256.hpp"
#include "support/event_log.hpp"
#include "support/printing.hpp"
#include "transfer/upload_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <vector>

using namespace glacier;
using namespace glacier::test;
using protocol::operation;

namespace {

body_hashes hashes_of(std::string const& bytes)
{
    body_hashes both;
    both.content_sha256 = crypto::sha256_of(bytes);
    both.tree_hash = reference_tree_hash(bytes);
    return both;
}

/// Both hashes of each MiB.
std::vector<body_hashes> hashes_of_parts(std::string const& bytes)
{
    std::vector<body_hashes> all;
    for (std::size_t first = 0; first < bytes.size(); first += mib)
        all.push_back(hashes_of(bytes.substr(first, mib)));
    return all;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(upload_engine_test, upload_fixture)

// ---------------------------------------------------------------------------------------------------
// Repetition

// What the client's own repetitions did not mend is sent again by the transfer: that part alone.
BOOST_AUTO_TEST_CASE(part_is_repeated)
{
    time_jumps();
    for (int nth = 1; nth <= 4; ++nth)
        when_part(mib, error_answer(service_errc::service_unavailable), nth);
    std::string const bytes = some_bytes(4 * mib);
    upload_file_request request = upload_of(bytes);
    transfer_progress last;
    request.on_progress = [&last](transfer_progress const& progress) { last = progress; };

    upload_result const result = run(upload_file(sut, std::move(request)));

    BOOST_TEST((archive(result) == bytes));
    BOOST_TEST(result.repetitions == 1U);
    BOOST_TEST(last.repetitions == 1U);
    BOOST_TEST(sendings(0) == 1U);
    BOOST_TEST(sendings(mib) == 5U);
    BOOST_TEST(service->count(operation::upload_multipart_part) == 8U);
}

// A connection that breaks, a time-out and a wrong hash are worth another try too.
BOOST_DATA_TEST_CASE(worth_repeating, boost::unit_test::data::xrange(4))
{
    time_jumps();
    fault const faults[] = {lost_answer(), not_connected(),
                            lost_answer(make_error_code(errc::response_timeout)), wrong_tree_hash()};
    for (int nth = 1; nth <= 3; ++nth)
        when_part(0, faults[sample], nth);
    std::string const bytes = some_bytes(2 * mib);

    BOOST_TEST((archive(run(upload_file(sut, upload_of(bytes)))) == bytes));
}

// A part is given up after five times, each of which the client repeats, and then the upload.
BOOST_AUTO_TEST_CASE(part_is_given_up)
{
    time_jumps();
    when_part(mib, error_answer(service_errc::service_unavailable));

    operation_error const error = failure_of(upload_file(sut, upload_of(some_bytes(3 * mib))));

    BOOST_TEST((error.code() == service_errc::service_unavailable));
    BOOST_TEST(sendings(mib) == 15U);
    BOOST_TEST(service->count(operation::abort_multipart_upload) == 1U);
}

// The waits between are 1, 2, 4 and 8 seconds; meanwhile other parts go on.
BOOST_AUTO_TEST_CASE(waits)
{
    auto const turned = std::make_shared<manual_time>();
    time = turned;
    client_config config = default_config();
    config.retry.attempts_max = 2;
    config.retry.delay_base = std::chrono::milliseconds(0);
    sut = make_client(std::move(config));
    when_part(0, error_answer(service_errc::service_unavailable));
    started_operation<upload_result> upload;
    start(upload_file(sut, upload_of(some_bytes(3 * mib))), upload);
    run_until([&] { return turned->waiting() == 1 && sendings(2 * mib) == 1 && service->in_flight() == 0; });

    for (int const seconds : {1, 2, 4, 8}) {
        std::size_t const before = sendings(0);
        turned->pass(context, std::chrono::milliseconds(1'000 * seconds - 1));
        BOOST_TEST(sendings(0) == before);
        turned->pass(context, std::chrono::milliseconds(1));
        run_until([&] { return sendings(0) == before + 2 && (turned->waiting() == 1 || upload.ended()); });
    }
    run_until([&] { return upload.ended(); });
    BOOST_TEST((upload.code() == service_errc::service_unavailable));
}

// Who wants no repetition gets none.
BOOST_AUTO_TEST_CASE(no_repetition)
{
    client_config config = default_config();
    config.retry = retry_settings::none();
    when_part(0, error_answer(service_errc::service_unavailable));

    BOOST_TEST((failure_of(upload_file(make_client(std::move(config)), upload_of("bytes"))).code() ==
                service_errc::service_unavailable));
    BOOST_TEST(sendings(0) == 1U);
}

// What another try would not mend is not tried.
BOOST_AUTO_TEST_CASE(not_worth_repeating)
{
    when_part(0, error_answer(service_errc::access_denied));

    BOOST_TEST((failure_of(upload_file(sut, upload_of("bytes"))).code() == service_errc::access_denied));
    BOOST_TEST(sendings(0) == 1U);
}

// A cancellation ends the wait for another try.
BOOST_AUTO_TEST_CASE(cancelled_while_waiting_to_repeat)
{
    auto const turned = std::make_shared<manual_time>();
    time = turned;
    client_config config = default_config();
    config.retry.delay_base = std::chrono::milliseconds(0);
    sut = make_client(std::move(config));
    when_part(0, lost_answer());
    started_operation<upload_result> upload;
    start(upload_file(sut, upload_of("bytes")), upload);
    run_until([&] { return turned->waiting() == 1 && service->in_flight() == 0; });

    upload.cancel.emit(asio::cancellation_type::terminal);
    run_to_end();

    BOOST_TEST(upload.was_aborted());
    BOOST_TEST(service->count(operation::abort_multipart_upload) == 0U);
}

// An observer is told when it begins, and of each repetition.
BOOST_AUTO_TEST_CASE(observed)
{
    event_log events;
    client_config config = default_config();
    config.observer = events.make_observer();
    time_jumps(std::move(config));
    for (int nth = 1; nth <= 3; ++nth)
        when_part(mib, lost_answer(), nth);

    run(upload_file(sut, upload_of(some_bytes(2 * mib))));

    BOOST_TEST(events.lines("transfer_started").size() == 1U);
    BOOST_TEST(events.lines("transfer_started").front().find("part_size=1048576") != std::string::npos);
    auto const repeated = events.lines("transfer_part_repeated");
    BOOST_TEST_REQUIRE(repeated.size() == 1U);
    BOOST_TEST(repeated.front().find("offset=1048576") != std::string::npos);
    BOOST_TEST(repeated.front().find("attempt=1") != std::string::npos);
    BOOST_TEST(events.lines("transfer_part_ended").size() == 2U);
}

// ---------------------------------------------------------------------------------------------------
// Pace

// A service in trouble gets fewer parts at once, and smaller ones in new uploads; with each clean part it gets more.
BOOST_AUTO_TEST_CASE(slows_down_and_recovers)
{
    event_log events;
    client_config config = default_config();
    config.observer = events.make_observer();
    sut = make_client(std::move(config));
    when_part(0, error_answer(service_errc::throttling), 1);
    upload_file_request request = upload_of(some_bytes(4 * mib));
    request.concurrency = 4;

    run(upload_file(sut, std::move(request)));

    auto const changes = events.lines("transfer_pace_changed");
    BOOST_TEST_REQUIRE(!changes.empty());
    BOOST_TEST(changes.front().find("in_flight_max=2") != std::string::npos);
    auto const& pace = sut.limits().shared()->pace;
    BOOST_TEST(pace.in_flight_max(1'000) > 500U);
    BOOST_TEST(pace.in_flight_max(1'000) < 1'000U);

    upload_file_request next(photos, directory.write("next", "content"));
    BOOST_TEST(run(upload_file(sut, std::move(next))).size_of_part == 8 * mib);
}

// While the service is in trouble, no more parts are on their way than the pace allows.
BOOST_AUTO_TEST_CASE(obeys_the_pace)
{
    plan::transfer_pace& pace = sut.limits().shared()->pace;
    BOOST_TEST(pace.on_trouble(pace.generation()));
    BOOST_TEST(pace.on_trouble(pace.generation()));
    auto const held_by = std::make_shared<gate>();
    service->always(operation::upload_multipart_part, held(held_by));
    upload_file_request request = upload_of(some_bytes(8 * mib));
    request.concurrency = 8;
    started_operation<upload_result> upload;
    start(upload_file(sut, std::move(request)), upload);
    run_until([&] { return held_by->waiting() == 2; });
    context.run_for(std::chrono::milliseconds(20));
    BOOST_TEST(held_by->waiting() == 2U);
    held_by->open();
    run_until([&] { return upload.ended(); });
    BOOST_TEST(!upload.error);
}

// Uploads together have no more requests under way than there are connections; the others wait for as long as it takes.
BOOST_AUTO_TEST_CASE(obeys_the_pool)
{
    client_config config = default_config();
    config.pool.connections_max = 3;
    sut = make_client(std::move(config));
    auto const held_by = std::make_shared<gate>();
    service->always(operation::upload_multipart_part, held(held_by));
    started_operation<upload_result> uploads[2];
    for (auto& each : uploads) {
        upload_body_request request = upload_of(body(some_bytes(8 * mib)));
        request.concurrency = 8;
        start(upload_body(sut, std::move(request)), each);
    }
    run_until([&] { return held_by->waiting() == 3; });
    context.run_for(std::chrono::milliseconds(20));
    BOOST_TEST(held_by->waiting() == 3U);
    BOOST_TEST(sut.limits().shared()->connections->waiting() == 13U);
    held_by->open();
    run_until([&] { return uploads[0].ended() && uploads[1].ended(); });
    BOOST_TEST((!uploads[0].error && !uploads[1].error));
    BOOST_TEST(service->in_flight_max(operation::upload_multipart_part) == 3U);
}

// Refusals that have nothing to do with speed leave the pace alone.
BOOST_AUTO_TEST_CASE(refusal_is_no_trouble)
{
    when_part(0, error_answer(service_errc::access_denied));
    failure_of(upload_file(sut, upload_of("bytes")));
    BOOST_TEST(sut.limits().shared()->pace.in_flight_max(1'000) == 1'000U);
}

// ---------------------------------------------------------------------------------------------------
// Hashes

// Whatever the hashes are computed with, the archive is the same.
BOOST_DATA_TEST_CASE(hash_paths, boost::unit_test::data::xrange(3))
{
    auto const path = static_cast<hash_path>(sample);
    if (!is_available(path))
        return;
    client_config config = default_config();
    config.transfers.hashing = path;
    std::string const bytes = some_bytes(20 * mib + 12'345);

    upload_result const result = run(upload_file(make_client(std::move(config)), upload_of(bytes)));

    BOOST_TEST((archive(result) == bytes));
    BOOST_TEST(result.tree_hash.hex() == reference_tree_hash(bytes).hex());
}

// Many parts make one hash too.
BOOST_AUTO_TEST_CASE(hash_of_many_parts)
{
    std::string const bytes = some_bytes(66 * mib + 1);
    BOOST_TEST(run(upload_body(sut, upload_of(body(bytes)))).tree_hash.hex() ==
               reference_tree_hash(bytes).hex());
}

// What the caller wants to be told of, it is told of parts too.
BOOST_AUTO_TEST_CASE(failed_attempts_are_told)
{
    time_jumps();
    std::vector<error_code> told;
    call_settings settings;
    settings.on_failed_attempt = [&told](error_code code) { told.push_back(code); };
    when_part(mib, error_answer(service_errc::throttling), 1);
    run(upload_body(sut.with(settings), upload_of(body(some_bytes(3 * mib)))));
    std::vector<error_code> const expected{service_errc::throttling};
    BOOST_TEST((told == expected));
}

// Known hashes are used: the content is read once, to be sent.
BOOST_AUTO_TEST_CASE(known_hashes)
{
    std::string const bytes = some_bytes(3 * mib + 5);
    auto const source = std::make_shared<counting_source>(bytes);
    upload_body_request request = upload_of(body(source));
    request.known_hashes = hashes_of_parts(bytes);

    upload_result const result = run(upload_body(sut, std::move(request)));

    BOOST_TEST((archive(result) == bytes));
    BOOST_TEST(result.tree_hash.hex() == reference_tree_hash(bytes).hex());
    BOOST_TEST(source->bytes_read == bytes.size());
}

// Nobody has read the content then, so that is done off the loop, before it is sent in place.
BOOST_AUTO_TEST_CASE(known_hashes_of_memory)
{
    asio::io_context blocking;
    client_config config = default_config();
    config.blocking_executor = blocking.get_executor();
    sut = make_client(std::move(config));
    std::string const bytes = some_bytes(2 * mib);
    upload_body_request request = upload_of(body(bytes));
    request.known_hashes = hashes_of_parts(bytes);
    started_operation<upload_result> upload;
    start(upload_body(sut, std::move(request)), upload);

    run_until([&] { return service->count(operation::initiate_multipart_upload) == 1; });
    context.restart();
    context.poll();
    BOOST_TEST(service->count(operation::upload_multipart_part) == 0U);
    run_until([&] {
        blocking.restart();
        blocking.poll();
        return upload.ended();
    });
    BOOST_TEST(!upload.error);
    BOOST_TEST((archive(*upload.value) == bytes));
}

// Wrong ones are refused by the service, and the upload is aborted.
BOOST_AUTO_TEST_CASE(wrong_known_hashes)
{
    std::string const bytes = some_bytes(3 * mib);
    upload_file_request request = upload_of(bytes);
    request.known_hashes = hashes_of_parts(bytes);
    std::swap(request.known_hashes[0], request.known_hashes[1]);

    BOOST_TEST(
        (failure_of(upload_file(sut, std::move(request))).code() == service_errc::invalid_parameter_value));
    BOOST_TEST(service->archives("photos") == 0U);
    BOOST_TEST(service->uploads("photos") == 0U);
}

// If the content has another hash than expected, no archive is made.
BOOST_AUTO_TEST_CASE(unexpected_hash)
{
    upload_file_request request = upload_of(some_bytes(2 * mib));
    request.expected_tree_hash = reference_tree_hash("something else");

    operation_error const error = failure_of(upload_file(sut, std::move(request)));

    BOOST_TEST((error.code() == errc::tree_hash_mismatch));
    BOOST_TEST(error.details().message.find(reference_tree_hash("something else").hex()) !=
               std::string::npos);
    BOOST_TEST(service->count(operation::complete_multipart_upload) == 0U);
    BOOST_TEST(service->uploads("photos") == 0U);

    request = upload_of(some_bytes(2 * mib));
    request.expected_tree_hash = reference_tree_hash(some_bytes(2 * mib));
    run(upload_file(sut, std::move(request)));
}

// ---------------------------------------------------------------------------------------------------
// Memory

// What is not in memory is sent and hashed within the budget, however small it is and however many uploads there are.
BOOST_DATA_TEST_CASE(many_uploads, boost::unit_test::data::make({mib, 64 * mib}))
{
    constexpr int uploads = 1'000;
    client_config config = default_config();
    config.transfers.memory_max = sample;
    sut = make_client(std::move(config));
    std::vector<std::unique_ptr<started_operation<upload_result>>> started;
    for (int i = 0; i < uploads; ++i) {
        auto const source =
            std::make_shared<counting_source>(some_bytes(30'000, static_cast<std::uint32_t>(i)));
        started.push_back(std::make_unique<started_operation<upload_result>>());
        start(upload_body(sut, upload_of(body(source))), *started.back());
    }
    run_to_end();

    for (int i = 0; i < uploads; ++i) {
        BOOST_TEST_REQUIRE(started[static_cast<std::size_t>(i)]->ended());
        BOOST_TEST_REQUIRE(!started[static_cast<std::size_t>(i)]->error);
    }
    BOOST_TEST(service->archives("photos") == std::size_t(uploads));
    BOOST_TEST(memory().reserved() == 0U);
    BOOST_TEST(memory().reserved_most() <= sample);
    BOOST_TEST(memory().reserved_most() > 0U);
}

// Larger ones too, whose parts want more at once than there is.
BOOST_AUTO_TEST_CASE(uploads_in_little_memory)
{
    client_config config = default_config();
    config.transfers.memory_max = mib;
    sut = make_client(std::move(config));
    std::string const bytes = some_bytes(9 * mib + 1);
    std::vector<std::unique_ptr<started_operation<upload_result>>> started;
    for (int i = 0; i < 8; ++i) {
        upload_body_request request = upload_of(body(std::make_shared<counting_source>(bytes)));
        request.concurrency = 8;
        started.push_back(std::make_unique<started_operation<upload_result>>());
        start(upload_body(sut, std::move(request)), *started.back());
    }
    run_to_end();

    for (auto const& each : started) {
        BOOST_TEST_REQUIRE(each->ended());
        BOOST_TEST_REQUIRE(!each->error);
        BOOST_TEST((archive(*each->value) == bytes));
    }
    BOOST_TEST(memory().reserved_most() <= mib);
}

// Bytes in memory need no more of it.
BOOST_AUTO_TEST_CASE(in_place)
{
    std::string const bytes = some_bytes(5 * mib + 1);
    BOOST_TEST((archive(run(upload_body(sut, upload_of(body(bytes))))) == bytes));
    upload_file_request mapped = upload_of(bytes);
    mapped.access = file_access::mapped;
    BOOST_TEST((archive(run(upload_file(sut, std::move(mapped)))) == bytes));
    BOOST_TEST(memory().reserved_most() == 0U);
}

// An upload that waits for memory can be cancelled.
BOOST_AUTO_TEST_CASE(cancelled_while_waiting_for_memory)
{
    auto all = memory().try_reserve(memory().amount_max());
    started_operation<upload_result> upload;
    start(upload_file(sut, upload_of(some_bytes(2 * mib))), upload);
    run_until([&] { return memory().waiting() == 1; });

    upload.cancel.emit(asio::cancellation_type::terminal);
    run_to_end();

    BOOST_TEST(upload.was_aborted());
    BOOST_TEST(memory().waiting() == 0U);
    BOOST_TEST(service->count(operation::upload_multipart_part) == 0U);
}

// A failing upload gives back what it had.
BOOST_AUTO_TEST_CASE(failure_gives_memory_back)
{
    when_part(2 * mib, error_answer(service_errc::access_denied));
    failure_of(upload_file(sut, upload_of(some_bytes(5 * mib))));
    BOOST_TEST(memory().reserved() == 0U);
}

// ---------------------------------------------------------------------------------------------------
// Sources

// Each part is let go when the service has it.
BOOST_AUTO_TEST_CASE(parts_are_released)
{
    auto const source = std::make_shared<counting_source>(some_bytes(3 * mib + 7));
    run(upload_body(sut, upload_of(body(source))));
    BOOST_TEST(source->bytes_released == 3 * mib + 7);
}

// A source fails: the upload fails with what it threw, and is aborted.
BOOST_AUTO_TEST_CASE(source_fails)
{
    class broken_source final : public body_source {
        std::uint64_t size() const override { return 3 * mib; }
        void read(std::uint64_t, std::span<std::byte>) const override { throw std::runtime_error("no disk"); }
    };
    BOOST_CHECK_EXCEPTION(run(upload_body(sut, upload_of(body(std::make_shared<broken_source>())))),
                          std::runtime_error,
                          [](auto const& error) { return std::string(error.what()) == "no disk"; });
    BOOST_TEST(service->uploads("photos") == 0U);
}

// A file that was written to while it was sent is no archive, though each part was accepted.
BOOST_AUTO_TEST_CASE(file_is_touched)
{
    upload_file_request request = upload_of(some_bytes(3 * mib));
    request.on_progress = [path = request.file](transfer_progress const& progress) {
        if (progress.parts_done == 3)
            std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() +
                                                       std::chrono::seconds(2));
    };

    operation_error const error = failure_of(upload_file(sut, std::move(request)));

    BOOST_TEST((error.code() == errc::file_changed));
    BOOST_TEST(service->count(operation::complete_multipart_upload) == 0U);
    BOOST_TEST(service->uploads("photos") == 0U);
}

// What the service refuses because the file was written to between hashing and sending is called by its name.
BOOST_AUTO_TEST_CASE(file_is_overwritten)
{
    upload_file_request request = upload_of(some_bytes(3 * mib));
    request.concurrency = 1;
    request.on_progress = [path = request.file](transfer_progress const& progress) {
        if (progress.parts_done != 1)
            return;
        std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(2 * mib + 5);
        file << "something else";
        file.close();
        std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() +
                                                   std::chrono::seconds(2));
    };

    BOOST_TEST((failure_of(upload_file(sut, std::move(request))).code() == errc::file_changed));
}

// Content without a byte is no archive.
BOOST_AUTO_TEST_CASE(empty_body)
{
    BOOST_TEST((failure_of(upload_body(sut, upload_of(body()))).code() == errc::file_empty));
    BOOST_TEST((failure_of(upload_body(sut, upload_of(body(std::string())))).code() == errc::file_empty));
    BOOST_TEST(service->count() == 0U);
}

// ---------------------------------------------------------------------------------------------------
// Lifetime

// The loop touches no file: nothing becomes of an upload, nor of its state file, while the blocking executor stands
// still.
BOOST_AUTO_TEST_CASE(loop_touches_no_file)
{
    asio::io_context elsewhere;
    client_config config = default_config();
    config.blocking_executor = elsewhere.get_executor();
    sut = make_client(std::move(config));
    auto const state = directory / "state";
    auto const bytes_of_state = [&state] {
        std::error_code none;
        auto const count = std::filesystem::file_size(state, none);
        return none ? 0 : count;
    };
    upload_file_request request = upload_of(some_bytes(3 * mib));
    request.state_file = state;
    request.keep_state_file = true;
    started_operation<upload_result> upload;
    start(upload_file(sut, std::move(request)), upload);

    int rounds = 0;
    while (!upload.ended()) {
        BOOST_TEST_REQUIRE(++rounds < 1'000);
        auto const before = bytes_of_state();
        context.restart();
        context.poll();
        BOOST_TEST(bytes_of_state() == before);
        elsewhere.restart();
        elsewhere.poll_one();
    }
    BOOST_TEST(!upload.error);
    // Opening, hashing, and eight records.
    BOOST_TEST(rounds > 10);
}

// Nor does it let go of one.
BOOST_AUTO_TEST_CASE(loop_lets_go_of_no_file)
{
    class watched_source final : public body_source {
    public:
        explicit watched_source(std::shared_ptr<bool> alive) : alive_(std::move(alive)) { *alive_ = true; }
        ~watched_source() override { *alive_ = false; }
        std::uint64_t size() const override { return 5; }
        void read(std::uint64_t, std::span<std::byte> bytes) const override
        {
            std::fill(bytes.begin(), bytes.end(), std::byte(1));
        }

    private:
        std::shared_ptr<bool> alive_;
    };
    asio::io_context elsewhere;
    client_config config = default_config();
    config.blocking_executor = elsewhere.get_executor();
    sut = make_client(std::move(config));
    for (bool const fails : {false, true}) {
        if (fails)
            service->always(operation::initiate_multipart_upload, error_answer(service_errc::access_denied));
        auto const state = directory / "state";
        auto const alive = std::make_shared<bool>(false);
        upload_body_request request = upload_of(body(std::make_shared<watched_source>(alive)));
        request.state_file = state;
        request.identity = "it";
        started_operation<upload_result> upload;
        start(upload_body(sut, std::move(request)), upload);
        for (int rounds = 0; !upload.ended(); ++rounds) {
            BOOST_TEST_REQUIRE(rounds < 1'000);
            bool const was_alive = *alive;
            bool const was_there = std::filesystem::exists(state);
            context.restart();
            context.poll();
            BOOST_TEST(std::filesystem::exists(state) == was_there);
            BOOST_TEST(*alive == was_alive);
            elsewhere.restart();
            elsewhere.poll_one();
        }
        BOOST_TEST(bool(upload.error) == fails);
        BOOST_TEST(!*alive);
        BOOST_TEST(!std::filesystem::exists(state));
    }
}

// The context goes in the middle of an upload, after any number of steps.
BOOST_AUTO_TEST_CASE(context_goes)
{
    auto const path = directory.write("file", some_bytes(3 * mib));
    bool ended = false;
    for (int steps = 0; !ended && steps < 1'000; ++steps) {
        started_operation<upload_result> upload;
        client_fixture fresh;
        upload_file_request request(photos, path);
        request.size_of_part = part_size(mib);
        fresh.start(upload_file(fresh.sut, std::move(request)), upload);
        for (int i = 0; i < steps && !upload.ended(); ++i)
            fresh.context.run_one_for(std::chrono::seconds(5));
        ended = upload.ended();
    }
    BOOST_TEST(ended);
}

BOOST_AUTO_TEST_SUITE_END()
