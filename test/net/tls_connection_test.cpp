#include "net/make_connection.hpp"

#include "net/connection_cases.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace glacier::net {

namespace {

using namespace std::chrono_literals;

asio::awaitable<bool> put(connection& peer, std::string content)
{
    protocol::http_request request;
    request.method = protocol::http_method::put;
    request.target = "/";
    co_await peer.write_head(request, content.size());
    co_await peer.write_body(std::as_bytes(std::span(content.data(), content.size())));
    co_return (co_await peer.read_head()).message.status == 200;
}

asio::awaitable<bool> write_or_read(connection& peer, bool writing)
{
    if (writing)
        co_return co_await put(peer, std::string(50'000'000, 'x'));
    co_await peer.read_head();
    co_return true;
}

} // namespace

BOOST_AUTO_TEST_SUITE(tls_connection_test)

// Each answer is understood, or refused, as it is without TLS; see the rules in connection_cases.cpp.
BOOST_AUTO_TEST_CASE(answers)
{
    test::check_answers(test::good_server_tls());
}

// A body that ends with the connection is complete only if TLS was ended in due form: anybody on the way
// could have closed the connection.
BOOST_AUTO_TEST_CASE(truncation)
{
    test::scripted_server server(
        [](test::peer& client) {
            client.read_head();
            client.write("HTTP/1.1 200 OK\r\n\r\nhello");
        },
        test::good_server_tls());
    asio::io_context context;
    auto const peer = test::open_connection(context, server.port(), true);

    test::seen_answer const seen = test::run(context, test::fetch(*peer, 100));

    BOOST_TEST(seen.body == "hello");
    BOOST_TEST(seen.error == errc::connection_closed);
    BOOST_TEST(!seen.reusable);
}

// A body of many records arrives unchanged, and a long one is received unchanged.
BOOST_AUTO_TEST_CASE(long_bodies)
{
    std::string content;
    for (int i = 0; content.size() < 2'000'000; ++i)
        content += std::to_string(i);
    test::transcript received;
    test::scripted_server server(
        [&](test::peer& client) {
            received.add(client.read(test::content_length_of(client.read_head())));
            client.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            client.read_head();
            client.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(content.size()) + "\r\n\r\n" +
                         content);
            client.read_to_end();
        },
        test::good_server_tls());
    asio::io_context context;
    auto const peer = test::open_connection(context, server.port(), true);
    BOOST_TEST(test::run(context, put(*peer, content)));
    BOOST_TEST(peer->is_reusable());
    test::seen_answer const seen = test::run(context, test::fetch(*peer, 100'000));
    BOOST_TEST((seen.body == content));
    BOOST_TEST(seen.reusable);
    BOOST_TEST((received.entries() == std::vector<std::string>{content}));
}

// Bytes that nobody asked for make a connection unusable, also when they wait in a record of their own.
BOOST_AUTO_TEST_CASE(surplus_in_the_tls_layer)
{
    for (bool const own_record : {false, true}) {
        // Longer than what is read with the head, so that the end of the body comes with a record of its own.
        std::string const body(200'000, 'x');
        test::scripted_server server(
            [&](test::peer& client) {
                client.read_head();
                client.write("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n");
                client.write(own_record ? body : body + "surplus");
                if (own_record)
                    client.write("surplus");
                client.read_to_end();
            },
            test::good_server_tls());
        asio::io_context context;
        auto const peer = test::open_connection(context, server.port(), true);
        test::seen_answer const seen = test::run(context, test::fetch(*peer, 1'000'000));
        BOOST_TEST(seen.body.size() == body.size());
        if (!own_record)
            BOOST_TEST(!seen.reusable);
    }
}

// Deadlines and cancellation reach an operation through the TLS layer.
BOOST_AUTO_TEST_CASE(deadline_and_cancellation)
{
    test::scripted_server server([](test::peer& client) { client.read_to_end(); }, test::good_server_tls());
    {
        asio::io_context context;
        auto const peer = test::open_connection(context, server.port(), true);
        peer->expires_after(5ms, errc::response_timeout);
        BOOST_TEST(test::started<bool>(context, write_or_read(*peer, false)).code() ==
                   errc::response_timeout);
    }
    for (bool const writing : {false, true}) {
        asio::io_context context;
        auto const peer = test::open_connection(context, server.port(), true);
        test::started<bool> running(context, write_or_read(*peer, writing));
        test::run_events(context, 5);
        running.cancel();
        running.wait(100ms);
        BOOST_TEST(running.completions() == 1);
        BOOST_TEST(running.code() == asio::error::operation_aborted);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
