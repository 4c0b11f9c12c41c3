#include "net/tls_handshake.hpp"

#include "net/connection.hpp"
#include "net/handshakes.hpp"
#include "support/temporary_directory.hpp"

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
    running.wait();
    BOOST_TEST(running.code() == asio::error::operation_aborted);
    BOOST_TEST(log->entries.back().error == asio::error::operation_aborted);
}

// The newest version that both sides know is spoken, and none that is too old.
BOOST_AUTO_TEST_CASE(versions)
{
    tls_settings newest_only = test::trusting_settings();
    newest_only.version_min = tls_version::tls_1_3;
    test::server_tls peer = test::good_server_tls();
    BOOST_TEST(test::shake_hands(peer).version == "TLSv1.3");
    BOOST_TEST(test::shake_hands(peer, "localhost", newest_only).version == "TLSv1.3");
    peer.only_tls_1_2 = true;
    BOOST_TEST(test::shake_hands(peer).version == "TLSv1.2");
    BOOST_TEST(test::shake_hands(peer, "localhost", newest_only).code == errc::tls_version_unsupported);
    peer.only_old_versions = true;
    peer.only_tls_1_2 = false;
    BOOST_TEST(test::shake_hands(peer).code == errc::tls_version_unsupported);

    // One that answers with an old version although it was not offered.
    test::scripted_server old([](test::peer& client) {
        client.read(5);
        client.write(std::string("\x16\x03\x02\x00\x2a\x02\x00\x00\x26\x03\x02", 11) + std::string(32, 'r') +
                     std::string("\x00\xc0\x13\x00", 4));
        client.read_to_end();
    });
    BOOST_TEST(test::shake_hands(old.port(), "localhost").code == errc::tls_version_unsupported);
}

// Authorities of a file, of a directory and of a text are trusted, and no others then.
BOOST_AUTO_TEST_CASE(authorities)
{
    test::temporary_directory const directory;
    test::certificate_authority const other("other");
    auto const outcome_with = [](tls_settings const& settings) {
        return test::shake_hands(test::good_server_tls(), "localhost", settings).code;
    };
    tls_settings settings;
    settings.ca_directory = directory.path();
    directory.write(test::hashed_name(other.pem()), other.pem());
    BOOST_TEST(outcome_with(settings) == errc::certificate_untrusted);
    directory.write(test::hashed_name(test::trusted_authority().pem()), test::trusted_authority().pem());
    BOOST_TEST(outcome_with(settings) == error_code());
    settings = tls_settings();
    settings.ca_pem = other.pem();
    BOOST_TEST(outcome_with(settings) == errc::certificate_untrusted);
    settings.ca_bundle = directory.write("authority.pem", test::trusted_authority().pem());
    BOOST_TEST(outcome_with(settings) == error_code());
}

// The settings decide which ciphers are spoken; without a common one there is no connection.
BOOST_AUTO_TEST_CASE(ciphers)
{
    test::server_tls peer = test::good_server_tls();
    peer.only_tls_1_2 = true;
    peer.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
    tls_settings settings = test::trusting_settings();
    settings.cipher_list = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384";
    BOOST_TEST(test::shake_hands(peer, "localhost", settings).version == "TLSv1.2");
    settings.cipher_list = "ECDHE-ECDSA-AES256-GCM-SHA384";
    test::handshake_outcome const none = test::shake_hands(peer, "localhost", settings);
    BOOST_TEST(none.code == errc::tls_failed);
    BOOST_TEST(none.detail.find("handshake failure") != std::string::npos, none.detail);
}

// A peer that closes in the middle of the handshake, wherever that is, is connection_closed.
BOOST_AUTO_TEST_CASE(closed_in_the_middle)
{
    for (bool const only_tls_1_2 : {false, true})
        for (std::size_t const bytes : {0U, 1U, 4U, 5U, 6U, 9U, 50U, 90U, 127U, 128U, 200U, 400U, 600U}) {
            test::server_tls peer = test::good_server_tls();
            peer.only_tls_1_2 = only_tls_1_2;
            peer.handshake_bytes_max = bytes;
            test::handshake_outcome const outcome = test::shake_hands(peer);
            BOOST_TEST(outcome.code == errc::connection_closed,
                       bytes << " bytes: " << outcome.code.message() << ", " << outcome.detail);
            BOOST_TEST(outcome.detail.find("localhost:") != std::string::npos, outcome.detail);
        }
}

// A peer that says something else than the protocol wants is tls_failed, and the detail has the words for it.
BOOST_AUTO_TEST_CASE(no_handshake)
{
    struct speech {
        std::string says;
        std::string words;
    };
    auto const alert = [](char what) { return std::string("\x15\x03\x03\x00\x02\x02", 6) + what; };
    std::vector<speech> const all{
        {"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "does not seem to speak TLS"},
        {"SSH-2.0-OpenSSH_9.2\r\n", "does not seem to speak TLS"},
        {std::string(1'000, '\0'), ""},
        {std::string(100'000, '\xff'), ""},
        {std::string("\x16\x03\x03\xff\xff", 5) + std::string(70'000, 'x'), "length too long"},
        {std::string("\x16\x03\x03\x00\x04\x02\x00\x00\x00", 9), ""},
        {std::string("\x17\x03\x03\x00\x05hello", 10), "unexpected message"},
        {alert(112), "unrecognized name"},
        {alert(40), "handshake failure"},
        {alert(80), "internal error"},
        {alert(49), "access denied"},
        {alert(116), "certificate required"}};
    for (speech const& each : all) {
        test::scripted_server server([&each](test::peer& client) {
            client.read(5);
            client.write(each.says);
            client.read_to_end();
        });
        test::handshake_outcome const outcome = test::shake_hands(server.port(), "localhost");
        BOOST_TEST(outcome.code == errc::tls_failed, each.words << ": " << outcome.code.message());
        BOOST_TEST(outcome.detail.find(each.words) != std::string::npos, outcome.detail);
    }
}

// No more than 100 KiB of certificates are taken.
BOOST_AUTO_TEST_CASE(endless_chain)
{
    test::server_tls peer = test::good_server_tls();
    for (int i = 0; i < 400; ++i)
        peer.identity.certificate_pem += test::trusted_authority().pem();
    test::handshake_outcome const outcome = test::shake_hands(peer);
    BOOST_TEST(outcome.code == errc::tls_failed);
    BOOST_TEST(outcome.detail.find("excessive message size") != std::string::npos, outcome.detail);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
