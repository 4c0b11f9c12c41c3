#include "net/translate_error.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>

namespace glacier::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;

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
        return errc::tls_failed;
    }
    return error;
}

} // namespace glacier::net
