#include "net/make_connection.hpp"

#include "net/connection_cases.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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
        running.wait();
        BOOST_TEST(running.completions() == 1);
        BOOST_TEST(running.code() == asio::error::operation_aborted);
    }
}

// An answer may be cut after each of its records. That is an error exactly if the message is incomplete; where the
// connection ends the message, only its end in due form is one.
BOOST_AUTO_TEST_CASE(cut_after_every_record)
{
    struct message {
        std::string name;
        std::vector<std::string> records;
        bool ends_with_connection = false;
    };
    std::vector<message> const messages{
        {"of known length",
         {"HTTP/1.1 200 OK\r\n", "Content-Length: 9\r\n", "\r\n", "one", "two", "six"},
         false},
        {"in chunks",
         {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "3\r\none\r\n", "6\r\ntwo", "six",
          "\r\n0\r\n", "\r\n"},
         false},
        {"until the end", {"HTTP/1.1 200 OK\r\n\r\n", "one", "two", "six"}, true}};
    for (message const& sent : messages)
        for (test::ending const end : {test::ending::drop, test::ending::finish})
            for (std::size_t records = 0; records <= sent.records.size(); ++records) {
                test::scripted_server server(
                    [&](test::peer& client) {
                        client.read_head();
                        for (std::size_t i = 0; i < records; ++i)
                            client.write(sent.records[i]);
                        if (end == test::ending::finish)
                            client.finish();
                    },
                    test::good_server_tls());
                asio::io_context context;
                auto const peer = test::open_connection(context, server.port(), true);

                test::seen_answer const seen = test::run(context, test::fetch(*peer, 100));

                bool const in_due_form = end == test::ending::finish;
                bool const complete =
                    sent.ends_with_connection ? in_due_form && records > 0 : records == sent.records.size();
                BOOST_TEST_CONTEXT(sent.name << ", " << records << " records, in due form: " << in_due_form)
                {
                    error_code const expected = complete ? error_code() : errc::connection_closed;
                    BOOST_TEST(seen.error == expected, seen.error.message());
                    if (records == sent.records.size())
                        BOOST_TEST(seen.body == "onetwosix");
                    if (!complete)
                        BOOST_TEST(!seen.reusable);
                }
            }
}

// A record of one byte is as good as any other.
BOOST_AUTO_TEST_CASE(records_of_one_byte)
{
    test::scripted_server server(
        [](test::peer& client) {
            client.read_head();
            std::string const all = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
            for (char const c : all)
                client.write(std::string(1, c));
            client.read_to_end();
        },
        test::good_server_tls());
    asio::io_context context;
    auto const peer = test::open_connection(context, server.port(), true);
    test::seen_answer const seen = test::run(context, test::fetch(*peer, 100));
    BOOST_TEST(!seen.error);
    BOOST_TEST(seen.body == "hello world");
    BOOST_TEST(seen.reusable);
}

// New keys in the middle of an answer, and before the next, go unnoticed.
BOOST_AUTO_TEST_CASE(new_keys)
{
    std::string const body(100'000, 'x');
    test::transcript versions;
    test::scripted_server server(
        [&](test::peer& client) {
            versions.add(client.tls_version());
            for (int i = 0; i < 3; ++i) {
                client.read_head();
                client.write("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + body);
                client.update_keys();
                client.write(body);
            }
            client.read_to_end();
        },
        test::good_server_tls());
    asio::io_context context;
    auto const peer = test::open_connection(context, server.port(), true);
    for (int i = 0; i < 3; ++i) {
        test::seen_answer const seen = test::run(context, test::fetch(*peer, 10'000));
        BOOST_TEST(!seen.error);
        BOOST_TEST((seen.body == body + body));
        BOOST_TEST(seen.reusable);
    }
    BOOST_TEST((versions.entries() == std::vector<std::string>{"TLSv1.3"}));
}

// A peer that asks for a new handshake does not get one, and the answer still arrives.
BOOST_AUTO_TEST_CASE(no_second_handshake)
{
    test::server_tls tls = test::good_server_tls();
    tls.only_tls_1_2 = true;
    test::scripted_server server(
        [](test::peer& client) {
            client.read_head();
            client.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
            client.ask_for_handshake();
            client.write("world");
            client.read_to_end();
        },
        tls);
    asio::io_context context;
    auto const peer = test::open_connection(context, server.port(), true);
    test::seen_answer const seen = test::run(context, test::fetch(*peer, 100));
    BOOST_TEST(!seen.error, seen.error.message());
    BOOST_TEST(seen.body == "helloworld");
}

// Closing waits for nobody: neither for a peer that reads nothing more, nor for one that never ends TLS.
BOOST_AUTO_TEST_CASE(closing_waits_for_nobody)
{
    std::promise<void> over;
    std::shared_future<void> const until = over.get_future().share();
    test::scripted_server server(
        [until](test::peer& client) {
            client.read_head();
            client.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
            until.wait();
        },
        test::good_server_tls());
    asio::io_context context;
    auto peer = test::open_connection(context, server.port(), true);
    BOOST_TEST(!test::run(context, test::fetch(*peer, 100)).error);
    peer.reset();
    test::run_to_end(context);
    over.set_value();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
