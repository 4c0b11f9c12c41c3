#include "net/dialer.hpp"

#include "net/fake_resolver.hpp"
#include "net/net_fixture.hpp"
#include "support/forwarding_proxy.hpp"
#include "support/temporary_directory.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace glacier::net {

namespace {

using namespace std::chrono_literals;
using connection_pointer = std::unique_ptr<connection>;
using dialing = test::started<connection_pointer>;

asio::awaitable<connection_pointer> dial_with(dialer& tested, asio::any_io_executor strand)
{
    return tested.dial(std::move(strand));
}

/// How dialling an endpoint ends.
struct dial_outcome {
    error_code code;
    std::string detail;
    bool connected = false;
};

dial_outcome dial(protocol::endpoint const& target, tls_settings const& tls = test::trusting_settings(),
                  timeout_settings const& timeouts = timeout_settings())
{
    asio::io_context context;
    auto const tested = make_dialer(target, dialer_settings(tls, timeouts));
    dial_outcome outcome;
    try {
        outcome.connected = test::run(context, dial_with(*tested, asio::make_strand(context))) != nullptr;
    } catch (connection_error const& error) {
        outcome.code = error.code();
        outcome.detail = error.detail();
    }
    return outcome;
}

void wait_for_the_client(test::peer& client)
{
    client.read_to_end();
}

/// Keeps what it is told of connections.
class dial_log final : public observer {
public:
    struct entry {
        std::string endpoint;
        std::string address;
        std::string proxy;
        error_code error;
        std::string detail;
    };

    void on_connection_opened(connection_opened const& event) noexcept override
    {
        entry seen;
        seen.endpoint = event.endpoint;
        seen.address = event.address;
        seen.proxy = event.proxy;
        seen.error = event.error;
        seen.detail = event.detail;
        opened.push_back(std::move(seen));
    }
    void on_host_resolved(host_resolved const& /*event*/) noexcept override { ++resolved; }

    std::vector<entry> opened;
    int resolved = 0;
};

/// Dials a TLS server that presents a certificate.
dial_outcome dial_identity(test::certificate const& identity, std::string const& host)
{
    test::scripted_server server(wait_for_the_client, test::server_tls(identity));
    return dial(test::tls_endpoint(host, server.port()));
}

dial_outcome dial_terms(test::certificate_terms const& terms, std::string const& host)
{
    return dial_identity(test::trusted_authority().issue(terms), host);
}

} // namespace

BOOST_AUTO_TEST_SUITE(dialer_test)

// A plain endpoint is dialled without TLS, by address and by name.
BOOST_AUTO_TEST_CASE(plain)
{
    test::scripted_server server(wait_for_the_client);
    protocol::endpoint target = test::plain_endpoint(server.port());
    BOOST_TEST(dial(target).connected);
    target.host = "localhost";
    BOOST_TEST(dial(target).connected);
}

// A plain endpoint does not need a usable bundle of authorities; a TLS endpoint is refused without one.
BOOST_AUTO_TEST_CASE(bundle)
{
    tls_settings missing;
    missing.ca_bundle = "/nonexistent/authorities.pem";
    BOOST_CHECK_NO_THROW(make_dialer(test::plain_endpoint(1), dialer_settings(missing, timeout_settings())));
    BOOST_CHECK_EXCEPTION(
        make_dialer(test::tls_endpoint("localhost", 1), dialer_settings(missing, timeout_settings())),
        operation_error,
        [](operation_error const& error) { return error.code() == errc::invalid_ca_bundle; });
}

// A certificate of a trusted authority for the host is accepted: a name for a name, an address for an address.
BOOST_AUTO_TEST_CASE(good_certificates)
{
    BOOST_TEST(dial_terms(test::certificate_terms({"DNS:localhost"}), "localhost").connected);
    BOOST_TEST(dial_terms(test::certificate_terms({"IP:127.0.0.1"}), "127.0.0.1").connected);
}

// Only the configured authorities are trusted, and the system's do not know ours.
BOOST_AUTO_TEST_CASE(untrusted)
{
    test::certificate_authority const other("other authority");
    BOOST_TEST(dial_identity(other.issue(test::certificate_terms({"DNS:localhost"})), "localhost").code ==
               errc::certificate_untrusted);
    test::scripted_server server(wait_for_the_client, test::good_server_tls());
    BOOST_TEST(dial(test::tls_endpoint("localhost", server.port()), tls_settings()).code ==
               errc::certificate_untrusted);
}

// The host's name is asked for (SNI); an address never is.
BOOST_AUTO_TEST_CASE(server_name)
{
    test::transcript asked;
    test::scripted_server server(
        [&asked](test::peer& client) {
            asked.add(client.server_name());
            client.read_to_end();
        },
        test::good_server_tls());
    BOOST_TEST(dial(test::tls_endpoint("localhost", server.port())).connected);
    BOOST_TEST(server.wait_for_ends(1));
    BOOST_TEST(dial(test::tls_endpoint("127.0.0.1", server.port())).connected);
    BOOST_TEST(server.wait_for_ends(2));
    BOOST_TEST((asked.entries() == std::vector<std::string>{"localhost", ""}));
}

// A server that closes during the handshake is connection_closed, and the detail names it.
BOOST_AUTO_TEST_CASE(closed_during_handshake)
{
    test::scripted_server server([](test::peer& client) {
        client.read(1);
        client.finish();
        client.read_to_end();
    });
    dial_outcome const outcome = dial(test::tls_endpoint("localhost", server.port()));
    BOOST_TEST(outcome.code == errc::connection_closed);
    BOOST_TEST(outcome.detail.find("localhost:" + std::to_string(server.port())) != std::string::npos,
               outcome.detail);
}

// A port on which nobody listens gives the system's error, and the detail names the endpoint.
BOOST_AUTO_TEST_CASE(refused)
{
    std::uint16_t const port = test::closed_port();
    dial_outcome const outcome = dial(test::plain_endpoint(port));
    BOOST_TEST(outcome.code == asio::error::connection_refused);
    BOOST_TEST(outcome.code == condition::transport);
    BOOST_TEST(outcome.detail.find("127.0.0.1:" + std::to_string(port)) != std::string::npos, outcome.detail);
}

// A name that does not resolve gives the resolver's error, and the detail has the name.
BOOST_AUTO_TEST_CASE(unknown_name)
{
    protocol::endpoint target = test::plain_endpoint(1);
    // No name server needs to be asked for a name that cannot be one.
    target.host = "two..dots";
    dial_outcome const outcome = dial(target);
    BOOST_TEST(outcome.code.failed());
    BOOST_TEST(outcome.code == condition::transport, outcome.code.message());
    BOOST_TEST(outcome.detail.find("two..dots") != std::string::npos, outcome.detail);
}

// A server that accepts and stays silent is tls_handshake_timeout.
BOOST_AUTO_TEST_CASE(handshake_timeout)
{
    test::server_tls tls = test::good_server_tls();
    tls.silent = true;
    test::scripted_server server(wait_for_the_client, tls);
    timeout_settings timeouts;
    timeouts.tls_handshake = 10ms;
    dial_outcome const outcome =
        dial(test::tls_endpoint("localhost", server.port()), test::trusting_settings(), timeouts);
    BOOST_TEST(outcome.code == errc::tls_handshake_timeout);
}

// A host that does not answer at all is connect_timeout.
BOOST_AUTO_TEST_CASE(connect_timeout)
{
    test::full_listener const full;
    timeout_settings timeouts;
    timeouts.connect = 10ms;
    dial_outcome const outcome = dial(test::plain_endpoint(full.port()), test::trusting_settings(), timeouts);
    BOOST_TEST(outcome.code == errc::connect_timeout);
    BOOST_TEST(outcome.detail.find(std::to_string(full.port())) != std::string::npos, outcome.detail);
}

// No limit is kept that was switched off, and none that is kept makes the context busy after the end.
BOOST_AUTO_TEST_CASE(without_limits)
{
    test::scripted_server server(wait_for_the_client, test::good_server_tls());
    timeout_settings timeouts;
    timeouts.resolve = timeouts.connect = timeouts.tls_handshake = 0ms;
    BOOST_TEST(
        dial(test::tls_endpoint("localhost", server.port()), test::trusting_settings(), timeouts).connected);

    asio::io_context context;
    auto const tested = make_dialer(test::tls_endpoint("localhost", server.port()),
                                    dialer_settings(test::trusting_settings(), timeout_settings()));
    dialing running(context, dial_with(*tested, asio::make_strand(context)));
    auto const begin = std::chrono::steady_clock::now();
    test::run_to_end(context);
    BOOST_TEST(running.ended());
    BOOST_TEST((std::chrono::steady_clock::now() - begin < 5s));
}

// Cancelling ends each phase within 100 ms: the look-up, the connect, the handshake.
BOOST_AUTO_TEST_CASE(cancellation)
{
    test::full_listener const full;
    test::server_tls tls = test::good_server_tls();
    tls.silent = true;
    test::scripted_server silent(wait_for_the_client, tls);
    protocol::endpoint by_name = test::plain_endpoint(full.port());
    by_name.host = "localhost";
    for (protocol::endpoint const& target :
         {by_name, test::plain_endpoint(full.port()), test::tls_endpoint("127.0.0.1", silent.port())})
        // The first event is the start of the coroutine.
        for (int const events : {1, 2, 3, 4}) {
            asio::io_context context;
            auto const tested =
                make_dialer(target, dialer_settings(test::trusting_settings(), timeout_settings()));
            dialing running(context, dial_with(*tested, asio::make_strand(context)));
            context.restart();
            for (int i = 0; i < events; ++i)
                context.run_one_for(20ms);
            BOOST_TEST(!running.ended());
            running.cancel();
            running.wait();
            BOOST_TEST(running.completions() == 1);
            BOOST_TEST(running.code() == asio::error::operation_aborted);
        }
}

// Addresses that do not answer are passed over, and come last the next time; the name is looked up once.
BOOST_AUTO_TEST_CASE(rotation)
{
    test::scripted_server server(wait_for_the_client);
    auto const resolver = std::make_shared<test::fake_resolver>();
    auto const log = std::make_shared<dial_log>();
    // Nobody listens there on this port.
    resolver->answer = {"127.0.0.2", "::1", "127.0.0.1"};
    protocol::endpoint target = test::plain_endpoint(server.port());
    target.host = "example.com";
    dialer_settings settings(test::trusting_settings(), timeout_settings());
    settings.resolver = resolver;
    settings.observer = log;
    auto const tested = make_dialer(target, settings);
    asio::io_context context;
    std::string const here = "127.0.0.1:" + std::to_string(server.port());
    for (int i = 0; i < 2; ++i) {
        BOOST_TEST((test::run(context, dial_with(*tested, asio::make_strand(context))) != nullptr));
        BOOST_TEST(log->opened.back().address == here);
        BOOST_TEST(log->opened.back().proxy.empty());
        BOOST_TEST(log->opened.back().endpoint == "http://example.com:" + std::to_string(server.port()));
        BOOST_TEST(log->opened.back().error == error_code());
    }
    BOOST_TEST(resolver->hosts.size() == 1U);
    BOOST_TEST(log->resolved == 1);
}

// When no address answers, the error says how many there were, and the next attempt looks the name up anew.
BOOST_AUTO_TEST_CASE(no_address_answers)
{
    auto const resolver = std::make_shared<test::fake_resolver>();
    auto const log = std::make_shared<dial_log>();
    resolver->answer = {"127.0.0.2", "127.0.0.3"};
    protocol::endpoint target = test::plain_endpoint(test::closed_port());
    target.host = "example.com";
    dialer_settings settings(test::trusting_settings(), timeout_settings());
    settings.resolver = resolver;
    settings.observer = log;
    auto const tested = make_dialer(target, settings);
    for (int i = 0; i < 2; ++i) {
        asio::io_context context;
        dialing running(context, dial_with(*tested, asio::make_strand(context)));
        BOOST_TEST(running.code() == asio::error::connection_refused);
        BOOST_TEST(log->opened.back().error == asio::error::connection_refused);
        BOOST_TEST(log->opened.back().address.empty());
        BOOST_TEST(log->opened.back().detail.find("2 addresses") != std::string::npos);
    }
    BOOST_TEST(resolver->hosts.size() == 2U);
}

// The address of a server with which TLS fails comes last, too.
BOOST_AUTO_TEST_CASE(rotation_after_tls)
{
    test::scripted_server server(
        wait_for_the_client, test::server_tls(test::self_signed(test::certificate_terms({"DNS:localhost"}))));
    auto const resolver = std::make_shared<test::fake_resolver>();
    auto const log = std::make_shared<dial_log>();
    resolver->answer = {"127.0.0.1", "127.0.0.2"};
    dialer_settings settings(test::trusting_settings(), timeout_settings());
    settings.resolver = resolver;
    settings.observer = log;
    auto const tested = make_dialer(test::tls_endpoint("localhost", server.port()), settings);
    // The second address refuses, after which the first is tried again.
    for (int const connections : {1, 2}) {
        asio::io_context context;
        dialing running(context, dial_with(*tested, asio::make_strand(context)));
        BOOST_TEST(running.code().failed());
        BOOST_TEST(server.connections() == connections);
    }
    BOOST_TEST(log->opened.back().address == "127.0.0.1:" + std::to_string(server.port()));
}

// Through a proxy, TLS is that of the endpoint, and only the proxy looks its name up.
BOOST_AUTO_TEST_CASE(tunnel)
{
    test::scripted_server server(wait_for_the_client, test::good_server_tls());
    proxy_settings proxy("proxy.example.com", 0);
    auto const resolver = std::make_shared<test::fake_resolver>();
    auto const log = std::make_shared<dial_log>();
    resolver->answer = {"127.0.0.1"};
    test::forwarding_proxy through(server.port());
    proxy.port = through.port();
    dialer_settings settings(test::trusting_settings(), timeout_settings());
    settings.resolver = resolver;
    settings.observer = log;
    settings.proxy = proxy;
    // A port of its own, to show that nobody here connects to it.
    auto const tested = make_dialer(test::tls_endpoint("localhost", 1), settings);
    asio::io_context context;
    BOOST_TEST((test::run(context, dial_with(*tested, asio::make_strand(context))) != nullptr));
    BOOST_TEST(resolver->hosts == std::vector<std::string>{"proxy.example.com"},
               boost::test_tools::per_element());
    BOOST_TEST(through.requests().at(0).starts_with("CONNECT localhost:1 HTTP/1.1\r\n"));
    std::string const name = ":" + std::to_string(through.port());
    BOOST_TEST(log->opened.back().address == "127.0.0.1" + name);
    BOOST_TEST(log->opened.back().proxy == "proxy.example.com" + name);
    BOOST_TEST(log->opened.back().endpoint == "https://localhost:1");

    // A proxy that leads elsewhere is found out by the certificate.
    auto const lied_to = make_dialer(test::tls_endpoint("other.example.com", 1), settings);
    dialing running(context, dial_with(*lied_to, asio::make_strand(context)));
    BOOST_TEST(running.code() == errc::certificate_host_mismatch);
}

// A proxy that is bypassed is not used; one that cannot be one is refused before anything is done.
BOOST_AUTO_TEST_CASE(proxy_settings_of_the_dialer)
{
    test::scripted_server server(wait_for_the_client);
    dialer_settings settings(test::trusting_settings(), timeout_settings());
    settings.proxy = proxy_settings("127.0.0.1", test::closed_port());
    asio::io_context context;
    {
        auto const tested = make_dialer(test::plain_endpoint(server.port()), settings);
        dialing running(context, dial_with(*tested, asio::make_strand(context)));
        BOOST_TEST(running.code() == asio::error::connection_refused);
    }
    settings.proxy->bypass = "127.0.0.0/8";
    auto const direct = make_dialer(test::plain_endpoint(server.port()), settings);
    BOOST_TEST((test::run(context, dial_with(*direct, asio::make_strand(context))) != nullptr));

    proxy_settings named("proxy", 80);
    proxy_settings const zero("proxy", 0);
    std::vector<proxy_settings> unusable{proxy_settings(""), proxy_settings("pro\r\nxy"),
                                         proxy_settings("a/b"), zero};
    named.user = "a:b";
    unusable.push_back(named);
    named.user = "a\r\nb";
    unusable.push_back(named);
    named.user = "a";
    named.password = secret_string("s\necret");
    unusable.push_back(named);
    for (proxy_settings const& each : unusable) {
        settings.proxy = each;
        BOOST_CHECK_EXCEPTION(make_dialer(test::plain_endpoint(1), settings), invalid_value,
                              [](invalid_value const& error) {
                                  BOOST_TEST(std::string(error.what()).find("ecret") == std::string::npos);
                                  return error.code() == errc::invalid_proxy;
                              });
    }
}

// With a proxy, the connection factory is asked for a connection to that.
BOOST_AUTO_TEST_CASE(factory_and_proxy)
{
    struct asked_factory {
        static asio::awaitable<int> refuse(std::shared_ptr<std::string> asked, std::string host,
                                           std::uint16_t port)
        {
            *asked = host + ":" + std::to_string(port);
            throw boost::system::system_error(asio::error::connection_refused);
            co_return -1;
        }
    };

    auto const asked = std::make_shared<std::string>();
    dialer_settings settings(test::trusting_settings(), timeout_settings());
    settings.proxy = proxy_settings("proxy.example.com", 3'128);
    settings.factory = [asked](std::string const& host, std::uint16_t port) {
        return asked_factory::refuse(asked, host, port);
    };
    auto const tested = make_dialer(test::tls_endpoint("localhost", 1), settings);
    asio::io_context context;
    dialing running(context, dial_with(*tested, asio::make_strand(context)));
    BOOST_TEST(running.code() == asio::error::connection_refused);
    BOOST_TEST(*asked == "proxy.example.com:3128");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
