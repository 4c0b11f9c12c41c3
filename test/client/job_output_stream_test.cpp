#include <glacier/job_output_stream.hpp>

#include "support/client_fixture.hpp"

#include <glacier/as_result.hpp>

#include <array>
#include <type_traits>

using namespace glacier;
using namespace glacier::test;

namespace {

struct stream_fixture : client_fixture {
    job_output_stream open(fault its_fault = fault(), std::string bytes = some_bytes(300'000))
    {
        content = std::move(bytes);
        job_id const job = service->add_job("photos", service->add_archive("photos", content));
        service->always(protocol::operation::get_job_output, std::move(its_fault));
        return run(sut.get_job_output(get_job_output_request(photos, job)));
    }

    std::string content;
};

std::size_t read_once(client_fixture& fixture, job_output_stream& stream, std::span<std::byte> buffer)
{
    return fixture.run(stream.read_some(buffer));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(job_output_stream_test, stream_fixture)

// The head is there before the first byte is read.
BOOST_AUTO_TEST_CASE(head_comes_first)
{
    job_output_stream const stream = open();

    BOOST_TEST(stream.head().status == 200);
    BOOST_TEST(stream.head().content_length.value() == 300'000U);
    BOOST_TEST(stream.head().content_type.value() == "application/octet-stream");
    BOOST_TEST(stream.head().accept_ranges.value() == "bytes");
    BOOST_TEST(stream.head().description.value() == "box 7");
    BOOST_TEST(!stream.head().content_range);
    BOOST_TEST((stream.head().tree_hash == reference_tree_hash(content)));
}

// A read of all that there is room for gives it at once, and what is left at the end.
BOOST_AUTO_TEST_CASE(reads_until_full)
{
    job_output_stream stream = open();
    std::string received(200'001, '\0');
    std::span<std::byte> const room = std::as_writable_bytes(std::span(received));
    BOOST_TEST(run(stream.read(room)) == 200'001U);
    BOOST_TEST((content.compare(0, 200'001, received) == 0));
    BOOST_TEST(run(stream.read(room)) == 99'999U);
    BOOST_TEST((content.compare(200'001, 99'999, received, 0, 99'999) == 0));
    BOOST_TEST(run(stream.read(room)) == 0U);

    job_output_stream nothing;
    BOOST_TEST(run(nothing.read(room)) == 0U);
}

// An output that breaks off before there is enough is an error of the operation.
BOOST_AUTO_TEST_CASE(breaks_off_before_full)
{
    job_output_stream stream = open(cut_output(150'000));
    std::string received(200'001, '\0');
    operation_error const error = failure_of(stream.read(std::as_writable_bytes(std::span(received))));
    BOOST_TEST((error.code() == errc::connection_closed));
    BOOST_TEST(error.operation() == "GetJobOutput");
}

// A read gives what is there, at least one byte, and 0 once the output is complete, however often it is asked.
BOOST_AUTO_TEST_CASE(reads_until_zero)
{
    job_output_stream stream = open();
    std::string received;
    std::array<std::byte, 70'000> buffer{};
    while (std::size_t const count = read_once(*this, stream, buffer)) {
        BOOST_TEST(count <= buffer.size());
        received.append(reinterpret_cast<char const*>(buffer.data()), count);
    }

    BOOST_TEST((received == content));
    BOOST_TEST(read_once(*this, stream, buffer) == 0U);
}

// read_all() collects everything up to its limit, the limit included.
BOOST_AUTO_TEST_CASE(read_all_at_the_limit)
{
    job_output_stream stream = open();

    std::string const received = run(stream.read_all(300'000));

    BOOST_TEST((received == content));
}

// One byte above the limit fails instead of filling the memory.
BOOST_AUTO_TEST_CASE(read_all_above_the_limit)
{
    job_output_stream stream = open();

    BOOST_TEST((code_of(stream.read_all(299'999)) == errc::response_too_large));
}

// An output that ends too early is an error, never a short success.
BOOST_AUTO_TEST_CASE(cut_output_is_an_error)
{
    job_output_stream stream = open(cut_output(1'000));

    BOOST_TEST((code_of(stream.read_all(1'000'000)) == errc::connection_closed));
}

// The bytes before the break are handed out first, so that a range can get the rest.
BOOST_AUTO_TEST_CASE(bytes_before_the_break_are_valid)
{
    job_output_stream stream = open(cut_output(1'000));
    std::array<std::byte, 4'000> buffer{};

    BOOST_TEST(read_once(*this, stream, buffer) == 1'000U);
    BOOST_TEST((code_of(stream.read_some(buffer)) == errc::connection_closed));
}

// What breaks a read off is an error of the operation, which as_result() gives as a value.
BOOST_AUTO_TEST_CASE(errors_are_those_of_the_operation)
{
    job_output_stream stream = open(cut_output(1'000));
    auto const broken = run(as_result(stream.read_all(1'000'000)));
    BOOST_TEST_REQUIRE(broken.has_error());
    BOOST_TEST((broken.error().code() == errc::connection_closed));
    BOOST_TEST(broken.error().operation() == "GetJobOutput");
    BOOST_TEST(broken.error().details().resource.find("vault photos") != std::string::npos);
    BOOST_TEST(!broken.error().request_id().empty());
    BOOST_TEST(broken.error().http_status() == 200);
    BOOST_TEST(broken.error().attempts() == 1);

    stream = open();
    auto const large = run(as_result(stream.read_all(299'999)));
    BOOST_TEST_REQUIRE(large.has_error());
    BOOST_TEST((large.error().code() == errc::response_too_large));
    BOOST_TEST(large.error().operation() == "GetJobOutput");
    BOOST_TEST(large.error().details().message == "more than 299999 bytes");
}

// A read that is cancelled ends at once with operation_aborted, once.
BOOST_AUTO_TEST_CASE(cancelled_read)
{
    auto const held_by = std::make_shared<gate>();
    job_output_stream stream = open(output_held(held_by));
    std::array<std::byte, 100> buffer{};
    started_operation<std::size_t> read;
    start(stream.read_some(buffer), read);
    run_until([&] { return held_by->waiting() == 1; });

    read.cancel.emit(asio::cancellation_type::terminal);
    run_to_end();

    BOOST_TEST(read.completions == 1);
    BOOST_TEST(read.was_aborted());
}

// The stream is moved like a handle, and the moved one goes on where the other stood.
BOOST_AUTO_TEST_CASE(moves)
{
    static_assert(!std::is_copy_constructible_v<job_output_stream>);
    static_assert(std::is_nothrow_move_constructible_v<job_output_stream>);
    job_output_stream first = open();
    std::array<std::byte, 10> buffer{};
    read_once(*this, first, buffer);

    job_output_stream second = std::move(first);
    std::string const rest = run(second.read_all(1'000'000));

    BOOST_TEST((rest == content.substr(10)));
}

// The stream does not need the client that opened it.
BOOST_AUTO_TEST_CASE(outlives_the_client)
{
    job_output_stream stream = open();
    sut = make_client(default_config());

    BOOST_TEST((run(stream.read_all(1'000'000)) == content));
}

BOOST_AUTO_TEST_SUITE_END()
