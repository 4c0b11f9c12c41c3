#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace glacier {

namespace asio = boost::asio;

/**
 * Opens the connections of a client in place of the system's name resolution and sockets: through a tunnel, from
 * a certain interface, with certain socket options.
 *
 * Is given host and port of the endpoint, or of client_config::proxy if there is one, and returns the descriptor of a
 * connected stream socket, which from then on belongs to the library. TLS goes over it as it would otherwise, and the
 * certificate must be one for the host of the endpoint.
 *
 * Runs on a strand of the client's context, at several times at once for several connections, and must not block.
 * Cancellation: it is cancelled (terminal) when timeout_settings::connect is over or its operation is cancelled,
 *   and not waited for then; a socket that it returns nevertheless is closed.
 * Errors: a system_error that it throws becomes the error of the operation, which repeats it as other failures to
 *   connect. Other exceptions are passed on.
 */
using connection_factory = std::function<asio::awaitable<int>(std::string host, std::uint16_t port)>;

} // namespace glacier
