#include "credentials/http_fetch.hpp"

#include "credentials/sources_fixture.hpp"
#include "support/scripted_server.hpp"
#include "support/started.hpp"

#include <atomic>

namespace glacier::credentials_sources {

namespace {

using response = std::optional<protocol::http_response>;

asio::awaitable<response> fetch_from(std::shared_ptr<http_fetcher> fetcher, fetch_request request)
{
    co_return co_await fetcher->fetch(std::move(request));
}

asio::awaitable<int> refuse(int* calls)
{
    ++*calls;
    throw boost::system::system_error(make_error_code(boost::system::errc::permission_denied));
    co_return -1;
}

std::string with_length(std::string const& body)
{
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

struct fetch_fixture {
    std::optional<proxy_settings> proxy;
    std::shared_ptr<http_fetcher> fetcher(
        std::shared_ptr<async::time_source> time = async::system_time()) const
    {
        return make_http_fetcher(tls, proxy, factory, 65'536, std::move(time));
    }

    fetch_request request(test::scripted_server const& server) const
    {
        protocol::endpoint target;
        target.tls = false;
        target.host = "127.0.0.1";
        target.port = server.port();
        protocol::http_request message;
        message.target = "/path?x=1";
        return fetch_request(std::move(target), std::move(message));
    }

    /// The code of the failure.
    error_code failure(test::scripted_server::script script,
                       std::chrono::milliseconds limit = std::chrono::seconds(20)) const
    {
        test::scripted_server const server(std::move(script));
        fetch_request asked = request(server);
        asked.limit = limit;
        try {
            test::run(fetch_from(fetcher(), std::move(asked)));
        } catch (net::connection_error const& error) {
            return error.code();
        }
        return {};
    }

    tls_settings tls;
    connection_factory factory;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(http_fetch_test, fetch_fixture)

// The request as it goes out, with prefix and host, and the answer as it comes in, whatever its status.
BOOST_AUTO_TEST_CASE(exchange)
{
    std::string head;
    std::string body;
    test::scripted_server const server([&](test::peer& client) {
        head = client.read_head();
        body = client.read(test::content_length_of(head));
        client.write("HTTP/1.1 404 No\r\nX-A: b\r\nContent-Length: 4\r\n\r\nnone");
    });
    fetch_request asked = request(server);
    asked.target.path_prefix = "/prefix";
    asked.message.method = protocol::http_method::post;
    asked.message.body = "sent";
    response const got = test::run(fetch_from(fetcher(), std::move(asked)));
    BOOST_TEST(got->status == 404);
    BOOST_TEST(got->body == "none");
    BOOST_TEST(got->headers.get("x-a") == "b");
    BOOST_TEST(head.starts_with("POST /prefix/path?x=1 HTTP/1.1\r\n"));
    BOOST_TEST(test::holds(head, "host: 127.0.0.1:" + std::to_string(server.port()) + "\r\n"));
    BOOST_TEST(test::holds(head, "connection: close\r\n"));
    BOOST_TEST(body == "sent");
}

// STS and SSO are reached through the proxy, if there is one; what is on the machine itself never is.
BOOST_AUTO_TEST_CASE(through_a_proxy)
{
    std::string head;
    test::scripted_server const other([&](test::peer& client) {
        head = client.read_head();
        client.write(with_length("answer"));
    });
    proxy.emplace("127.0.0.1", other.port());
    fetch_request asked = request(other);
    asked.target.host = "sts.nowhere.invalid";
    asked.target.port = 80;
    BOOST_TEST(test::run(fetch_from(fetcher(), std::move(asked)))->body == "answer");
    BOOST_TEST(head.starts_with("GET http://sts.nowhere.invalid/path?x=1 HTTP/1.1\r\n"));

    proxy->host = "proxy.nowhere.invalid";
    fetch_request own = request(other);
    own.direct = true;
    BOOST_TEST(test::run(fetch_from(fetcher(), std::move(own)))->body == "answer");
    BOOST_TEST(head.starts_with("GET /path?x=1 HTTP/1.1\r\n"));
}

// A redirection is an answer like any other.
BOOST_AUTO_TEST_CASE(redirection)
{
    test::scripted_server const server([&](test::peer& client) {
        client.read_head();
        client.write("HTTP/1.1 302 Go\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
    });
    BOOST_TEST(test::run(fetch_from(fetcher(), request(server)))->status == 302);
    BOOST_TEST(server.connections() == 1);
}

// Answers above the limit are broken off, whether they announce their size or not.
BOOST_AUTO_TEST_CASE(too_large)
{
    BOOST_TEST(failure([](test::peer& client) {
                   client.read_head();
                   client.write(with_length(std::string(65'537, 'x')));
                   client.read_to_end();
               }) == errc::response_too_large);
    BOOST_TEST(failure([](test::peer& client) {
                   client.read_head();
                   client.write("HTTP/1.1 200 OK\r\n\r\n");
                   while (true)
                       client.write(std::string(10'000, 'x'));
               }) == errc::response_too_large);
    test::scripted_server const server([](test::peer& client) {
        client.read_head();
        client.write(with_length(std::string(65'536, 'x')));
    });
    BOOST_TEST(test::run(fetch_from(fetcher(), request(server)))->body.size() == 65'536U);
}

// What is no answer.
BOOST_AUTO_TEST_CASE(broken_answers)
{
    BOOST_TEST(failure([](test::peer& client) {
                   client.read_head();
                   client.write("SSH-2.0-x\r\n\r\n");
               }) == errc::invalid_http_message);
    BOOST_TEST(failure([](test::peer& client) {
                   client.read_head();
                   client.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
               }) == errc::connection_closed);
    BOOST_TEST(failure([](test::peer& client) { client.reset(); }).failed());
    BOOST_TEST(failure([](test::peer& client) {
                   client.read_head();
                   client.write("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'));
                   client.read_to_end();
               }).failed());
}

// A peer that says nothing is given up after the limit.
BOOST_AUTO_TEST_CASE(silent)
{
    BOOST_TEST(failure([](test::peer& client) { client.read_to_end(); }, std::chrono::milliseconds(100)) ==
               errc::response_timeout);
}

// One that sends a byte now and then, after twice the limit, which passes by hand here.
BOOST_AUTO_TEST_CASE(slow)
{
    test::scripted_server const server([](test::peer& client) {
        client.read_head();
        client.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx");
        client.read_to_end();
    });
    auto const time = std::make_shared<test::manual_time>();
    asio::io_context loop;
    fetch_request asked = request(server);
    test::started<response> running(loop.get_executor(), fetch_from(fetcher(time), std::move(asked)));
    while (time->waiting() == 0)
        loop.run_one();
    time->pass(loop, std::chrono::seconds(60));
    test::run_to_end(loop);
    try {
        running.get();
        BOOST_FAIL("it ended");
    } catch (net::connection_error const& error) {
        BOOST_TEST(error.code() == errc::response_timeout);
        BOOST_TEST(error.detail() == "no complete answer within 60000 ms");
    }
}

// A cancellation ends the request at once.
BOOST_AUTO_TEST_CASE(cancelled)
{
    std::atomic<bool> asked = false;
    test::scripted_server const server([&asked](test::peer& client) {
        client.read_head();
        asked = true;
        client.read_to_end();
    });
    asio::io_context loop;
    test::started<response> running(loop.get_executor(), fetch_from(fetcher(), request(server)));
    while (!asked)
        loop.run_one_for(std::chrono::milliseconds(10));
    running.cancel();
    test::run_to_end(loop);
    BOOST_TEST(running.ended());
    BOOST_CHECK_THROW(running.get(), boost::system::system_error);
}

// HTTPS checks the certificate.
BOOST_AUTO_TEST_CASE(certificates)
{
    test::certificate_authority const authority("test");
    test::temporary_directory const place;
    test::scripted_server const server(
        [](test::peer& client) {
            client.read_head();
            client.write(with_length("x"));
        },
        test::server_tls(authority.issue(test::certificate_terms({"IP:127.0.0.1"}))));
    fetch_request asked = request(server);
    asked.target.tls = true;
    BOOST_CHECK_THROW(test::run(fetch_from(fetcher(), asked)), net::connection_error);
    tls.ca_bundle = place.write("ca.pem", authority.pem());
    BOOST_TEST(test::run(fetch_from(fetcher(), asked))->body == "x");
}

// The user's factory opens connections, but not those to the machine's own endpoints.
BOOST_AUTO_TEST_CASE(factory_of_the_user)
{
    int calls = 0;
    factory = [&calls](std::string const&, std::uint16_t) { return refuse(&calls); };
    test::scripted_server const server([](test::peer& client) {
        client.read_head();
        client.write(with_length("x"));
    });
    fetch_request asked = request(server);
    BOOST_CHECK_THROW(test::run(fetch_from(fetcher(), asked)), net::connection_error);
    BOOST_TEST(calls == 1);
    asked.direct = true;
    BOOST_TEST(test::run(fetch_from(fetcher(), asked))->body == "x");
    BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
