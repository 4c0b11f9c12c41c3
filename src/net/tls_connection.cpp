#include "net/make_connection.hpp"

#include "net/http_connection.hpp"

#include <boost/asio/ssl/stream.hpp>

namespace glacier::net {

std::unique_ptr<connection> make_connection(std::unique_ptr<asio::ssl::stream<asio::ip::tcp::socket>> stream)
{
    return std::make_unique<http_connection<asio::ssl::stream<asio::ip::tcp::socket>>>(std::move(stream));
}

} // namespace glacier::net
