#include "net/dialer.hpp"

#include "net/net_fixture.hpp"
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
            running.wait(100ms);
            BOOST_TEST(running.completions() == 1);
            BOOST_TEST(running.code() == asio::error::operation_aborted);
        }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
