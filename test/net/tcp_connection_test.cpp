#include "net/make_connection.hpp"

#include "net/connection_cases.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace glacier::net {

namespace {

using namespace std::chrono_literals;
using protocol::http_method;

std::span<std::byte const> bytes_of(std::string_view text)
{
    return std::as_bytes(std::span(text.data(), text.size()));
}

asio::awaitable<std::uint64_t> send(connection& peer, protocol::http_request message,
                                    std::optional<std::uint64_t> content_length, std::string content)
{
    co_await peer.write_head(message, content_length);
    if (!content.empty())
        co_await peer.write_body(bytes_of(content));
    co_return peer.bytes_written();
}

asio::awaitable<bool> write_without_end(connection& peer)
{
    std::string const block(1'000'000, 'x');
    while (true)
        co_await peer.write_body(bytes_of(block));
}

asio::awaitable<bool> read_a_head(connection& peer)
{
    co_await peer.read_head();
    co_return true;
}

asio::awaitable<std::size_t> read_nothing(connection& peer)
{
    protocol::http_request request;
    request.target = "/";
    co_await peer.write_head(request, std::nullopt);
    co_await peer.read_head();
    co_return co_await peer.read_body(std::span<std::byte>());
}

/// What goes over the wire for one request.
std::string wire_of(protocol::http_request const& message, std::optional<std::uint64_t> content_length,
                    std::string const& content)
{
    test::transcript seen;
    test::scripted_server server([&seen](test::peer& client) {
        std::string request = client.read_head();
        request += client.read(test::content_length_of(request));
        seen.add(request);
    });
    asio::io_context context;
    auto const peer = test::open_connection(context, server.port(), false);
    std::uint64_t const written = test::run(context, send(*peer, message, content_length, content));
    BOOST_TEST_REQUIRE(server.wait_for_ends(1));
    BOOST_TEST_REQUIRE(seen.entries().size() == 1U);
    BOOST_TEST(written == seen.entries()[0].size());
    return seen.entries()[0];
}

protocol::http_request request_of(http_method method)
{
    protocol::http_request request;
    request.method = method;
    request.target = "/-/vaults/photos?limit=1";
    request.headers.add("host", "localhost:1");
    request.headers.add("X-Second", "two  spaces");
    return request;
}

std::string const fields =
    " /-/vaults/photos?limit=1 HTTP/1.1\r\nhost: localhost:1\r\nX-Second: two  spaces\r\n";

} // namespace

BOOST_AUTO_TEST_SUITE(tcp_connection_test)

// Fields go out in their order and as they are written, and a GET or DELETE has no Content-Length.
BOOST_AUTO_TEST_CASE(head_without_body)
{
    BOOST_TEST(wire_of(request_of(http_method::get), std::nullopt, {}) == "GET" + fields + "\r\n");
    BOOST_TEST(wire_of(request_of(http_method::delete_), std::nullopt, {}) == "DELETE" + fields + "\r\n");
}

// A PUT or POST without a body says so: Content-Length: 0.
BOOST_AUTO_TEST_CASE(empty_bodies)
{
    std::string const end = "Content-Length: 0\r\n\r\n";
    BOOST_TEST(wire_of(request_of(http_method::put), std::nullopt, {}) == "PUT" + fields + end);
    BOOST_TEST(wire_of(request_of(http_method::post), std::nullopt, {}) == "POST" + fields + end);
}

// The message's own body follows the head.
BOOST_AUTO_TEST_CASE(own_body)
{
    protocol::http_request request = request_of(http_method::post);
    request.body = "{\"Type\":\"x\"}";
    BOOST_TEST(wire_of(request, std::nullopt, {}) ==
               "POST" + fields + "Content-Length: 12\r\n\r\n{\"Type\":\"x\"}");
}

// A body that follows is announced by its length, and sent as it is.
BOOST_AUTO_TEST_CASE(body_that_follows)
{
    std::string content("a\0b\r\n\r\nc", 8);
    BOOST_TEST(wire_of(request_of(http_method::put), 8, content) ==
               "PUT" + fields + "Content-Length: 8\r\n\r\n" + content);
    content.assign(3'000'000, 'x');
    BOOST_TEST((wire_of(request_of(http_method::put), content.size(), content) ==
                "PUT" + fields + "Content-Length: 3000000\r\n\r\n" + content));
}

// Each answer is understood, or refused, as HTTP/1.1 says; see the rules in connection_cases.cpp.
BOOST_AUTO_TEST_CASE(answers)
{
    test::check_answers(std::nullopt);
}

// Two exchanges on one connection do not touch each other.
BOOST_AUTO_TEST_CASE(second_exchange)
{
    test::scripted_server server([](test::peer& client) {
        client.read_head();
        client.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst");
        client.read_head();
        client.write("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nsecond\r\n0\r\n\r\n");
        client.read_head();
        client.write("HTTP/1.1 204 No Content\r\n\r\n");
        client.read_to_end();
    });
    asio::io_context context;
    auto const peer = test::open_connection(context, server.port(), false);
    BOOST_TEST(test::run(context, test::fetch(*peer, 100)).body == "first");
    BOOST_TEST(peer->is_reusable());
    BOOST_TEST(test::run(context, test::fetch(*peer, 100)).body == "second");
    BOOST_TEST(peer->is_reusable());
    BOOST_TEST(test::run(context, test::fetch(*peer, 100)).body.empty());
    BOOST_TEST(peer->is_reusable());
}

// All fields of an answer are handed on, in their order; its length is known before the body is read.
BOOST_AUTO_TEST_CASE(head_of_an_answer)
{
    test::scripted_server server([](test::peer& client) {
        client.read_head();
        client.write("HTTP/1.1 200 OK\r\nx-a: 1\r\nX-A: 2\r\nContent-Length: 5\r\n\r\nhello");
        client.read_to_end();
    });
    asio::io_context context;
    auto const peer = test::open_connection(context, server.port(), false);
    response_head const head = test::run(context, test::fetch(*peer, 100)).head;
    BOOST_TEST((head.content_length == std::optional<std::uint64_t>(5)));
    BOOST_TEST_REQUIRE(head.message.headers.size() == 3U);
    BOOST_TEST(head.message.headers.begin()[0].second == "1");
    BOOST_TEST(head.message.headers.begin()[1].first == "X-A");
    BOOST_TEST(head.message.headers.begin()[1].second == "2");
}

// A connection is not reusable before its first answer, nor with half of a body unread.
BOOST_AUTO_TEST_CASE(unread_body)
{
    struct half {
        static asio::awaitable<bool> read(connection& peer, std::size_t count)
        {
            protocol::http_request request;
            request.target = "/";
            co_await peer.write_head(request, std::nullopt);
            co_await peer.read_head();
            std::vector<std::byte> buffer(count);
            while (count > 0)
                count -= co_await peer.read_body(std::span(buffer).first(count));
            co_return peer.is_reusable();
        }
    };

    test::scripted_server server([](test::peer& client) {
        client.read_head();
        if (client.number() % 2 == 1)
            client.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        else
            client.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        client.read_to_end();
    });
    for (std::size_t const count : {0U, 4U})
        for (int kind = 0; kind < 2; ++kind) {
            asio::io_context context;
            auto const peer = test::open_connection(context, server.port(), false);
            // Nothing was asked yet.
            BOOST_TEST(peer->is_reusable());
            BOOST_TEST(!test::run(context, half::read(*peer, count)));
        }
}

// Reading into no room gives 0 at once, whatever form the body has.
BOOST_AUTO_TEST_CASE(no_room)
{
    test::scripted_server server([](test::peer& client) {
        client.read_head();
        if (client.number() == 1)
            client.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        else
            client.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        client.read_to_end();
    });
    for (int kind = 0; kind < 2; ++kind) {
        asio::io_context context;
        auto const peer = test::open_connection(context, server.port(), false);
        BOOST_TEST(test::run(context, read_nothing(*peer)) == 0U);
        BOOST_TEST(!peer->is_reusable());
    }
}

// A deadline that passes fails what is under way with its reason, in both directions.
BOOST_AUTO_TEST_CASE(deadlines)
{
    test::scripted_server server([](test::peer& client) {
        client.read_head();
        // The connection closes when the server is destroyed.
        while (true)
            client.read_head();
    });
    {
        asio::io_context context;
        auto const peer = test::open_connection(context, server.port(), false);
        peer->expires_after(5ms, errc::response_timeout);
        BOOST_TEST(test::started<bool>(context, read_a_head(*peer)).code() == errc::response_timeout);
        BOOST_TEST(!peer->is_reusable());
    }
    test::full_listener const deaf;
    {
        asio::io_context context;
        test::scripted_server sleeping([](test::peer& client) { client.read(1'000'000'000'000); });
        auto const peer = test::open_connection(context, sleeping.port(), false);
        peer->expires_after(5ms, errc::transfer_stalled);
        BOOST_TEST(test::started<bool>(context, write_without_end(*peer)).code() == errc::transfer_stalled);
    }
}

// Cancellation ends a read and a write with operation_aborted.
BOOST_AUTO_TEST_CASE(cancellation)
{
    test::scripted_server server([](test::peer& client) {
        client.read_head();
        client.read_to_end();
    });
    for (bool const writing : {false, true}) {
        asio::io_context context;
        auto const peer = test::open_connection(context, server.port(), false);
        asio::awaitable<bool> operation = writing ? write_without_end(*peer) : read_a_head(*peer);
        test::started<bool> running(context, std::move(operation));
        test::run_ready(context);
        BOOST_TEST(!running.ended());
        running.cancel();
        running.wait();
        BOOST_TEST(running.completions() == 1);
        BOOST_TEST(running.code() == asio::error::operation_aborted);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
