#include "net/translate_error.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace glacier::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

errc translate_tls(unsigned long error, std::string& detail)
{
    if (ERR_GET_LIB(error) != ERR_LIB_SSL)
        return errc::tls_failed;
    switch (ERR_GET_REASON(error)) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
        return errc::tls_version_unsupported;
    case SSL_R_EE_KEY_TOO_SMALL:
    case SSL_R_CA_KEY_TOO_SMALL:
    case SSL_R_CA_MD_TOO_WEAK:
        return errc::certificate_weak;
    case SSL_R_WRONG_VERSION_NUMBER:
        detail += ": the peer does not seem to speak TLS";
        return errc::tls_failed;
    default:
        return errc::tls_failed;
    }
}

} // namespace

error_code translate(error_code const& error, std::string& detail)
{
    if (error == http::error::end_of_stream || error == http::error::partial_message ||
        error == asio::error::eof || error == asio::ssl::error::stream_truncated)
        return errc::connection_closed;
    if (error == http::error::header_limit || error == http::error::body_limit ||
        error == http::error::buffer_overflow) {
        detail = error.message();
        return errc::response_too_large;
    }
    if (error.category() == http::make_error_code(http::error::bad_value).category()) {
        detail = error.message();
        return errc::invalid_http_message;
    }
    if (error.category() == asio::error::get_ssl_category()) {
        detail = error.message();
        return translate_tls(static_cast<unsigned long>(error.value()), detail);
    }
    return error;
}

} // namespace glacier::net
