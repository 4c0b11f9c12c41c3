#include "transfer/stream_parts.hpp"

#include "crypto/sha256.hpp"
#include "support/printing.hpp"
#include "transfer/upload_fixture.hpp"

#include <boost/asio/post.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <memory>
#include <span>
#include <stdexcept>

using namespace glacier;
using namespace glacier::test;
using protocol::operation;

namespace {

/// Gives bytes in pieces of an odd length.
class piecewise_source final : public stream_source {
public:
    explicit piecewise_source(std::string bytes, std::size_t piece = 300'007)
        : bytes_(std::move(bytes)), piece_(piece)
    {}

    asio::awaitable<std::size_t> read_some(std::span<std::byte> buffer) override
    {
        BOOST_TEST(!buffer.empty());
        BOOST_TEST(!reading);
        reading = true;
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        if (held_by)
            co_await held_by->pass();
        reading = false;
        if (fails_at && given >= *fails_at)
            throw std::runtime_error("the pipe is broken");
        std::size_t const count = std::min({buffer.size(), bytes_.size() - given, piece_});
        auto const part = as_bytes(bytes_).subspan(given, count);
        std::copy(part.begin(), part.end(), buffer.begin());
        given += count;
        co_return count;
    }

    std::size_t given = 0;
    bool reading = false;
    std::optional<std::size_t> fails_at;
    std::shared_ptr<gate> held_by;

private:
    std::string bytes_;
    std::size_t piece_;
};

struct stream_fixture : upload_fixture {
    upload_stream_request stream_of(std::string const& bytes, std::uint64_t bytes_max = 100 * mib)
    {
        source = std::make_shared<piecewise_source>(bytes);
        upload_stream_request request(photos, source, bytes_max);
        request.size_of_part = part_size(mib);
        return request;
    }

    std::shared_ptr<piecewise_source> source;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(stream_parts_test, stream_fixture)

// The archive is what the source gave, whatever its length.
BOOST_DATA_TEST_CASE(whole_stream, boost::unit_test::data::make({std::uint64_t(1), mib - 1, mib, mib + 1,
                                                                 3 * mib, 9 * mib + 12'345}))
{
    std::string const bytes = some_bytes(sample);
    transfer_progress last;
    upload_stream_request request = stream_of(bytes);
    request.description = "stream";
    request.on_progress = [&last](transfer_progress const& progress) { last = progress; };

    upload_result const result = run(upload_stream(sut, std::move(request)));

    BOOST_TEST((archive(result) == bytes));
    BOOST_TEST(result.tree_hash.hex() == reference_tree_hash(bytes).hex());
    BOOST_TEST(result.bytes == sample);
    BOOST_TEST(result.parts == (sample - 1) / mib + 1);
    BOOST_TEST(last.bytes_done == sample);
    BOOST_TEST(last.bytes_total == sample);
    BOOST_TEST(memory().reserved() == 0U);
}

// A source that has nothing to give yet keeps no memory from others.
BOOST_AUTO_TEST_CASE(idle_source)
{
    upload_stream_request request = stream_of(some_bytes(2 * mib + 1));
    auto const held_by = std::make_shared<gate>();
    source->held_by = held_by;
    started_operation<upload_result> upload;
    start(upload_stream(sut, std::move(request)), upload);
    run_until([&] { return held_by->waiting() == 1; });
    BOOST_TEST(memory().reserved() == 0U);
    held_by->open();
    run_until([&] { return upload.ended(); });
    BOOST_TEST(!upload.error);
    BOOST_TEST(memory().reserved_most() >= mib);
}

// A part lives, with its room, for as long as somebody uses it: a thread that hashes it may be later than a coroutine
// that was dropped.
BOOST_AUTO_TEST_CASE(part_in_use_stays)
{
    std::string const bytes = some_bytes(mib);
    auto const read = std::make_shared<piecewise_source>(bytes);
    auto const budget = std::make_shared<async::budget>(4 * mib);
    auto parts = std::make_unique<transfer::stream_parts>(read, part_size(mib), mib, budget);
    BOOST_TEST(run(parts->read()) == mib);
    body part = parts->part(0, byte_range(0, mib - 1));

    run(parts->let_go(0, byte_range(0, mib - 1)));
    parts.reset();

    BOOST_TEST(budget->reserved() == mib);
    std::span<std::byte const> const content = *part.source()->in_memory();
    BOOST_TEST(std::equal(content.begin(), content.end(), as_bytes(bytes).begin()));
    part = body();
    BOOST_TEST(budget->reserved() == 0U);
}

// A promise that is just kept is kept.
BOOST_DATA_TEST_CASE(promise_is_kept,
                     boost::unit_test::data::make({std::uint64_t(5), mib, 2 * mib, 2 * mib + 5}))
{
    std::string const bytes = some_bytes(sample);
    BOOST_TEST((archive(run(upload_stream(sut, stream_of(bytes, sample)))) == bytes));
}

// One byte more than promised ends the upload, and no archive is made.
BOOST_DATA_TEST_CASE(promise_is_broken, boost::unit_test::data::make({std::uint64_t(5), mib, 3 * mib + 5}))
{
    operation_error const error = failure_of(upload_stream(sut, stream_of(some_bytes(sample + 1), sample)));

    BOOST_TEST((error.code() == errc::archive_too_large));
    BOOST_TEST(error.details().message.find(std::to_string(sample)) != std::string::npos);
    BOOST_TEST(service->archives("photos") == 0U);
    BOOST_TEST(service->uploads("photos") == 0U);
}

// Of nothing there is no archive, and the service hears nothing.
BOOST_AUTO_TEST_CASE(nothing_produced)
{
    BOOST_TEST((failure_of(upload_stream(sut, stream_of(""))).code() == errc::file_empty));
    BOOST_TEST(service->count() == 0U);
}

// What the source throws ends the upload: at once if nothing was begun, else with an abort.
BOOST_DATA_TEST_CASE(source_fails, boost::unit_test::data::make({std::size_t(0), std::size_t(2 * mib + 5)}))
{
    upload_stream_request request = stream_of(some_bytes(5 * mib));
    source->fails_at = sample;
    BOOST_CHECK_EXCEPTION(
        run(upload_stream(sut, std::move(request))), std::runtime_error,
        [](auto const& error) { return std::string(error.what()) == "the pipe is broken"; });
    BOOST_TEST(service->uploads("photos") == 0U);
    BOOST_TEST(service->archives("photos") == 0U);
    BOOST_TEST(memory().reserved() == 0U);
}

// A slow service slows the source down: what is not acknowledged is held, and no more than that is read.
BOOST_AUTO_TEST_CASE(back_pressure)
{
    auto const held_by = std::make_shared<gate>();
    service->always(operation::upload_multipart_part, held(held_by));
    upload_stream_request request = stream_of(some_bytes(20 * mib));
    request.concurrency = 3;
    started_operation<upload_result> upload;
    start(upload_stream(sut, std::move(request)), upload);
    run_until([&] { return held_by->waiting() == 3 && source->given == 4 * mib; });
    context.run_for(std::chrono::milliseconds(20));

    BOOST_TEST(source->given == 4 * mib);
    BOOST_TEST(memory().reserved() == 4 * mib);
    held_by->open();
    run_until([&] { return upload.ended(); });
    BOOST_TEST(!upload.error);
    BOOST_TEST(memory().reserved_most() == 4 * mib);
}

// With less memory fewer parts are held.
BOOST_AUTO_TEST_CASE(little_memory)
{
    client_config config = default_config();
    config.transfers.memory_max = 2 * mib;
    sut = make_client(std::move(config));
    std::string const bytes = some_bytes(7 * mib + 1);
    BOOST_TEST((archive(run(upload_stream(sut, stream_of(bytes)))) == bytes));
    BOOST_TEST(memory().reserved_most() <= 2 * mib);
}

// Many streams share what there is.
BOOST_AUTO_TEST_CASE(many_streams)
{
    client_config config = default_config();
    config.transfers.memory_max = 3 * mib;
    sut = make_client(std::move(config));
    std::string const bytes = some_bytes(4 * mib + 1);
    std::vector<std::unique_ptr<started_operation<upload_result>>> uploads;
    for (int i = 0; i < 10; ++i) {
        uploads.push_back(std::make_unique<started_operation<upload_result>>());
        start(upload_stream(sut, stream_of(bytes)), *uploads.back());
    }
    run_to_end();
    for (auto const& each : uploads) {
        BOOST_TEST_REQUIRE(each->ended());
        BOOST_TEST_REQUIRE(!each->error);
        BOOST_TEST((archive(*each->value) == bytes));
    }
    BOOST_TEST(memory().reserved_most() <= 3 * mib);
}

// A part that does not fit into the memory is refused, with what is needed.
BOOST_AUTO_TEST_CASE(too_little_memory)
{
    client_config config = default_config();
    config.transfers.memory_max = mib;
    sut = make_client(std::move(config));
    upload_stream_request request = stream_of("bytes");
    request.size_of_part = part_size(2 * mib);
    operation_error const error = failure_of(upload_stream(sut, std::move(request)));
    BOOST_TEST((error.code() == errc::memory_limit_too_low));
    BOOST_TEST(service->count() == 0U);

    // Without a wish, parts are as small as the promise allows.
    request = stream_of("bytes");
    request.size_of_part.reset();
    BOOST_TEST(run(upload_stream(sut, std::move(request))).size_of_part == mib);
}

// Of short content only what was promised is reserved.
BOOST_AUTO_TEST_CASE(short_promise)
{
    upload_stream_request request = stream_of("bytes", 1'000);
    request.size_of_part.reset();
    BOOST_TEST(run(upload_stream(sut, std::move(request))).size_of_part == 16 * mib);
    BOOST_TEST(memory().reserved_most() == 1'000U);
}

// Content that ends within the first part may go in one request.
BOOST_AUTO_TEST_CASE(in_one_request)
{
    upload_stream_request request = stream_of("bytes");
    request.single_request_max = 5;
    BOOST_TEST(archive(run(upload_stream(sut, std::move(request)))) == "bytes");
    BOOST_TEST((service->only_request().id == operation::upload_archive));

    request = stream_of("bytes!");
    request.single_request_max = 5;
    BOOST_TEST(run(upload_stream(sut, std::move(request))).parts == 1U);
}

// A part is sent again from memory.
BOOST_AUTO_TEST_CASE(part_is_repeated)
{
    time_jumps();
    for (int nth = 1; nth <= 3; ++nth)
        when_part(mib, lost_answer(), nth);
    std::string const bytes = some_bytes(6 * mib);
    upload_result const result = run(upload_stream(sut, stream_of(bytes)));
    BOOST_TEST((archive(result) == bytes));
    BOOST_TEST(result.repetitions == 1U);
}

// Known hashes must be those of all parts.
BOOST_AUTO_TEST_CASE(known_hashes)
{
    std::string const bytes = some_bytes(2 * mib);
    std::vector<body_hashes> known(2);
    for (std::size_t i = 0; i < 2; ++i) {
        std::string const part = bytes.substr(i * mib, mib);
        known[i].content_sha256 = crypto::sha256_of(part);
        known[i].tree_hash = reference_tree_hash(part);
    }
    upload_stream_request request = stream_of(bytes);
    request.known_hashes = known;
    BOOST_TEST((archive(run(upload_stream(sut, std::move(request)))) == bytes));

    request = stream_of(bytes);
    request.known_hashes = known;
    request.known_hashes.push_back(known[0]);
    BOOST_TEST((failure_of(upload_stream(sut, std::move(request))).code() == errc::invalid_option));
    request = stream_of(bytes);
    request.known_hashes.assign(1, known[0]);
    BOOST_TEST((failure_of(upload_stream(sut, std::move(request))).code() == errc::invalid_option));
    BOOST_TEST(service->uploads("photos") == 0U);
}

// Also of what goes in one request, and then nothing is sent.
BOOST_AUTO_TEST_CASE(known_hashes_in_one_request)
{
    for (std::size_t const count : {2, 1}) {
        upload_stream_request request = stream_of("bytes");
        request.single_request_max = mib;
        request.known_hashes.resize(count);
        for (body_hashes& each : request.known_hashes) {
            each.content_sha256 = crypto::sha256_of("bytes");
            each.tree_hash = reference_tree_hash("bytes");
        }
        error_code const expected = count == 1 ? error_code() : make_error_code(errc::invalid_option);
        BOOST_TEST(code_of(upload_stream(sut, std::move(request))) == expected);
        BOOST_TEST(service->count() == 2 - count);
    }
}

// A cancellation reaches the source, before the upload exists and after it.
BOOST_DATA_TEST_CASE(cancelled, boost::unit_test::data::make({std::size_t(0), std::size_t(2 * mib)}))
{
    upload_stream_request request = stream_of(some_bytes(5 * mib));
    auto const held_by = std::make_shared<gate>();
    started_operation<upload_result> upload;
    if (sample == 0)
        source->held_by = held_by;
    request.on_progress = [this, held_by](transfer_progress const&) { source->held_by = held_by; };
    request.concurrency = 1;
    start(upload_stream(sut, std::move(request)), upload);
    run_until([&] { return held_by->waiting() == 1 && service->in_flight() == 0; });

    upload.cancel.emit(asio::cancellation_type::terminal);
    run_to_end();

    BOOST_TEST(upload.was_aborted());
    BOOST_TEST(held_by->waiting() == 0U);
    BOOST_TEST(service->count(operation::abort_multipart_upload) == 0U);
    BOOST_TEST(memory().reserved() == 0U);
}

// A failure does not wait for a source that has nothing to give.
BOOST_AUTO_TEST_CASE(failure_with_a_silent_source)
{
    when_part(0, error_answer(service_errc::access_denied));
    upload_stream_request request = stream_of(some_bytes(5 * mib));
    auto const held_by = std::make_shared<gate>();
    request.on_started = [this, held_by](upload_id const&) { source->held_by = held_by; };
    BOOST_TEST((failure_of(upload_stream(sut, std::move(request))).code() == service_errc::access_denied));
    BOOST_TEST(held_by->waiting() == 0U);
}

// What cannot be is refused at once.
BOOST_AUTO_TEST_CASE(bad_requests)
{
    upload_stream_request request = stream_of("bytes");
    request.source = nullptr;
    BOOST_TEST((code_of(upload_stream(sut, std::move(request))) == errc::invalid_option));
    BOOST_TEST((code_of(upload_stream(sut, stream_of("bytes", 0))) == errc::invalid_option));
    request = stream_of("bytes", part_size::bytes_max * part_size::parts_max + 1);
    BOOST_TEST((code_of(upload_stream(sut, std::move(request))) == errc::archive_too_large));
    request = stream_of("bytes", 10'000 * mib + 1);
    BOOST_TEST((code_of(upload_stream(sut, std::move(request))) == errc::invalid_part_size));
    request = stream_of("bytes");
    request.concurrency = 0;
    BOOST_TEST((code_of(upload_stream(sut, std::move(request))) == errc::invalid_option));
    BOOST_TEST(service->count() == 0U);
}

// The context goes in the middle, after any number of steps.
BOOST_AUTO_TEST_CASE(context_goes)
{
    std::string const bytes = some_bytes(2 * mib);
    bool ended = false;
    for (int steps = 0; !ended && steps < 1'000; ++steps) {
        started_operation<upload_result> upload;
        client_fixture fresh;
        upload_stream_request request(photos, std::make_shared<piecewise_source>(bytes), 10 * mib);
        request.size_of_part = part_size(mib);
        fresh.start(upload_stream(fresh.sut, std::move(request)), upload);
        for (int i = 0; i < steps && !upload.ended(); ++i)
            fresh.context.run_one_for(std::chrono::seconds(5));
        ended = upload.ended();
    }
    BOOST_TEST(ended);
}

BOOST_AUTO_TEST_SUITE_END()
