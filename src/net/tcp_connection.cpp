#include "net/make_connection.hpp"

#include "net/http_connection.hpp"

namespace glacier::net {

std::unique_ptr<connection> make_connection(asio::ip::tcp::socket socket)
{
    return std::make_unique<http_connection<asio::ip::tcp::socket>>(
        std::make_unique<asio::ip::tcp::socket>(std::move(socket)));
}

} // namespace glacier::net
