#include "net/translate_error.hpp"

#include "support/printing.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/test/unit_test.hpp>

#include <openssl/ssl.h>

#include <initializer_list>

namespace http = boost::beast::http;
namespace asio = boost::asio;

namespace glacier::net {

namespace {

struct translation {
    explicit translation(error_code const& from) : code(translate(from, detail)) {}

    std::string detail;
    error_code code;
};

} // namespace

BOOST_AUTO_TEST_SUITE(translate_error_test)

// Whatever way a peer ends a connection too early, it is connection_closed.
BOOST_AUTO_TEST_CASE(ends)
{
    for (error_code const& from :
         {make_error_code(http::error::end_of_stream), make_error_code(http::error::partial_message),
          make_error_code(asio::error::eof), make_error_code(asio::ssl::error::stream_truncated)})
        BOOST_TEST(translation(from).code == errc::connection_closed, from.message());
}

// Limits that an answer exceeds are response_too_large, and the detail says which.
BOOST_AUTO_TEST_CASE(limits)
{
    for (http::error const limit :
         {http::error::header_limit, http::error::body_limit, http::error::buffer_overflow}) {
        translation const got(make_error_code(limit));
        BOOST_TEST(got.code == errc::response_too_large);
        BOOST_TEST(got.detail == make_error_code(limit).message());
    }
}

// Every other fault of the syntax is invalid_http_message, and the detail says which.
BOOST_AUTO_TEST_CASE(syntax)
{
    for (http::error const fault : {http::error::bad_version, http::error::bad_status, http::error::bad_field,
                                    http::error::bad_chunk, http::error::bad_content_length}) {
        translation const got(make_error_code(fault));
        BOOST_TEST(got.code == errc::invalid_http_message);
        BOOST_TEST(got.detail == make_error_code(fault).message());
    }
}

// Errors of the TLS library are tls_failed, with its words.
BOOST_AUTO_TEST_CASE(tls)
{
    // Loads the texts.
    OPENSSL_init_ssl(0, nullptr);
    error_code const from(static_cast<int>(ERR_PACK(ERR_LIB_SSL, 0, SSL_R_WRONG_VERSION_NUMBER)),
                          asio::error::get_ssl_category());
    translation const got(from);
    BOOST_TEST(got.code == errc::tls_failed);
    BOOST_TEST(got.detail.find("wrong version number") != std::string::npos);
}

// Versions that are too old, and keys that are too weak, have codes of their own.
BOOST_AUTO_TEST_CASE(tls_reasons)
{
    auto const of = [](int reason) {
        return translation(error_code(static_cast<int>(ERR_PACK(ERR_LIB_SSL, 0, reason)),
                                      asio::error::get_ssl_category()))
            .code;
    };
    for (int const reason : {SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_TLSV1_ALERT_PROTOCOL_VERSION,
                             SSL_R_WRONG_SSL_VERSION, SSL_R_VERSION_TOO_LOW})
        BOOST_TEST(of(reason) == errc::tls_version_unsupported);
    for (int const reason : {SSL_R_EE_KEY_TOO_SMALL, SSL_R_CA_KEY_TOO_SMALL, SSL_R_CA_MD_TOO_WEAK})
        BOOST_TEST(of(reason) == errc::certificate_weak);
    // The same number means something else in another part of the library.
    translation const other(
        error_code(static_cast<int>(ERR_PACK(ERR_LIB_X509, 0, SSL_R_UNSUPPORTED_PROTOCOL)),
                   asio::error::get_ssl_category()));
    BOOST_TEST(other.code == errc::tls_failed);
}

// Errors of the system stay what they are, cancellation among them.
BOOST_AUTO_TEST_CASE(system_errors)
{
    for (error_code const& from :
         {error_code(asio::error::operation_aborted), error_code(asio::error::connection_refused),
          error_code(asio::error::connection_reset), error_code(asio::error::host_not_found)}) {
        translation const got(from);
        BOOST_TEST(got.code == from);
        BOOST_TEST(got.detail.empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
