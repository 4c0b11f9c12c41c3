#include "net/tls_sessions.hpp"

#include "net/net_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <vector>

namespace glacier::net {

namespace {

using namespace std::chrono_literals;

/// A clock that the test turns.
class turned_clock final : public base::clock {
public:
    timestamp now() const override
    {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) + offset;
    }

    std::chrono::milliseconds offset{0};
};

template <auto Free>
struct deleter {
    template <class T>
    void operator()(T* object) const noexcept
    {
        Free(object);
    }
};

using context_pointer = std::unique_ptr<SSL_CTX, deleter<SSL_CTX_free>>;
using ssl_pointer = std::unique_ptr<SSL, deleter<SSL_free>>;
using bio_pointer = std::unique_ptr<BIO, deleter<BIO_free_all>>;

/// Both ends of a connection, without a network.
struct pair_of_ends {
    ssl_pointer client;
    ssl_pointer server;

    bool shake() const
    {
        for (int i = 0; i < 10; ++i) {
            int const there = SSL_do_handshake(client.get());
            int const here = SSL_do_handshake(server.get());
            if (there == 1 && here == 1)
                return true;
        }
        return false;
    }

    /// Lets the client see what the server has sent since: the sessions of TLS 1.3.
    void deliver() const
    {
        char byte = 0;
        SSL_write(server.get(), "x", 1);
        SSL_read(client.get(), &byte, 1);
    }
};

struct sessions_fixture {
    sessions_fixture() : client_context(SSL_CTX_new(TLS_client_method())) { tested = attach(3); }

    std::shared_ptr<tls_sessions> attach(std::size_t count_max)
    {
        client_context.reset(SSL_CTX_new(TLS_client_method()));
        SSL_CTX_set_verify(client_context.get(), SSL_VERIFY_PEER, nullptr);
        bio_pointer const pem(BIO_new_mem_buf(test::trusted_authority().pem().data(), -1));
        std::unique_ptr<X509, deleter<X509_free>> const authority(
            PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr));
        X509_STORE_add_cert(SSL_CTX_get_cert_store(client_context.get()), authority.get());
        return tls_sessions::attach(client_context.get(), count_max, clock);
    }

    static context_pointer make_server(int version, bool is_trusted = true)
    {
        test::certificate const identity =
            is_trusted ? test::good_server_tls().identity
                       : test::self_signed(test::certificate_terms({"DNS:localhost"}));
        context_pointer made(SSL_CTX_new(TLS_server_method()));
        SSL_CTX_set_min_proto_version(made.get(), version);
        SSL_CTX_set_max_proto_version(made.get(), version);
        bio_pointer const certificate_text(BIO_new_mem_buf(identity.certificate_pem.data(), -1));
        bio_pointer const key_text(BIO_new_mem_buf(identity.key_pem.data(), -1));
        std::unique_ptr<X509, deleter<X509_free>> const certificate(
            PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr));
        std::unique_ptr<EVP_PKEY, deleter<EVP_PKEY_free>> const key(
            PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
        SSL_CTX_use_certificate(made.get(), certificate.get());
        SSL_CTX_use_PrivateKey(made.get(), key.get());
        return made;
    }

    pair_of_ends open(SSL_CTX* server_context) const
    {
        pair_of_ends made;
        made.client.reset(SSL_new(client_context.get()));
        made.server.reset(SSL_new(server_context));
        BIO* to_client = nullptr;
        BIO* to_server = nullptr;
        BIO_new_bio_pair(&to_client, 0, &to_server, 0);
        SSL_set_bio(made.client.get(), to_client, to_client);
        SSL_set_bio(made.server.get(), to_server, to_server);
        SSL_set_connect_state(made.client.get());
        SSL_set_accept_state(made.server.get());
        return made;
    }

    /// A whole connection as the handshaker makes it, closed without a farewell; whether it took a session up.
    bool connect(SSL_CTX* server_context)
    {
        pair_of_ends const ends = open(server_context);
        tested->offer(ends.client.get());
        bool const success = ends.shake();
        tested->on_handshake(ends.client.get(), success);
        if (!success)
            throw std::runtime_error("the handshake failed");
        ends.deliver();
        return SSL_session_reused(ends.client.get()) == 1;
    }

    std::shared_ptr<turned_clock> clock = std::make_shared<turned_clock>();
    context_pointer client_context;
    std::shared_ptr<tls_sessions> tested;
};

constexpr int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

} // namespace

BOOST_FIXTURE_TEST_SUITE(tls_sessions_test, sessions_fixture)

// The second connection takes the session of the first up, with TLS 1.2 and 1.3, and so does the third.
BOOST_AUTO_TEST_CASE(resumption)
{
    for (int const version : versions) {
        tested = attach(3);
        context_pointer const server = make_server(version);
        BOOST_TEST(!connect(server.get()));
        BOOST_TEST(tested->resumed() == 0U);
        for (int i = 1; i <= 3; ++i) {
            BOOST_TEST(connect(server.get()), version << ", connection " << i);
            BOOST_TEST(tested->resumed() == static_cast<std::uint64_t>(i));
        }
    }
}

// A session of TLS 1.3 serves one connection, one of TLS 1.2 many at the same time.
BOOST_AUTO_TEST_CASE(used_once_or_often)
{
    for (int const version : versions) {
        tested = attach(3);
        context_pointer const server = make_server(version);
        // Tickets of TLS 1.3 come in twos.
        connect(server.get());
        std::size_t const kept = tested->size();
        BOOST_TEST(kept == (version == TLS1_3_VERSION ? 2U : 1U));
        std::vector<pair_of_ends> all;
        int resumed = 0;
        for (int i = 0; i < 4; ++i) {
            all.push_back(open(server.get()));
            tested->offer(all.back().client.get());
            BOOST_TEST(all.back().shake());
            resumed += SSL_session_reused(all.back().client.get());
        }
        BOOST_TEST(resumed == (version == TLS1_3_VERSION ? 2 : 4));
    }
}

// Only the newest are kept; with none to keep nothing is taken up.
BOOST_AUTO_TEST_CASE(bounded)
{
    context_pointer const server = make_server(TLS1_3_VERSION);
    std::vector<pair_of_ends> all;
    for (int i = 0; i < 5; ++i) {
        all.push_back(open(server.get()));
        BOOST_TEST(all.back().shake());
        all.back().deliver();
    }
    BOOST_TEST(tested->size() == 3U);
    tested = attach(0);
    for (int i = 0; i < 2; ++i)
        BOOST_TEST(!connect(server.get()));
    BOOST_TEST(tested->size() == 0U);
}

// After a handshake that failed no session is trusted.
BOOST_AUTO_TEST_CASE(dropped_on_failure)
{
    for (int const version : versions) {
        tested = attach(3);
        connect(make_server(version).get());
        BOOST_TEST(tested->size() > 0U);
        // The other server cannot take the session up, and its certificate does not pass: as ever, it is verified.
        context_pointer const impostor = make_server(version, false);
        BOOST_CHECK_THROW(connect(impostor.get()), std::runtime_error);
        BOOST_TEST(tested->size() == 0U);
    }
}

// A connection whose certificate was not verified leaves no session.
BOOST_AUTO_TEST_CASE(only_verified)
{
    for (int const version : versions) {
        tested = attach(3);
        SSL_CTX_set_verify(client_context.get(), SSL_VERIFY_NONE, nullptr);
        context_pointer const impostor = make_server(version, false);
        BOOST_TEST(!connect(impostor.get()));
        BOOST_TEST(tested->size() == 0U);
    }
}

// However often sessions follow from each other, an hour after the certificate was verified it is verified anew.
BOOST_AUTO_TEST_CASE(chain_of_sessions_ends)
{
    for (int const version : versions) {
        clock->offset = 0ms;
        tested = attach(8);
        context_pointer const server = make_server(version);
        connect(server.get());
        clock->offset = 30min;
        BOOST_TEST(connect(server.get()));
        clock->offset = 59min;
        BOOST_TEST(connect(server.get()));
        clock->offset = 61min;
        BOOST_TEST(!connect(server.get()), "version " << version);
        BOOST_TEST(connect(server.get()));
    }
}

// A session is not offered when the server's own limit is over.
BOOST_AUTO_TEST_CASE(life_of_the_ticket)
{
    for (int const version : versions) {
        clock->offset = 0ms;
        tested = attach(8);
        context_pointer const server = make_server(version);
        SSL_CTX_set_timeout(server.get(), 60);
        connect(server.get());
        clock->offset = 62s;
        BOOST_TEST(!connect(server.get()), "version " << version);
    }
}

// A connection may outlive everybody else's interest in its sessions.
BOOST_AUTO_TEST_CASE(connection_outlives_the_owner)
{
    context_pointer const server = make_server(TLS1_3_VERSION);
    pair_of_ends const ends = open(server.get());
    BOOST_TEST(ends.shake());
    std::weak_ptr<tls_sessions> const watched = tested;
    tested.reset();
    client_context.reset();
    ends.deliver();
    BOOST_TEST(watched.lock()->size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
