#include "net/tls_context.hpp"

#include "net/net_fixture.hpp"
#include "support/temporary_directory.hpp"

#include <glacier/error.hpp>

#include <boost/test/unit_test.hpp>

#include <openssl/ssl.h>

namespace glacier::net {

namespace {

tls_settings with_bundle(std::filesystem::path const& path)
{
    tls_settings settings;
    settings.ca_bundle = path;
    return settings;
}

std::size_t authorities_in(asio::ssl::context& context)
{
    X509_STORE* const store = SSL_CTX_get_cert_store(context.native_handle());
    return static_cast<std::size_t>(sk_X509_OBJECT_num(X509_STORE_get0_objects(store)));
}

void check_refused(std::filesystem::path const& path)
{
    BOOST_TEST_CONTEXT(path.string())
    {
        BOOST_CHECK_EXCEPTION(make_tls_context(with_bundle(path)), operation_error,
                              [&](operation_error const& error) {
                                  BOOST_TEST(error.code() == errc::invalid_ca_bundle);
                                  BOOST_TEST(error.details().message.find(path.string()) == 0U);
                                  return true;
                              });
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(tls_context_test)

// A bundle that is missing, empty, no PEM, damaged, or a directory is refused, and the file is named.
BOOST_AUTO_TEST_CASE(unusable_bundles)
{
    test::temporary_directory const directory;
    check_refused(directory / "missing.pem");
    check_refused(directory.write("empty.pem", ""));
    check_refused(directory.write("garbage.pem", "this is no certificate\n"));
    check_refused(
        directory.write("damaged.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"));
    check_refused(directory.path());
}

// All certificates of a bundle are trusted, and no others.
BOOST_AUTO_TEST_CASE(bundle)
{
    test::temporary_directory const directory;
    test::certificate_authority const other("other");
    auto const path = directory.write("two.pem", test::trusted_authority().pem() + other.pem());

    asio::ssl::context context = make_tls_context(with_bundle(path));

    BOOST_TEST(authorities_in(context) == 2U);
}

// Peers are verified and nothing older than TLS 1.2 is spoken, with or without a bundle.
BOOST_AUTO_TEST_CASE(verification)
{
    for (tls_settings const& settings : {tls_settings(), test::trusting_settings()}) {
        asio::ssl::context context = make_tls_context(settings);
        BOOST_TEST((SSL_CTX_get_verify_mode(context.native_handle()) & SSL_VERIFY_PEER) != 0);
        BOOST_TEST(SSL_CTX_get_min_proto_version(context.native_handle()) == TLS1_2_VERSION);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
