#pragma once

#include "net/connection.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>

namespace boost::asio::ssl {
template <typename Stream>
class stream;
}

namespace glacier::net {

/// HTTP over a connected socket.
std::unique_ptr<connection> make_connection(asio::ip::tcp::socket socket);

/// HTTP over a TLS stream whose handshake is done.
std::unique_ptr<connection> make_connection(std::unique_ptr<asio::ssl::stream<asio::ip::tcp::socket>> stream);

} // namespace glacier::net
