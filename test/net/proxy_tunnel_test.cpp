#include "net/proxy_tunnel.hpp"

#include "net/net_fixture.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace glacier::net {

namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;

asio::awaitable<bool> connect_and_open(asio::any_io_executor strand, proxy_settings proxy,
                                       protocol::endpoint target, std::chrono::milliseconds limit)
{
    tcp::socket socket(strand);
    tcp::endpoint const address(asio::ip::address_v4::loopback(), proxy.port);
    co_await socket.async_connect(address, asio::use_awaitable);
    co_await open_tunnel(socket, proxy, target, limit);
    co_return true;
}

/// How opening a tunnel ends.
struct tunnel_outcome {
    error_code code;
    std::string detail;
};

tunnel_outcome open_through(proxy_settings const& proxy,
                            protocol::endpoint const& target = test::tls_endpoint("example.com", 443),
                            std::chrono::milliseconds limit = 10s)
{
    asio::io_context context;
    asio::any_io_executor const strand = asio::make_strand(context);
    test::started<bool> running(context, strand, connect_and_open(strand, proxy, target, limit));
    tunnel_outcome outcome;
    try {
        running.get();
    } catch (connection_error const& error) {
        outcome.code = error.code();
        outcome.detail = error.detail();
    }
    return outcome;
}

/// The outcome with a proxy that answers so, and keeps the connection open.
tunnel_outcome answered(std::string const& answer)
{
    test::scripted_server server([&answer](test::peer& client) {
        client.read_head();
        client.write(answer);
        client.read_to_end();
    });
    return open_through(proxy_settings("127.0.0.1", server.port()));
}

} // namespace

BOOST_AUTO_TEST_SUITE(proxy_tunnel_test)

// The endpoint is named with its port, an IPv6 address in brackets.
BOOST_AUTO_TEST_CASE(request)
{
    test::transcript heads;
    test::scripted_server server([&heads](test::peer& client) {
        heads.add(client.read_head());
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        client.read_to_end();
    });
    proxy_settings proxy("127.0.0.1", server.port());
    BOOST_TEST(open_through(proxy).code == error_code());
    BOOST_TEST(server.wait_for_ends(1));
    BOOST_TEST(open_through(proxy, test::tls_endpoint("::1", 8'443)).code == error_code());
    BOOST_TEST(server.wait_for_ends(2));
    proxy.user = "Aladdin";
    proxy.password = secret_string("open sesame");
    BOOST_TEST(open_through(proxy).code == error_code());
    BOOST_TEST(server.wait_for_ends(3));

    std::vector<std::string> const expected{
        "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
        "CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n",
        "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n"
        "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n"};
    BOOST_TEST(heads.entries() == expected, boost::test_tools::per_element());
}

// A name without a password, and a password without a name, are offered; nothing at all is not.
BOOST_AUTO_TEST_CASE(authorization)
{
    proxy_settings proxy("proxy");
    BOOST_TEST(proxy_authorization(proxy).empty());
    proxy.user = "u";
    BOOST_TEST(proxy_authorization(proxy) == "Basic dTo=");
    proxy.user.clear();
    proxy.password = secret_string("p");
    BOOST_TEST(proxy_authorization(proxy) == "Basic OnA=");
}

// Every success opens the tunnel, whatever it says of a body, also after interim answers.
BOOST_AUTO_TEST_CASE(success)
{
    for (char const* const answer :
         {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 200 Connection established\r\nProxy-agent: x\r\n\r\n",
          "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
          "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"}) {
        tunnel_outcome const outcome = answered(answer);
        BOOST_TEST(outcome.code == error_code(), answer << outcome.detail);
    }
}

// Refusals and all that is no answer are proxy_failed, and the detail names the proxy. Its words are not shown: it was
// sent a password, and could give it back.
BOOST_AUTO_TEST_CASE(failure)
{
    std::string interim;
    for (int i = 0; i < 20; ++i)
        interim += "HTTP/1.1 100 Continue\r\n\r\n";
    for (std::string const& answer :
         {std::string("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
          std::string("HTTP/1.1 502 Bad Gateway\r\n\r\n<html>"), std::string("HTTP/1.1 503 Later\r\n\r\n"),
          std::string("HTTP/1.1 302 Found\r\nLocation: http://elsewhere\r\n\r\n"),
          std::string("HTTP/1.1 101 Switching\r\n\r\n"), std::string("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
          std::string("HTTP/1.1 2oo OK\r\n\r\n"), std::string("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"),
          // Nobody has spoken to the endpoint yet, so this is not its answer.
          std::string("HTTP/1.1 200 OK\r\n\r\n\x16\x03\x03"),
          "HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n", std::string(1'000'000, 'x'),
          interim + "HTTP/1.1 200 OK\r\n\r\n"}) {
        tunnel_outcome const outcome = answered(answer);
        BOOST_TEST(outcome.code == errc::proxy_failed, answer.substr(0, 80));
        BOOST_TEST(outcome.detail.find("127.0.0.1:") != std::string::npos, outcome.detail);
    }
    std::string const shown = answered("HTTP/1.1 403 Go away\r\n\r\n").detail;
    BOOST_TEST(shown.ends_with(" answered 403"), shown);
}

// 407 has its own code, and 401 is taken for it. The password is in no message.
BOOST_AUTO_TEST_CASE(authentication_required)
{
    test::scripted_server server([](test::peer& client) {
        client.read_head();
        client.write("HTTP/1.1 407 Proxy Authentication Required\r\n"
                     "Proxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 3\r\n\r\nno!");
        client.read_to_end();
    });
    proxy_settings proxy("127.0.0.1", server.port());
    proxy.user = "name";
    proxy.password = secret_string("c2VjcmV0");
    tunnel_outcome const outcome = open_through(proxy);
    BOOST_TEST(outcome.code == errc::proxy_authentication_required);
    BOOST_TEST(outcome.detail.find("127.0.0.1:") != std::string::npos);
    BOOST_TEST(outcome.detail.find("c2VjcmV0") == std::string::npos);
    BOOST_TEST(answered("HTTP/1.1 401 Unauthorized\r\n\r\n").code == errc::proxy_authentication_required);
}

// A proxy that closes or resets has failed, at whatever byte it does.
BOOST_AUTO_TEST_CASE(closed)
{
    std::string const answer = "HTTP/1.1 200 OK\r\n\r\n";
    for (bool const resets : {false, true})
        for (std::size_t const sent : {std::size_t(0), std::size_t(1), std::size_t(10), answer.size() - 1}) {
            test::scripted_server server([&](test::peer& client) {
                client.read_head();
                client.write(answer.substr(0, sent));
                if (resets)
                    client.reset();
            });
            tunnel_outcome const outcome = open_through(proxy_settings("127.0.0.1", server.port()));
            BOOST_TEST(outcome.code == errc::proxy_failed, sent << " bytes");
        }
}

// One that says nothing, or never comes to an end, is given up when its time is over.
BOOST_AUTO_TEST_CASE(limit)
{
    for (char const* const begun : {"", "HTTP/1.1 200 OK\r\nX: y\r\n"}) {
        test::scripted_server server([begun](test::peer& client) {
            client.read_head();
            client.write(begun);
            client.read_to_end();
        });
        tunnel_outcome const outcome = open_through(proxy_settings("127.0.0.1", server.port()),
                                                    test::tls_endpoint("example.com", 443), 10ms);
        BOOST_TEST(outcome.code == errc::connect_timeout);
        BOOST_TEST(outcome.detail.find("127.0.0.1:") != std::string::npos);
    }
}

// Cancelling is prompt.
BOOST_AUTO_TEST_CASE(cancellation)
{
    test::scripted_server server([](test::peer& client) { client.read_to_end(); });
    asio::io_context context;
    asio::any_io_executor const strand = asio::make_strand(context);
    test::started<bool> running(context, strand,
                                connect_and_open(strand, proxy_settings("127.0.0.1", server.port()),
                                                 test::tls_endpoint("example.com", 443), 10s));
    test::run_for(context, 10ms);
    running.cancel();
    running.wait();
    BOOST_TEST(running.code() == asio::error::operation_aborted);
    test::run_to_end(context);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
