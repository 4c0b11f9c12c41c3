#include "net/tls_context.hpp"

#include "net/net_fixture.hpp"
#include "support/temporary_directory.hpp"

#include <glacier/error.hpp>

#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

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

/// Making a context must fail with the code and with words that contain `named`.
void check_error(tls_settings const& settings, errc code, std::string const& named)
{
    BOOST_TEST_CONTEXT(named)
    {
        BOOST_CHECK_EXCEPTION(make_tls_context(settings), boost::system::system_error,
                              [&](boost::system::system_error const& error) {
                                  BOOST_TEST(error.code() == code, error.what());
                                  BOOST_TEST(std::string(error.what()).find(named) != std::string::npos,
                                             error.what());
                                  return true;
                              });
    }
}

test::certificate client_identity(std::string const& name = "client")
{
    test::certificate_terms terms({});
    terms.common_name = name;
    terms.extended_key_usage = "clientAuth";
    return test::trusted_authority().issue(terms);
}

std::string certificate_name(asio::ssl::context& context)
{
    X509* const used = SSL_CTX_get0_certificate(context.native_handle());
    std::array<char, 100> name{};
    if (used != nullptr)
        X509_NAME_get_text_by_NID(X509_get_subject_name(used), NID_commonName, name.data(), name.size());
    return name.data();
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

// Peers are verified, nothing older than TLS 1.2 is spoken, and no peer can ask for a second handshake; with or without a
// bundle.
BOOST_AUTO_TEST_CASE(verification)
{
    for (tls_settings const& settings : {tls_settings(), test::trusting_settings()}) {
        asio::ssl::context context = make_tls_context(settings);
        BOOST_TEST((SSL_CTX_get_verify_mode(context.native_handle()) & SSL_VERIFY_PEER) != 0);
        BOOST_TEST(SSL_CTX_get_min_proto_version(context.native_handle()) == TLS1_2_VERSION);
        BOOST_TEST((SSL_CTX_get_options(context.native_handle()) & SSL_OP_NO_RENEGOTIATION) != 0U);
    }
}

// Authorities come from a file, a directory and a text; all that are set are trusted together.
BOOST_AUTO_TEST_CASE(authorities_of_all_kinds)
{
    test::temporary_directory const directory;
    test::certificate_authority const other("other");
    tls_settings settings;
    settings.ca_pem = other.pem() + test::trusted_authority().pem();
    asio::ssl::context from_text = make_tls_context(settings);
    BOOST_TEST(authorities_in(from_text) == 2U);

    settings.ca_pem = other.pem();
    settings.ca_bundle = directory.write("one.pem", test::trusted_authority().pem());
    asio::ssl::context from_both = make_tls_context(settings);
    BOOST_TEST(authorities_in(from_both) == 2U);

    settings.ca_pem = "no certificate";
    check_error(settings, errc::invalid_ca_bundle, "tls.ca_pem");
    settings.ca_pem = "";
    check_error(settings, errc::invalid_ca_bundle, "tls.ca_pem");
}

// A directory without a single file that OpenSSL would find is a mistake, and would trust nobody.
BOOST_AUTO_TEST_CASE(authority_directories)
{
    test::temporary_directory const directory;
    tls_settings settings;
    settings.ca_directory = directory / "missing";
    check_error(settings, errc::invalid_ca_bundle, (directory / "missing").string());
    settings.ca_directory = directory.path();
    check_error(settings, errc::invalid_ca_bundle, directory.path().string());
    directory.write("authority.pem", test::trusted_authority().pem());
    check_error(settings, errc::invalid_ca_bundle, "openssl rehash");
    directory.write(test::hashed_name(test::trusted_authority().pem()), test::trusted_authority().pem());
    BOOST_CHECK_NO_THROW(make_tls_context(settings));
}

// TLS 1.3 alone is spoken on request.
BOOST_AUTO_TEST_CASE(newest_version_only)
{
    tls_settings settings;
    settings.version_min = tls_version::tls_1_3;
    asio::ssl::context context = make_tls_context(settings);
    BOOST_TEST(SSL_CTX_get_min_proto_version(context.native_handle()) == TLS1_3_VERSION);
}

// The security level is 2 or more, and neither the setting nor a list of ciphers gets below.
BOOST_AUTO_TEST_CASE(security_level)
{
    asio::ssl::context usual = make_tls_context(tls_settings());
    BOOST_TEST(SSL_CTX_get_security_level(usual.native_handle()) >= 2);
    tls_settings settings;
    settings.security_level = 3;
    asio::ssl::context high = make_tls_context(settings);
    BOOST_TEST(SSL_CTX_get_security_level(high.native_handle()) == 3);
    for (int const level : {-1, 0, 1, 6}) {
        settings.security_level = level;
        check_error(settings, errc::invalid_option, "tls.security_level = " + std::to_string(level));
    }
    settings = tls_settings();
    settings.cipher_list = "DEFAULT:@SECLEVEL=0";
    check_error(settings, errc::invalid_option, "tls.cipher_list = DEFAULT:@SECLEVEL=0");
}

// Lists of ciphers are taken as OpenSSL writes them; one that names none is refused.
BOOST_AUTO_TEST_CASE(ciphers)
{
    tls_settings settings;
    settings.cipher_list = "ECDHE-ECDSA-AES256-GCM-SHA384";
    settings.ciphersuites = "TLS_AES_256_GCM_SHA384";
    asio::ssl::context context = make_tls_context(settings);
    STACK_OF(SSL_CIPHER)* const chosen = SSL_CTX_get_ciphers(context.native_handle());
    BOOST_TEST_REQUIRE(sk_SSL_CIPHER_num(chosen) == 2);
    BOOST_TEST(std::string(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(chosen, 0))) == "TLS_AES_256_GCM_SHA384");
    BOOST_TEST(std::string(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(chosen, 1))) ==
               "ECDHE-ECDSA-AES256-GCM-SHA384");

    for (std::string const list : {"", "no-such-cipher"}) {
        settings = tls_settings();
        settings.cipher_list = list;
        check_error(settings, errc::invalid_option, "tls.cipher_list = " + list);
        settings = tls_settings();
        settings.ciphersuites = list;
        check_error(settings, errc::invalid_option, "tls.ciphersuites = " + list);
    }
}

// A certificate of the client's own comes from files or from memory, its key apart or in the same file, and may be
// encrypted.
BOOST_AUTO_TEST_CASE(client_certificates)
{
    test::temporary_directory const directory;
    test::certificate const identity = client_identity();
    std::string const encrypted = test::encrypted_key(identity.key_pem, "correct horse");
    tls_settings apart;
    apart.client_certificate = directory.write("client.pem", identity.certificate_pem);
    apart.client_key = directory.write("client.key", identity.key_pem);
    tls_settings together;
    together.client_certificate = directory.write("both.pem", identity.key_pem + identity.certificate_pem);
    tls_settings in_memory;
    in_memory.client_certificate_pem = identity.certificate_pem;
    in_memory.client_key_pem = secret_string(identity.key_pem);
    tls_settings locked = apart;
    locked.client_key = directory.write("locked.key", encrypted);
    locked.client_key_password = secret_string("correct horse");
    tls_settings locked_in_memory = in_memory;
    locked_in_memory.client_key_pem = secret_string(encrypted);
    locked_in_memory.client_key_password = secret_string("correct horse");
    for (tls_settings const& settings : {apart, together, in_memory, locked, locked_in_memory}) {
        asio::ssl::context context = make_tls_context(settings);
        BOOST_TEST(certificate_name(context) == "client");
        BOOST_TEST(SSL_CTX_check_private_key(context.native_handle()) == 1);
    }

    tls_settings with_chain = in_memory;
    with_chain.client_certificate_pem = identity.certificate_pem + test::trusted_authority().pem();
    asio::ssl::context context = make_tls_context(with_chain);
    STACK_OF(X509)* chain = nullptr;
    SSL_CTX_get0_chain_certs(context.native_handle(), &chain);
    BOOST_TEST(sk_X509_num(chain) == 1);
    BOOST_TEST(certificate_name(context) == "client");
}

// What cannot be used of them is refused when the client is made, and the file is named.
BOOST_AUTO_TEST_CASE(unusable_client_certificates)
{
    test::temporary_directory const directory;
    test::certificate const identity = client_identity();
    std::string const encrypted = test::encrypted_key(identity.key_pem, "correct horse");
    tls_settings good;
    good.client_certificate = directory.write("client.pem", identity.certificate_pem);
    good.client_key = directory.write("client.key", identity.key_pem);

    auto const refuse_certificate = [&](std::filesystem::path const& path) {
        tls_settings settings = good;
        settings.client_certificate = path;
        check_error(settings, errc::invalid_client_certificate, path.string());
    };
    refuse_certificate(directory / "missing.pem");
    refuse_certificate(directory.path());
    refuse_certificate(directory.write("garbage.pem", "garbage"));
    refuse_certificate(directory.write("damaged.pem", identity.certificate_pem +
                                                          "-----BEGIN CERTIFICATE-----\n"
                                                          "MIIB\n"
                                                          "-----END CERTIFICATE-----\n"));
    refuse_certificate(directory.write("large.pem", std::string(1'100'000, '\n') + identity.certificate_pem));
    test::certificate_terms weak({});
    weak.key = test::key_kind::rsa_1024;
    refuse_certificate(directory.write("weak.pem", test::trusted_authority().issue(weak).certificate_pem));

    auto const refuse_key = [&](std::filesystem::path const& path, std::string const& password = {}) {
        tls_settings settings = good;
        settings.client_key = path;
        settings.client_key_password = secret_string(password);
        check_error(settings, errc::invalid_client_certificate, path.string());
    };
    refuse_key(directory / "missing.key");
    refuse_key(directory.write("no.key", identity.certificate_pem));
    refuse_key(directory.write("other.key", client_identity("other").key_pem));
    refuse_key(directory.write("locked.key", encrypted));
    refuse_key(directory / "locked.key", "wrong");
    refuse_key(directory / "locked.key", std::string(5'000, 'x'));

    tls_settings settings;
    settings.client_certificate = directory / "client.pem";
    check_error(settings, errc::invalid_client_certificate, (directory / "client.pem").string());
    settings = tls_settings();
    settings.client_certificate_pem = identity.certificate_pem;
    check_error(settings, errc::invalid_client_certificate, "tls.client_certificate_pem");
    settings = tls_settings();
    settings.client_key = directory / "client.key";
    check_error(settings, errc::invalid_client_certificate, "no certificate");
    settings = good;
    settings.client_certificate_pem = identity.certificate_pem;
    check_error(settings, errc::invalid_option, "tls.client_certificate_pem");
    settings = good;
    settings.client_key_pem = secret_string(identity.key_pem);
    check_error(settings, errc::invalid_option, "tls.client_key_pem");
}

// The secrets of connections are logged when the code asks for it, never because a variable is set.
BOOST_AUTO_TEST_CASE(key_log)
{
    test::temporary_directory const directory;
    ::setenv("SSLKEYLOGFILE", (directory / "of_environment").c_str(), 1);
    asio::ssl::context silent = make_tls_context(test::trusting_settings());
    BOOST_TEST((SSL_CTX_get_keylog_callback(silent.native_handle()) == nullptr));
    tls_settings settings = test::trusting_settings();
    settings.key_log_file = directory / "keys";
    {
        test::scripted_server server([](test::peer& client) { client.read_to_end(); },
                                     test::good_server_tls());
        for (tls_settings const& used : {settings, settings, test::trusting_settings()}) {
            asio::io_context context;
            auto const strand = asio::make_strand(context);
            dialer_settings dialling;
            dialling.tls = used;
            auto const dialer = make_dialer(test::tls_endpoint("localhost", server.port()), dialling);
            test::run(context, dialer->dial(strand));
        }
    }
    ::unsetenv("SSLKEYLOGFILE");
    BOOST_TEST(!std::filesystem::exists(directory / "of_environment"));
    BOOST_TEST((std::filesystem::status(directory / "keys").permissions() ==
                (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)));
    std::ifstream log(directory / "keys");
    int secrets = 0;
    for (std::string line; std::getline(log, line);)
        secrets += line.starts_with("CLIENT_HANDSHAKE_TRAFFIC_SECRET ") ? 1 : 0;
    BOOST_TEST(secrets == 2);

    settings.key_log_file = directory / "missing" / "keys";
    check_error(settings, errc::invalid_option, "tls.key_log_file");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
