#include "cli/stream_io.hpp"

#include "cli/exit_code.hpp"
#include "cli/run.hpp"
#include "fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <exception>
#include <fcntl.h>
#include <memory>
#include <span>
#include <unistd.h>

namespace {

using namespace glacier::cli;
using cli_test::pipe_ends;

asio::awaitable<std::string> read_all(std::shared_ptr<descriptor_source> source)
{
    std::string text;
    std::vector<std::byte> buffer(1'000);
    while (true) {
        std::size_t const count = co_await source->read_some(buffer);
        if (count == 0)
            co_return text;
        text.append(reinterpret_cast<char const*>(buffer.data()), count);
    }
}

asio::awaitable<void> write_all(std::shared_ptr<descriptor_sink> sink, std::string text)
{
    co_await sink->write(std::as_bytes(std::span(text)));
}

/// Writes into the pipe, after the loop has gone round often enough that a read which held it up would hang.
asio::awaitable<void> feed(pipe_ends& pipe, std::string text)
{
    for (int turn = 0; turn < 100; ++turn)
        co_await asio::post(asio::use_awaitable);
    BOOST_TEST(::write(pipe.writing(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    pipe.close_writing();
}

/// Runs it, and cancels it when it has begun to wait.
std::exception_ptr cancelled(asio::awaitable<void> operation)
{
    asio::io_context context(1);
    asio::cancellation_signal cancel;
    std::exception_ptr found;
    bool ended = false;
    auto on_end = [&](std::exception_ptr error) {
        found = std::move(error);
        ended = true;
    };
    asio::co_spawn(context, std::move(operation), asio::bind_cancellation_slot(cancel.slot(), on_end));
    context.poll();
    BOOST_TEST(!ended);
    cancel.emit(asio::cancellation_type::terminal);
    context.run();
    BOOST_TEST(ended);
    return found;
}

asio::awaitable<void> drop_result(asio::awaitable<std::string> operation)
{
    co_await std::move(operation);
}

bool is_abort(std::exception_ptr const& error)
{
    return error && code_of(error) == asio::error::operation_aborted;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cli_stream_io)

BOOST_AUTO_TEST_CASE(reads_a_pipe_to_its_end)
{
    pipe_ends pipe;
    std::string const text(20'000, 'x');
    auto const source = std::make_shared<descriptor_source>("input", pipe.reading());
    BOOST_TEST_REQUIRE(::write(pipe.writing(), text.data(), text.size()) == 20'000);
    pipe.close_writing();
    asio::io_context context(1);
    BOOST_TEST(run(context, read_all(source)) == text);
}

// The loop goes on while nothing comes.
BOOST_AUTO_TEST_CASE(waiting_does_not_hold_up_the_loop)
{
    pipe_ends pipe;
    auto const source = std::make_shared<descriptor_source>("input", pipe.reading());
    asio::io_context context(1);
    asio::co_spawn(context, feed(pipe, "late"), [](std::exception_ptr error) { BOOST_TEST(!error); });
    BOOST_TEST(run(context, read_all(source)) == "late");
}

BOOST_AUTO_TEST_CASE(reads_a_file)
{
    cli_test::scratch_directory const place;
    std::string const name = place.make_file("file", 3'000'000);
    int const descriptor = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
    BOOST_TEST_REQUIRE(descriptor >= 0);
    auto const source = std::make_shared<descriptor_source>("input", descriptor);
    ::close(descriptor);
    asio::io_context context(1);
    BOOST_TEST((run(context, read_all(source)) == cli_test::content_of(name)));
}

BOOST_AUTO_TEST_CASE(reading_is_cancelled)
{
    pipe_ends pipe;
    auto source = std::make_shared<descriptor_source>("input", pipe.reading());
    BOOST_TEST(is_abort(cancelled(drop_result(read_all(std::move(source))))));
}

BOOST_AUTO_TEST_CASE(reading_fails)
{
    int const descriptor = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    BOOST_TEST_REQUIRE(descriptor >= 0);
    auto const source = std::make_shared<descriptor_source>("input", descriptor);
    ::close(descriptor);
    asio::io_context context(1);
    BOOST_CHECK_EXCEPTION(run(context, read_all(source)), failure, [](failure const& error) {
        return error.code() == exit_code::local_file && error.what() == std::string("input: Is a directory");
    });
}

// More than a pipe holds, to a reader that takes its time.
BOOST_AUTO_TEST_CASE(writes_to_a_pipe)
{
    pipe_ends pipe;
    std::string const text(1'000'003, 'y');
    auto reading = pipe.drain();
    {
        asio::io_context context(1);
        auto const sink = std::make_shared<descriptor_sink>("output", pipe.writing());
        run(context, write_all(sink, text));
    }
    pipe.close_writing();
    BOOST_TEST((reading.get() == text));
}

BOOST_AUTO_TEST_CASE(writing_is_cancelled)
{
    pipe_ends pipe;
    auto sink = std::make_shared<descriptor_sink>("output", pipe.writing());
    BOOST_TEST(is_abort(cancelled(write_all(std::move(sink), std::string(1'000'000, 'z')))));
}

BOOST_AUTO_TEST_CASE(writing_fails)
{
    pipe_ends pipe;
    pipe.close_reading();
    auto const sink = std::make_shared<descriptor_sink>("output", pipe.writing());
    asio::io_context context(1);
    BOOST_CHECK_EXCEPTION(run(context, write_all(sink, "text")), failure, [](failure const& error) {
        return error.code() == exit_code::local_file && error.what() == std::string("output: Broken pipe");
    });
}

BOOST_AUTO_TEST_SUITE_END()
