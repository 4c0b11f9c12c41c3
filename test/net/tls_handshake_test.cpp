#include "net/tls_handshake.hpp"

#include "net/connection.hpp"
#include "net/net_fixture.hpp"

#include <boost/asio/connect.hpp>
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

/// Keeps what it is told of handshakes.
class handshake_log final : public observer {
public:
    struct entry {
        std::string host;
        std::string version;
        std::string cipher;
        bool resumed = false;
        error_code error;
        std::string detail;
    };

    void on_tls_handshake_ended(tls_handshake_ended const& event) noexcept override
    {
        entry seen;
        seen.host = event.host;
        seen.version = event.version;
        seen.cipher = event.cipher;
        seen.resumed = event.resumed;
        seen.error = event.error;
        seen.detail = event.detail;
        entries.push_back(std::move(seen));
    }

    std::vector<entry> entries;
};

asio::awaitable<std::unique_ptr<tls_stream>> connect_and_shake(tls_handshaker& tested, std::uint16_t port,
                                                               asio::any_io_executor strand)
{
    asio::ip::tcp::socket socket(strand);
    asio::ip::tcp::endpoint const address(asio::ip::address_v4::loopback(), port);
    co_await socket.async_connect(address, asio::use_awaitable);
    co_return co_await tested.handshake(std::move(socket));
}

void wait_for_the_client(test::peer& client)
{
    client.read_to_end();
}

error_code shake(tls_handshaker& tested, std::uint16_t port)
{
    asio::io_context context;
    auto const strand = asio::make_strand(context);
    test::started<std::unique_ptr<tls_stream>> running(context, strand,
                                                       connect_and_shake(tested, port, strand));
    return running.code();
}

} // namespace

BOOST_AUTO_TEST_SUITE(tls_handshake_test)

// The observer is told of each handshake: its version and cipher, or its error.
BOOST_AUTO_TEST_CASE(observer_is_told)
{
    auto const log = std::make_shared<handshake_log>();
    test::scripted_server server(wait_for_the_client, test::good_server_tls());
    tls_handshaker good(test::tls_endpoint("localhost", server.port()), test::trusting_settings(), 10s, log);
    BOOST_TEST(shake(good, server.port()) == error_code());
    tls_handshaker other(test::tls_endpoint("other.example.com", server.port()), test::trusting_settings(),
                         10s, log);
    BOOST_TEST(shake(other, server.port()) == errc::certificate_host_mismatch);

    BOOST_TEST_REQUIRE(log->entries.size() == 2U);
    BOOST_TEST(log->entries[0].host == "localhost");
    BOOST_TEST(log->entries[0].version.starts_with("TLSv1."));
    BOOST_TEST(!log->entries[0].cipher.empty());
    BOOST_TEST(!log->entries[0].resumed);
    BOOST_TEST(log->entries[0].error == error_code());
    BOOST_TEST(log->entries[1].host == "other.example.com");
    BOOST_TEST(log->entries[1].version.empty());
    BOOST_TEST(log->entries[1].error == errc::certificate_host_mismatch);
    BOOST_TEST(log->entries[1].detail.find("other.example.com") != std::string::npos);
}

// The limit ends a handshake that the peer does not take part in, and so does cancellation.
BOOST_AUTO_TEST_CASE(silent_peer)
{
    auto const log = std::make_shared<handshake_log>();
    test::server_tls tls = test::good_server_tls();
    tls.silent = true;
    test::scripted_server server(wait_for_the_client, tls);
    tls_handshaker tested(test::tls_endpoint("localhost", server.port()), test::trusting_settings(), 5ms,
                          log);
    BOOST_TEST(shake(tested, server.port()) == errc::tls_handshake_timeout);
    BOOST_TEST(log->entries.back().error == errc::tls_handshake_timeout);

    tls_handshaker patient(test::tls_endpoint("localhost", server.port()), test::trusting_settings(), 0ms,
                           log);
    asio::io_context context;
    auto const strand = asio::make_strand(context);
    test::started<std::unique_ptr<tls_stream>> running(context, strand,
                                                       connect_and_shake(patient, server.port(), strand));
    test::run_for(context, 20ms);
    running.cancel();
    running.wait(100ms);
    BOOST_TEST(running.code() == asio::error::operation_aborted);
    BOOST_TEST(log->entries.back().error == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
