#pragma once

#include "protocol/endpoint.hpp"

#include <glacier/connection_factory.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>

namespace glacier::net {

/**
 * A connection that the user's own factory opens. Must be awaited on `strand`.
 *
 * Cancellation: terminal, and prompt even if the factory takes no notice of it.
 * Errors: connection_error: errc::connect_timeout when `limit` is over (zero: none), what the factory throws, or
 *   the system's error for something that is no socket.
 */
asio::awaitable<asio::ip::tcp::socket> open_by_factory(asio::any_io_executor strand,
                                                       connection_factory factory, protocol::endpoint target,
                                                       std::chrono::milliseconds limit);

} // namespace glacier::net
