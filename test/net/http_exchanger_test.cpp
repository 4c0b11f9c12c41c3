#include "net/http_exchanger.hpp"

#include "async/offload.hpp"
#include "net/net_fixture.hpp"
#include "support/manual_time.hpp"
#include "support/temporary_directory.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace glacier::net {

namespace {

using namespace std::chrono_literals;
using protocol::http_method;
using exchanging = test::started<exchange_result>;

constexpr std::size_t answer_bytes_max = 100'000;

std::string text_of(std::span<std::byte const> bytes)
{
    return std::string(reinterpret_cast<char const*>(bytes.data()), bytes.size());
}

/// A body that is read like a file, and fails from some offset on.
class slow_source final : public body_source {
public:
    explicit slow_source(std::string bytes, std::uint64_t fails_at = UINT64_MAX)
        : bytes_(std::move(bytes)), fails_at_(fails_at)
    {}

    std::uint64_t size() const override { return bytes_.size(); }

    void read(std::uint64_t offset, std::span<std::byte> into) const override
    {
        if (offset + into.size() > fails_at_) {
            error_details details;
            details.message = "the file became shorter";
            throw operation_error(errc::file_changed, std::move(details));
        }
        auto const part = std::as_bytes(std::span(bytes_)).subspan(offset, into.size());
        std::copy(part.begin(), part.end(), into.begin());
    }

private:
    std::string bytes_;
    std::uint64_t fails_at_;
};

exchange_request get_request(bool streams_answer = false, std::string target = "/get")
{
    protocol::http_request message;
    message.target = std::move(target);
    message.headers.add("host", "localhost");
    return exchange_request(std::move(message), body(), streams_answer);
}

exchange_request put_request(body content)
{
    protocol::http_request message;
    message.method = http_method::put;
    message.target = "/put";
    message.headers.add("host", "localhost");
    return exchange_request(std::move(message), std::move(content), false);
}

std::string answer(int status, std::string const& content, std::string const& fields = {})
{
    return "HTTP/1.1 " + std::to_string(status) + " x\r\n" + fields +
           "Content-Length: " + std::to_string(content.size()) + "\r\n\r\n" + content;
}

std::string chunked(std::string const& content)
{
    std::string made = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t at = 0; at < content.size(); at += 10)
        made += "a\r\n" + content.substr(at, 10) + "\r\n";
    return made + "0\r\n\r\n";
}

/// Answers each request in full: with what was sent, or with the path.
void echo(test::peer& client)
{
    while (true) {
        std::string const head = client.read_head();
        std::string const content = client.read(test::content_length_of(head));
        if (head.starts_with("GET /chunked"))
            client.write(chunked(std::string(100, 'c')));
        else if (head.starts_with("GET"))
            client.write(answer(200, head.substr(4, head.find(' ', 4) - 4)));
        else
            client.write(answer(201, std::to_string(content.size())));
    }
}

/// Reads a stream to its end.
asio::awaitable<std::string> read_all(std::shared_ptr<job_output_stream::source> stream)
{
    std::string all;
    std::vector<std::byte> buffer(1'000);
    while (std::size_t const count = co_await stream->read_some(buffer))
        all += text_of(std::span(buffer).first(count));
    co_return all;
}

/// The same with as few reads as there is room for.
asio::awaitable<std::string> read_all_at_once(std::shared_ptr<job_output_stream::source> stream,
                                              std::size_t room)
{
    std::string all(room, '\0');
    std::size_t const count = co_await stream->read(std::as_writable_bytes(std::span(all)));
    all.resize(count);
    co_return all;
}

asio::awaitable<std::size_t> read_once(std::shared_ptr<job_output_stream::source> stream, std::size_t size)
{
    std::vector<std::byte> buffer(size);
    co_return co_await stream->read_some(buffer);
}

struct exchanger_fixture {
    exchanger_fixture() { settings.response_bytes_max = answer_bytes_max; }

    void make(protocol::endpoint const& target) { tested = make_for(context, target, settings); }

    static std::shared_ptr<exchanger> make_for(asio::io_context& loop, protocol::endpoint const& target,
                                               exchanger_settings const& used)
    {
        std::shared_ptr<dialer> const dials =
            make_dialer(target, dialer_settings(test::trusting_settings(), used.timeouts));
        return make_http_exchanger(loop.get_executor(), async::blocking_executor_of(loop.get_executor()),
                                   dials, used);
    }

    exchange_result run(exchange_request request)
    {
        exchanging running(context, tested->exchange(std::move(request)));
        exchange_result result = std::move(running.get());
        BOOST_TEST(running.completions() == 1);
        return result;
    }

    exchanger_settings settings;
    asio::io_context context;
    std::shared_ptr<exchanger> tested;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(http_exchanger_test, exchanger_fixture)

// Exchanges one after the other share one connection, and the result says that it had been used.
BOOST_AUTO_TEST_CASE(keep_alive)
{
    test::scripted_server server(echo);
    make(test::plain_endpoint(server.port()));
    for (int i = 0; i < 3; ++i) {
        exchange_result const result = run(get_request());
        BOOST_TEST(!result.error);
        BOOST_TEST(result.sent);
        BOOST_TEST(result.response.status == 200);
        BOOST_TEST(result.response.body == "/get");
        BOOST_TEST(result.reused_connection == (i > 0));
        BOOST_TEST(result.stream == nullptr);
    }
    BOOST_TEST(server.connections() == 1);
}

// A connection that the server wants closed is not used again.
BOOST_AUTO_TEST_CASE(connection_close)
{
    test::scripted_server server([](test::peer& client) {
        client.read_head();
        client.write(answer(200, "x", "Connection: close\r\n"));
        client.read_to_end();
    });
    make(test::plain_endpoint(server.port()));
    for (int i = 0; i < 2; ++i)
        BOOST_TEST(!run(get_request()).reused_connection);
    BOOST_TEST(server.connections() == 2);
    test::run_ready(context);
    BOOST_TEST(server.wait_for_ends(2));
}

// A body without a length ends with its connection, which serves no other exchange.
BOOST_AUTO_TEST_CASE(body_until_close)
{
    test::scripted_server server([](test::peer& client) {
        client.read_head();
        client.write("HTTP/1.1 200 OK\r\n\r\nhello");
        client.finish();
        client.read_to_end();
    });
    make(test::plain_endpoint(server.port()));
    for (int i = 0; i < 2; ++i) {
        exchange_result const result = run(get_request());
        BOOST_TEST(!result.error);
        BOOST_TEST(!result.reused_connection);
        BOOST_TEST(result.response.body == "hello");
    }
}

// An error answer of the service is no error of the exchange, and leaves the connection usable.
BOOST_AUTO_TEST_CASE(error_answer)
{
    test::scripted_server server([](test::peer& client) {
        for (int i = 0; i < 2; ++i) {
            client.read_head();
            client.write(answer(404, "{}", "x-amzn-RequestId: abc\r\n"));
        }
    });
    make(test::plain_endpoint(server.port()));
    for (int i = 0; i < 2; ++i) {
        exchange_result const result = run(get_request());
        BOOST_TEST(!result.error);
        BOOST_TEST(result.response.status == 404);
        BOOST_TEST(result.response.headers.get("X-Amzn-Requestid") == "abc");
        BOOST_TEST(result.response.body == "{}");
    }
    BOOST_TEST(server.connections() == 1);
}

// Without a connection nothing was sent, and the detail says what was tried.
BOOST_AUTO_TEST_CASE(not_connected)
{
    std::uint16_t const port = test::closed_port();
    make(test::plain_endpoint(port));
    exchange_result const result = run(get_request());
    BOOST_TEST(result.error == asio::error::connection_refused);
    BOOST_TEST(!result.sent);
    BOOST_TEST(result.detail.find(std::to_string(port)) != std::string::npos);
    // The place in the pool is free again.
    BOOST_TEST(run(get_request()).error == asio::error::connection_refused);
}

// A connection that the server closed while nobody used it: the result says that it had been used before.
BOOST_AUTO_TEST_CASE(stale_connection)
{
    test::scripted_server server([](test::peer& client) {
        client.read_head();
        client.write(answer(200, "x"));
        if (client.number() > 1)
            client.read_to_end();
    });
    make(test::plain_endpoint(server.port()));
    BOOST_TEST(!run(get_request()).error);
    BOOST_TEST_REQUIRE(server.wait_for_ends(1));
    exchange_result const stale = run(get_request());
    BOOST_TEST(stale.error == condition::transport, stale.error.message());
    BOOST_TEST(stale.reused_connection);
    exchange_result const fresh = run(get_request());
    BOOST_TEST(!fresh.error);
    BOOST_TEST(!fresh.reused_connection);
}

// What a server sends while nobody asked is never taken for the answer to the next request.
BOOST_AUTO_TEST_CASE(late_bytes)
{
    for (bool const tls : {false, true}) {
        std::promise<void> answered;
        std::promise<void> sent_late;
        auto const serve = [&](test::peer& client) {
            if (client.number() > 1) {
                echo(client);
                return;
            }
            client.read_head();
            client.write(answer(200, "first"));
            answered.get_future().wait();
            client.write(answer(200, "late"));
            sent_late.set_value();
            client.read_to_end();
        };
        test::scripted_server server(serve, tls ? std::optional(test::good_server_tls()) : std::nullopt);
        make(tls ? test::tls_endpoint("localhost", server.port()) : test::plain_endpoint(server.port()));

        BOOST_TEST(run(get_request()).response.body == "first");
        answered.set_value();
        sent_late.get_future().wait();
        exchange_result const next = run(get_request());
        BOOST_TEST(!next.error);
        BOOST_TEST(next.response.body == "/get");
        BOOST_TEST(!next.reused_connection);
        tested.reset();
    }
}

// A body arrives unchanged, from memory and from a source that is read in blocks.
BOOST_AUTO_TEST_CASE(bodies)
{
    std::string content;
    for (int i = 0; content.size() < 1'000'000; ++i)
        content += std::to_string(i);
    test::transcript received;
    test::scripted_server server([&received](test::peer& client) {
        while (true) {
            received.add(client.read(test::content_length_of(client.read_head())));
            client.write(answer(201, ""));
        }
    });
    make(test::plain_endpoint(server.port()));
    test::temporary_directory const directory;
    for (body const& sent :
         {body(content), body::view(std::as_bytes(std::span(content))),
          body(std::make_shared<slow_source>(content)), body::file(directory.write("x", content)),
          body::file(directory / "x", 1, 300'000), body(std::string("one"))}) {
        exchange_result const result = run(put_request(sent));
        BOOST_TEST(!result.error);
        BOOST_TEST(result.response.status == 201);
    }
    auto const entries = received.entries();
    BOOST_TEST_REQUIRE(entries.size() == 6U);
    for (std::size_t i = 0; i < 4; ++i)
        BOOST_TEST((entries[i] == content));
    BOOST_TEST((entries[4] == content.substr(1, 300'000)));
    BOOST_TEST(entries[5] == "one");
}

// A source that fails in the middle ends the exchange with its error. The half of a request cannot have taken
// effect, and it poisons nothing.
BOOST_AUTO_TEST_CASE(source_fails)
{
    test::scripted_server server(echo);
    make(test::plain_endpoint(server.port()));
    BOOST_TEST(!run(get_request()).error);
    exchange_result const failed =
        run(put_request(body(std::make_shared<slow_source>(std::string(1'000'000, 'x'), 600'000))));
    BOOST_TEST(failed.error == errc::file_changed);
    BOOST_TEST(failed.detail == "the file became shorter");
    BOOST_TEST(!failed.sent);
    BOOST_TEST(failed.response.status == 0);

    exchange_result const next = run(get_request());
    BOOST_TEST(!next.error);
    BOOST_TEST(!next.reused_connection);
}

// A server may refuse a request and close before it has read all of it: the answer is the result.
BOOST_AUTO_TEST_CASE(early_answer)
{
    for (bool const from_memory : {true, false}) {
        test::scripted_server server([](test::peer& client) {
            client.read_head();
            client.write(answer(403, "{\"code\":\"x\"}", "Connection: close\r\n"));
            client.finish();
        });
        make(test::plain_endpoint(server.port()));
        std::string content(30'000'000, 'x');
        body const sent = from_memory ? body(content) : body(std::make_shared<slow_source>(content));
        exchange_result const result = run(put_request(sent));
        BOOST_TEST(!result.error, result.error.message());
        BOOST_TEST(result.response.status == 403);
        BOOST_TEST(result.response.body == "{\"code\":\"x\"}");
        BOOST_TEST(result.sent);
        BOOST_TEST(!run(get_request()).reused_connection);
    }
}

// A server that breaks off in the middle of the body without an answer: the error of the sending is the result.
BOOST_AUTO_TEST_CASE(broken_off)
{
    test::scripted_server server([](test::peer& client) {
        client.read_head();
        client.read(100'000);
        client.reset();
    });
    make(test::plain_endpoint(server.port()));
    exchange_result const result = run(put_request(body(std::string(30'000'000, 'x'))));
    BOOST_TEST(result.error == condition::transport, result.error.message());
    BOOST_TEST(result.sent);
    BOOST_TEST(result.response.status == 0);
}

// An answer above the limit is refused, whether it is announced or comes in chunks; its connection is closed.
BOOST_AUTO_TEST_CASE(answer_too_large)
{
    test::scripted_server server([](test::peer& client) {
        client.read_head();
        if (client.number() == 1)
            client.write(answer(200, std::string(answer_bytes_max + 1, 'x')));
        else if (client.number() == 2)
            client.write(chunked(std::string(answer_bytes_max + 10, 'x')));
        else
            client.write(answer(200, std::string(answer_bytes_max, 'x')));
        client.read_to_end();
    });
    make(test::plain_endpoint(server.port()));
    for (int i = 0; i < 2; ++i) {
        exchange_result const result = run(get_request());
        BOOST_TEST(result.error == errc::response_too_large);
        BOOST_TEST(!result.reused_connection);
    }
    exchange_result const largest = run(get_request());
    BOOST_TEST(!largest.error);
    BOOST_TEST(!largest.reused_connection);
    BOOST_TEST(largest.response.body.size() == answer_bytes_max);
}

// Each phase has its limit: sending, waiting for the answer, its body. The connection is then not used again.
BOOST_AUTO_TEST_CASE(limits_of_phases)
{
    test::scripted_server server([](test::peer& client) {
        client.read_head();
        switch (client.number()) {
        case 1:
            // Nobody reads the body until the client has gone.
            client.read(1'000'000'000'000);
            break;
        case 2:
            client.read_to_end();
            break;
        case 3:
            client.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
            client.read_to_end();
            break;
        default:
            client.write(answer(200, ""));
            client.read_to_end();
        }
    });
    // Only what must run out is short: a busy machine takes its time for the rest.
    settings.timeouts.response = 20ms;
    make(test::plain_endpoint(server.port()));
    exchange_result result = run(get_request());
    BOOST_TEST(result.error == errc::response_timeout);
    BOOST_TEST(result.sent);
    result = run(get_request());
    BOOST_TEST(result.error == errc::response_timeout);
    BOOST_TEST(!result.reused_connection);

    settings.timeouts.response = 20s;
    settings.timeouts.stall = 300ms;
    make(test::plain_endpoint(server.port()));
    result = run(get_request());
    BOOST_TEST(result.error == errc::transfer_stalled);
    BOOST_TEST(!result.reused_connection);
    result = run(get_request());
    BOOST_TEST(!result.error);
    BOOST_TEST(!result.reused_connection);
}

// A server that stops reading a body makes the transfer stall.
BOOST_AUTO_TEST_CASE(stalled_body)
{
    settings.timeouts.stall = 50ms;
    struct gate {
        std::mutex mutex;
        std::condition_variable changed;
        bool open = false;
    } until;
    test::scripted_server server([&until](test::peer& client) {
        client.read_head();
        std::unique_lock lock(until.mutex);
        until.changed.wait_for(lock, 10s, [&until] { return until.open; });
    });
    make(test::plain_endpoint(server.port()));
    for (bool const from_memory : {true, false}) {
        std::string content(60'000'000, 'x');
        body const sent = from_memory ? body(content) : body(std::make_shared<slow_source>(content));
        exchange_result const result = run(put_request(sent));
        BOOST_TEST(result.error == errc::transfer_stalled, result.error.message());
        BOOST_TEST(result.sent);
    }
    std::lock_guard const lock(until.mutex);
    until.open = true;
    until.changed.notify_all();
}

// A streamed answer hands its connection back when it has been read to the end.
BOOST_AUTO_TEST_CASE(stream_read_to_its_end)
{
    test::scripted_server server(echo);
    make(test::plain_endpoint(server.port()));
    for (std::string const target : {"/known", "/chunked", "/known"}) {
        exchange_result result = run(get_request(true, target));
        BOOST_TEST(!result.error);
        BOOST_TEST(result.sent);
        BOOST_TEST(result.response.body.empty());
        BOOST_TEST_REQUIRE(result.stream != nullptr);
        std::shared_ptr<job_output_stream::source> const stream = std::move(result.stream);
        std::string const expected = target == "/chunked" ? std::string(100, 'c') : target;
        BOOST_TEST(test::run(context, read_all(stream)) == expected);
        BOOST_TEST(test::run(context, read_once(stream, 10)) == 0U);
    }
    BOOST_TEST(server.connections() == 1);
    BOOST_TEST(run(get_request()).reused_connection);
}

// It may be read in one go, as far as there is room.
BOOST_AUTO_TEST_CASE(stream_read_at_once)
{
    test::scripted_server server(echo);
    make(test::plain_endpoint(server.port()));
    for (std::string const target : {"/known", "/chunked", "/known"}) {
        exchange_result result = run(get_request(true, target));
        BOOST_TEST_REQUIRE(result.stream != nullptr);
        std::shared_ptr<job_output_stream::source> const stream = std::move(result.stream);
        std::string const expected = target == "/chunked" ? std::string(100, 'c') : target;
        BOOST_TEST(test::run(context, read_all_at_once(stream, 4)) == expected.substr(0, 4));
        BOOST_TEST(test::run(context, read_all_at_once(stream, 1'000'000)) == expected.substr(4));
        BOOST_TEST(test::run(context, read_all_at_once(stream, 10)).empty());
    }
    BOOST_TEST(server.connections() == 1);
}

// A streamed answer occupies its connection until then, and closes it when it is dropped earlier.
BOOST_AUTO_TEST_CASE(stream_dropped)
{
    settings.pool.connections_max = 1;
    settings.timeouts.connection_wait = 5ms;
    test::scripted_server server(echo);
    make(test::plain_endpoint(server.port()));
    for (std::string const target : {"/known", "/chunked"}) {
        exchange_result result = run(get_request(true, target));
        std::shared_ptr<job_output_stream::source> stream = std::move(result.stream);
        BOOST_TEST_REQUIRE(stream != nullptr);
        BOOST_TEST(test::run(context, read_once(stream, 3)) == 3U);
        BOOST_TEST(run(get_request()).error == errc::connection_wait_timeout);
        stream.reset();
        exchange_result const next = run(get_request());
        BOOST_TEST(!next.error);
        BOOST_TEST(!next.reused_connection);
    }
}

// Reading a stream into no room gives 0 and is not taken for its end.
BOOST_AUTO_TEST_CASE(stream_without_room)
{
    test::scripted_server server(echo);
    make(test::plain_endpoint(server.port()));
    for (std::string const target : {"/known", "/chunked"}) {
        exchange_result result = run(get_request(true, target));
        std::shared_ptr<job_output_stream::source> const stream = std::move(result.stream);
        BOOST_TEST(test::run(context, read_once(stream, 0)) == 0U);
        BOOST_TEST(!test::run(context, read_all(stream)).empty());
    }
}

// Only a good answer is streamed; an error answer is read at once.
BOOST_AUTO_TEST_CASE(error_answer_is_not_streamed)
{
    test::scripted_server server([](test::peer& client) {
        client.read_head();
        client.write(answer(206, "part"));
        client.read_head();
        client.write(answer(404, "{}"));
    });
    make(test::plain_endpoint(server.port()));
    exchange_result part = run(get_request(true));
    BOOST_TEST_REQUIRE(part.stream != nullptr);
    std::shared_ptr<job_output_stream::source> const stream = std::move(part.stream);
    BOOST_TEST(test::run(context, read_all(stream)) == "part");
    exchange_result const refused = run(get_request(true));
    BOOST_TEST(refused.stream == nullptr);
    BOOST_TEST(refused.response.body == "{}");
    BOOST_TEST(server.connections() == 1);
}

// A stream that breaks off or stalls is an error, never its end.
BOOST_AUTO_TEST_CASE(stream_fails)
{
    for (errc const expected : {errc::connection_closed, errc::transfer_stalled}) {
        bool const closes = expected == errc::connection_closed;
        settings.timeouts.stall = closes ? 20'000ms : 10ms;
        test::scripted_server server([closes](test::peer& client) {
            client.read_head();
            client.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
            if (closes)
                client.finish();
            client.read_to_end();
        });
        make(test::plain_endpoint(server.port()));
        exchange_result result = run(get_request(true));
        std::shared_ptr<job_output_stream::source> const stream = std::move(result.stream);
        BOOST_TEST_REQUIRE(stream != nullptr);
        test::started<std::string> reading(context, read_all(stream));
        BOOST_TEST(reading.code() == expected);
        // It stays that one, at once.
        BOOST_TEST(test::started<std::size_t>(context, read_once(stream, 10)).code() == expected);
    }
}

// The time that a reader takes between two reads is not the connection's.
BOOST_AUTO_TEST_CASE(slow_reader)
{
    settings.timeouts.stall = 10ms;
    test::scripted_server server(echo);
    make(test::plain_endpoint(server.port()));
    exchange_result result = run(get_request(true));
    std::shared_ptr<job_output_stream::source> const stream = std::move(result.stream);
    test::run_for(context, 25ms);
    BOOST_TEST(test::run(context, read_once(stream, 1)) == 1U);
    test::run_for(context, 25ms);
    BOOST_TEST(test::run(context, read_all(stream)) == "get");
}

// An answer that keeps coming, but too slowly, is given up, whether it is read here or streamed.
BOOST_AUTO_TEST_CASE(slow_answers)
{
    settings.timeouts.throughput_min = 1'000'000;
    settings.timeouts.throughput_window = 50ms;
    test::scripted_server server([](test::peer& client) {
        client.read_head();
        client.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        std::promise<void> never;
        std::future<void> const pause = never.get_future();
        while (true) {
            client.write("x");
            pause.wait_for(2ms);
        }
    });
    make(test::plain_endpoint(server.port()));
    exchange_result const slow = run(get_request());
    BOOST_TEST(slow.error == errc::throughput_too_low, slow.error.message());
    BOOST_TEST(slow.sent);

    exchange_result streamed = run(get_request(true));
    std::shared_ptr<job_output_stream::source> stream = std::move(streamed.stream);
    BOOST_TEST_REQUIRE(stream != nullptr);
    test::started<std::string> reading(context, read_all(stream));
    BOOST_TEST(reading.code() == errc::throughput_too_low);
}

// Without another limit, the least throughput ends what does not move at all, in both directions.
BOOST_AUTO_TEST_CASE(slow_to_a_standstill)
{
    settings.timeouts.stall = 0ms;
    settings.timeouts.throughput_min = 1'000'000'000'000;
    settings.timeouts.throughput_window = 20ms;
    std::promise<void> over;
    std::shared_future<void> const until = over.get_future().share();
    test::scripted_server server([until](test::peer& client) {
        if (client.read_head().starts_with("GET"))
            client.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        until.wait();
    });
    make(test::plain_endpoint(server.port()));
    BOOST_TEST(run(get_request()).error == errc::throughput_too_low);
    for (bool const from_memory : {true, false}) {
        std::string content(60'000'000, 'x');
        body const sent = from_memory ? body(content) : body(std::make_shared<slow_source>(content));
        exchange_result const result = run(put_request(sent));
        BOOST_TEST(result.error == errc::throughput_too_low, result.error.message());
        BOOST_TEST(result.sent);
    }
    over.set_value();
}

// The time of whoever reads a stream, or gives the bytes of a body, is not the connection's.
BOOST_AUTO_TEST_CASE(throughput_of_the_connection_alone)
{
    /// Takes its time.
    class late_source final : public body_source {
    public:
        std::uint64_t size() const override { return 1'000'000; }

        void read(std::uint64_t /*offset*/, std::span<std::byte> /*into*/) const override
        {
            std::promise<void> never;
            never.get_future().wait_for(20ms);
        }
    };

    settings.timeouts.throughput_min = 100'000;
    settings.timeouts.throughput_window = 60ms;
    test::scripted_server server(echo);
    make(test::plain_endpoint(server.port()));
    exchange_result const sent = run(put_request(body(std::make_shared<late_source>())));
    BOOST_TEST(!sent.error, sent.error.message());
    BOOST_TEST(sent.response.body == "1000000");

    exchange_result result = run(get_request(true, "/abcdef"));
    std::shared_ptr<job_output_stream::source> const stream = std::move(result.stream);
    for (int i = 0; i < 6; ++i) {
        test::run_for(context, 15ms);
        BOOST_TEST(test::run(context, read_once(stream, 1)) == 1U);
    }
    BOOST_TEST(test::run(context, read_all(stream)) == "f");
}

// With a limit, bodies of requests take as long as that many bytes may, whether they are read or lie in memory; heads
// and answers do not count.
BOOST_AUTO_TEST_CASE(paced_request)
{
    test::scripted_server server(echo);
    for (bool const from_memory : {true, false}) {
        auto const time = std::make_shared<test::jumping_time>();
        settings.upload_rate = std::make_shared<async::rate_limiter>(100'000, time);
        settings.download_rate = std::make_shared<async::rate_limiter>(1, time);
        make(test::plain_endpoint(server.port()));
        std::string content(1'000'000, 'x');
        body const sent = from_memory ? body(content) : body(std::make_shared<slow_source>(content));
        auto const began = time->now();
        exchange_result const result = run(put_request(sent));
        BOOST_TEST(!result.error, result.error.message());
        BOOST_TEST(result.response.body == "1000000");
        // What a moment holds was there at the beginning.
        BOOST_TEST((time->now() - began > 9'800ms && time->now() - began < 10s));
        run(get_request());
        BOOST_TEST((time->now() - began < 10s));
    }
}

// So does a streamed answer, however large the buffers are that it is read into.
BOOST_AUTO_TEST_CASE(paced_answer)
{
    test::scripted_server server([](test::peer& client) {
        client.read_head();
        client.write(answer(200, std::string(1'000'000, 'x')));
        client.read_to_end();
    });
    for (std::size_t const size : {100'000U, 3'000U}) {
        auto const time = std::make_shared<test::jumping_time>();
        settings.upload_rate = std::make_shared<async::rate_limiter>(1, time);
        settings.download_rate = std::make_shared<async::rate_limiter>(100'000, time);
        make(test::plain_endpoint(server.port()));
        exchange_result result = run(get_request(true));
        std::shared_ptr<job_output_stream::source> const stream = std::move(result.stream);
        auto const began = time->now();
        std::size_t all = 0;
        while (std::size_t const count = test::run(context, read_once(stream, size))) {
            BOOST_TEST(count <= 10'000U);
            all += count;
        }
        BOOST_TEST(all == 1'000'000U);
        BOOST_TEST((time->now() - began > 9'800ms && time->now() - began < 10s));
    }
}

// What waits for its turn is not slow and does not stall; and when the limit goes, it follows at once.
BOOST_AUTO_TEST_CASE(waiting_for_a_turn_is_not_the_connections_time)
{
    settings.timeouts.stall = 30ms;
    settings.timeouts.throughput_min = 1'000'000;
    settings.timeouts.throughput_window = 30ms;
    auto const time = std::make_shared<test::manual_time>();
    settings.upload_rate = std::make_shared<async::rate_limiter>(1'000, time);
    settings.download_rate = std::make_shared<async::rate_limiter>(1'000, time);
    test::scripted_server server([](test::peer& client) {
        while (true) {
            std::string const head = client.read_head();
            client.read(test::content_length_of(head));
            client.write(answer(200, std::string(50'000, 'x')));
        }
    });
    make(test::plain_endpoint(server.port()));
    auto const run_until_it_waits = [&] {
        auto const end = std::chrono::steady_clock::now() + 10s;
        while (time->waiting() == 0 && std::chrono::steady_clock::now() < end) {
            context.restart();
            context.run_one_for(10ms);
        }
        BOOST_TEST_REQUIRE(time->waiting() == 1U);
    };

    exchanging sending(context, tested->exchange(put_request(body(std::string(50'000, 'x')))));
    run_until_it_waits();
    test::run_for(context, 70ms);
    BOOST_TEST(!sending.ended());
    settings.upload_rate->set_rate(0);
    BOOST_TEST(!sending.get().error, sending.get().error.message());

    exchange_result result = run(get_request(true));
    std::shared_ptr<job_output_stream::source> const stream = std::move(result.stream);
    test::started<std::string> reading(context, read_all(stream));
    run_until_it_waits();
    test::run_for(context, 70ms);
    BOOST_TEST(!reading.ended());
    settings.download_rate->set_rate(0);
    BOOST_TEST(reading.get().size() == 50'000U);
}

// An exchange that is cancelled while it waits for its turn ends at once, and its connection is not used again.
BOOST_AUTO_TEST_CASE(cancelled_while_it_waits_for_its_turn)
{
    auto const time = std::make_shared<test::manual_time>();
    settings.upload_rate = std::make_shared<async::rate_limiter>(1'000, time);
    test::scripted_server server(echo);
    make(test::plain_endpoint(server.port()));
    exchanging sending(context, tested->exchange(put_request(body(std::string(50'000, 'x')))));
    auto const end = std::chrono::steady_clock::now() + 10s;
    while (time->waiting() == 0 && std::chrono::steady_clock::now() < end) {
        context.restart();
        context.run_one_for(10ms);
    }
    BOOST_TEST_REQUIRE(time->waiting() == 1U);

    sending.cancel();
    BOOST_TEST(sending.code() == asio::error::operation_aborted);
    BOOST_TEST(time->waiting() == 0U);
    test::run_ready(context);
    BOOST_TEST(server.wait_for_ends(1));
    BOOST_TEST(!run(get_request()).reused_connection);
}

// A server may want a certificate of the client. In TLS 1.3 it says so only after the handshake.
BOOST_AUTO_TEST_CASE(client_certificates)
{
    test::certificate_terms terms({});
    terms.common_name = "client";
    terms.extended_key_usage = "clientAuth";
    test::certificate const identity = test::trusted_authority().issue(terms);
    tls_settings with_certificate = test::trusting_settings();
    with_certificate.client_certificate_pem = identity.certificate_pem;
    with_certificate.client_key_pem = secret_string(identity.key_pem);
    for (bool const only_tls_1_2 : {false, true}) {
        test::server_tls tls = test::good_server_tls();
        tls.client_authority = test::trusted_authority().pem();
        tls.only_tls_1_2 = only_tls_1_2;
        test::scripted_server server(
            [](test::peer& client) {
                client.read_head();
                client.write(answer(200, client.client_name()));
            },
            tls);
        auto const make_with = [&](tls_settings const& used) {
            std::shared_ptr<dialer> const dials = make_dialer(test::tls_endpoint("localhost", server.port()),
                                                              dialer_settings(used, settings.timeouts));
            tested = make_http_exchanger(
                context.get_executor(), async::blocking_executor_of(context.get_executor()), dials, settings);
        };
        make_with(with_certificate);
        BOOST_TEST(run(get_request()).response.body == "client");
        make_with(test::trusting_settings());
        for (exchange_request const& request :
             {get_request(), put_request(body(std::string(5'000'000, 'x')))}) {
            exchange_result const refused = run(request);
            BOOST_TEST(refused.error == errc::tls_failed, refused.error.message());
            BOOST_TEST(refused.detail.find(only_tls_1_2 ? "handshake failure" : "certificate required") !=
                           std::string::npos,
                       refused.detail);
        }
        tested.reset();
    }
}

// What waits for a connection is bounded in number and time; both are results, not exceptions.
BOOST_AUTO_TEST_CASE(limits_of_waiting)
{
    settings.pool.connections_max = 1;
    settings.pool.waiting_max = 1;
    settings.timeouts.connection_wait = 20ms;
    test::scripted_server server([](test::peer& client) { client.read_to_end(); });
    make(test::plain_endpoint(server.port()));
    exchanging first(context, tested->exchange(get_request()));
    exchanging second(context, tested->exchange(get_request()));
    exchanging third(context, tested->exchange(get_request()));
    BOOST_TEST(third.get().error == errc::too_many_waiting);
    BOOST_TEST(second.get().error == errc::connection_wait_timeout);
    BOOST_TEST(!second.get().sent);
    first.cancel();
    BOOST_TEST(first.code() == asio::error::operation_aborted);
}

// A cancelled exchange ends once, with operation_aborted and within 100 ms, wherever it stands; nothing of it
// stays in the way of the next.
BOOST_AUTO_TEST_CASE(cancellation_everywhere)
{
    settings.pool.connections_max = 1;
    std::string const content(2'000'000, 'x');
    for (bool const tls : {false, true})
        for (bool const waits : {false, true})
            for (int kind = 0; kind < 3; ++kind) {
                test::scripted_server server(echo,
                                             tls ? std::optional(test::good_server_tls()) : std::nullopt);
                make(tls ? test::tls_endpoint("localhost", server.port())
                         : test::plain_endpoint(server.port()));
                // The first event is the start of the coroutine.
                int events = waits ? 2 : 1;
                for (bool completed = false; !completed; ++events) {
                    BOOST_TEST_REQUIRE(events < 10'000);
                    // What the exchange before has left, such as the end of its timer, is no event of this one.
                    context.restart();
                    context.poll();
                    exchange_request request =
                        kind == 0   ? get_request()
                        : kind == 1 ? put_request(body(content))
                                    : put_request(body(std::make_shared<slow_source>(content)));
                    std::unique_ptr<exchanging> before;
                    if (waits)
                        before = std::make_unique<exchanging>(context, tested->exchange(get_request()));
                    exchanging running(context, tested->exchange(std::move(request)));
                    context.restart();
                    for (int i = 0; i < events && !running.ended(); ++i)
                        context.run_one_for(1s);
                    completed = running.ended();
                    running.cancel();
                    running.wait();
                    BOOST_TEST(running.completions() == 1);
                    error_code const code = running.code();
                    // At the very end it may be too late.
                    BOOST_TEST((code == asio::error::operation_aborted || !code), code.message());
                    if (!code)
                        BOOST_TEST(!running.get().error);
                    if (before)
                        BOOST_TEST(!before->get().error);
                    if (events % 8 == 0)
                        BOOST_TEST(!run(get_request()).error);
                }
                BOOST_TEST(events > 5);
                BOOST_TEST(!run(get_request()).error);
            }
}

// A cancelled read of a stream ends with operation_aborted, and the stream can then be dropped.
BOOST_AUTO_TEST_CASE(cancelled_read)
{
    test::scripted_server server([](test::peer& client) {
        client.read_head();
        client.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
        client.read_to_end();
    });
    make(test::plain_endpoint(server.port()));
    for (int events = 1; events < 7; ++events) {
        exchange_result result = run(get_request(true));
        std::shared_ptr<job_output_stream::source> stream = std::move(result.stream);
        test::started<std::size_t> reading(context, read_once(stream, 10));
        context.restart();
        for (int i = 0; i < events; ++i)
            context.run_one_for(1ms);
        BOOST_TEST(!reading.ended());
        reading.cancel();
        reading.wait();
        BOOST_TEST(reading.completions() == 1);
        BOOST_TEST(reading.code() == asio::error::operation_aborted);
    }
    BOOST_TEST(server.connections() == 6);
}

// The handle may go while exchanges are under way.
BOOST_AUTO_TEST_CASE(exchanger_dropped)
{
    settings.pool.connections_max = 1;
    test::scripted_server server(echo);
    make(test::plain_endpoint(server.port()));
    exchanging first(context, tested->exchange(get_request()));
    exchanging second(context, tested->exchange(get_request(true)));
    test::run_events(context, 2);
    std::weak_ptr<exchanger> const watched = tested;
    tested.reset();
    BOOST_TEST(!first.get().error);
    std::shared_ptr<job_output_stream::source> stream = std::move(second.get().stream);
    BOOST_TEST(test::run(context, read_all(stream)) == "/get");
    stream.reset();
    test::run_ready(context);
    BOOST_TEST(watched.expired());
}

// Nothing is left, and nothing completes, when the context is destroyed with exchanges at any point.
BOOST_AUTO_TEST_CASE(context_destroyed)
{
    settings.pool.connections_max = 2;
    std::string const content(2'000'000, 'x');
    for (bool const tls : {false, true}) {
        test::scripted_server server(echo, tls ? std::optional(test::good_server_tls()) : std::nullopt);
        auto const target =
            tls ? test::tls_endpoint("localhost", server.port()) : test::plain_endpoint(server.port());
        bool all_ended = false;
        for (int events = 0; !all_ended; events += 1 + events / 8) {
            BOOST_TEST_REQUIRE(events < 10'000);
            auto loop = std::make_unique<asio::io_context>();
            auto used = make_for(*loop, target, settings);
            auto const source = std::make_shared<slow_source>(content);
            std::weak_ptr<exchanger> const watched = used;
            std::weak_ptr<slow_source const> const watched_source = source;
            std::vector<std::unique_ptr<exchanging>> running;
            for (int i = 0; i < 3; ++i) {
                running.push_back(std::make_unique<exchanging>(*loop, used->exchange(get_request(i == 2))));
                running.push_back(
                    std::make_unique<exchanging>(*loop, used->exchange(put_request(body(source)))));
            }
            used.reset();
            for (int i = 0; i < events && !all_ended; ++i) {
                loop->run_one_for(1s);
                all_ended = std::all_of(running.begin(), running.end(),
                                        [](auto const& each) { return each->ended(); });
            }
            // A stream is the user's, and must go before the context.
            int ended = 0;
            for (auto const& each : running)
                if (each->ended()) {
                    ++ended;
                    each->get().stream.reset();
                }
            loop.reset();
            for (auto const& each : running)
                ended -= each->completions();
            BOOST_TEST(ended == 0);
            BOOST_TEST(watched.expired(), "after " << events << " events");
            running.clear();
            BOOST_TEST(watched_source.use_count() == 1);
        }
    }
}

// Many threads may run the context: each exchange, finished or cancelled, ends once, and none is lost.
BOOST_AUTO_TEST_CASE(many_threads)
{
    struct counters {
        std::atomic<int> good = 0;
        std::atomic<int> cancelled = 0;
        std::atomic<int> bad = 0;
    } counts;

    struct one {
        explicit one(asio::any_io_executor its_strand) : strand(std::move(its_strand)), timer(strand) {}

        asio::any_io_executor strand;
        asio::steady_timer timer;
        asio::cancellation_signal cancel;

        static asio::awaitable<void> exchange(std::shared_ptr<exchanger> used, int number, counters& counts)
        {
            int const kind = number % 3;
            bool const streams = kind == 1;
            body content;
            if (kind == 2)
                content = body(std::make_shared<slow_source>(std::string(300'000, 'x')));
            exchange_request request = kind == 2 ? put_request(content) : get_request(streams);
            exchange_result result;
            try {
                result = co_await used->exchange(std::move(request));
                if (result.stream) {
                    std::shared_ptr<job_output_stream::source> const stream = std::move(result.stream);
                    result.response.body = co_await read_all(stream);
                }
            } catch (boost::system::system_error const& error) {
                ++(error.code() == asio::error::operation_aborted ? counts.cancelled : counts.bad);
                co_return;
            }
            bool const right = !result.error && result.response.body == (kind == 2 ? "300000" : "/get");
            ++(right ? counts.good : counts.bad);
        }
    };

    for (bool const tls : {false, true}) {
        settings.pool.connections_max = 12;
        test::scripted_server server(echo, tls ? std::optional(test::good_server_tls()) : std::nullopt);
        counts.good = counts.cancelled = counts.bad = 0;
        int const count = 400;
        asio::io_context loop(8);
        auto const used = make_for(
            loop, tls ? test::tls_endpoint("127.0.0.1", server.port()) : test::plain_endpoint(server.port()),
            settings);
        std::vector<std::unique_ptr<one>> all;
        for (int i = 0; i < count; ++i) {
            auto& each = *all.emplace_back(std::make_unique<one>(asio::make_strand(loop)));
            asio::co_spawn(
                each.strand, one::exchange(used, i, counts),
                asio::bind_cancellation_slot(each.cancel.slot(), [&each, &counts](std::exception_ptr error) {
                    if (error)
                        ++counts.bad;
                    each.timer.cancel();
                }));
            if (i % 4 == 3) {
                each.timer.expires_after(std::chrono::microseconds(50 * i));
                each.timer.async_wait([&each](error_code error) {
                    if (!error)
                        each.cancel.emit(asio::cancellation_type::terminal);
                });
            }
        }
        std::vector<std::thread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&loop] { loop.run_for(30s); });
        for (std::thread& each : threads)
            each.join();
        BOOST_TEST(counts.good + counts.cancelled == count);
        BOOST_TEST(counts.good >= count * 3 / 4);
        BOOST_TEST(counts.bad == 0);
    }
}

// The second connection takes the TLS session of the first up; not so if none are kept.
BOOST_AUTO_TEST_CASE(resumed_sessions)
{
    test::scripted_server server(
        [](test::peer& client) {
            client.read_head();
            client.write(answer(200, "x", "Connection: close\r\n"));
            client.read_to_end();
        },
        test::good_server_tls());
    for (std::size_t const kept : {std::size_t(4), std::size_t(0)}) {
        dialer_settings dialing(test::trusting_settings(), settings.timeouts);
        dialing.pool.tls_sessions_max = kept;
        std::shared_ptr<dialer> const dials =
            make_dialer(test::tls_endpoint("localhost", server.port()), dialing);
        tested = make_http_exchanger(context.get_executor(),
                                     async::blocking_executor_of(context.get_executor()), dials, settings);
        for (std::uint64_t i = 0; i < 3; ++i) {
            BOOST_TEST(!run(get_request()).error);
            BOOST_TEST(tested->statistics().resumed == (kept == 0 ? 0 : i));
        }
        BOOST_TEST(tested->statistics().opened == 3U);
    }
}

// Connections that were opened ahead serve the operations that come then, also when the server has sent TLS sessions
// meanwhile.
BOOST_AUTO_TEST_CASE(warmed_up)
{
    for (bool const tls : {false, true}) {
        test::scripted_server server(echo, tls ? std::optional(test::good_server_tls()) : std::nullopt);
        make(tls ? test::tls_endpoint("localhost", server.port()) : test::plain_endpoint(server.port()));
        test::started<std::size_t> warming(context, tested->warm_up(2));
        BOOST_TEST(warming.get() == 2U);
        test::run_for(context, std::chrono::milliseconds(5));
        BOOST_TEST(run(get_request()).reused_connection);
        pool_statistics const now = tested->statistics();
        BOOST_TEST(now.opened == 2U);
        BOOST_TEST(now.reused == 1U);
        BOOST_TEST(now.idle == 2U);
        BOOST_TEST(server.connections() == 2);
    }
}

// A request that the proxy refuses for want of a password has not taken effect.
BOOST_AUTO_TEST_CASE(proxy_wants_a_password)
{
    test::scripted_server server([](test::peer& client) {
        client.read_head();
        client.write("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
        client.read_to_end();
    });
    dialer_settings dialing(test::trusting_settings(), settings.timeouts);
    dialing.proxy = proxy_settings("127.0.0.1", server.port());
    std::shared_ptr<dialer> const dials = make_dialer(test::plain_endpoint(1), dialing);
    tested = make_http_exchanger(context.get_executor(), async::blocking_executor_of(context.get_executor()),
                                 dials, settings);
    exchange_result const result = run(get_request());
    BOOST_TEST(result.error == errc::proxy_authentication_required);
    BOOST_TEST(!result.sent);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
