#pragma once

#include "net/connection.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>

namespace glacier::net {

class tls_stream;

/// HTTP over a connected socket.
std::unique_ptr<connection> make_connection(asio::ip::tcp::socket socket);

/// HTTP over a TLS stream whose handshake is done.
std::unique_ptr<connection> make_connection(std::unique_ptr<tls_stream> stream);

} // namespace glacier::net
