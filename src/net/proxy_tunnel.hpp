#pragma once

#include "net/connection.hpp"
#include "protocol/endpoint.hpp"

#include <glacier/proxy.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <string>

namespace glacier::net {

/// `HOST:PORT`, for messages.
std::string proxy_name(proxy_settings const& proxy);

/// The value of Proxy-Authorization; empty if the proxy is given no name and no password.
std::string proxy_authorization(proxy_settings const& proxy);

/**
 * Has the proxy at the other end of the socket open a tunnel to the endpoint. Must be awaited on the executor of
 * the socket, a strand. `limit`: for its answer; zero: none.
 *
 * Cancellation: terminal; the socket is of no use then.
 * Errors: connection_error that names the proxy: errc::proxy_authentication_required, errc::proxy_failed,
 *   errc::connect_timeout.
 */
asio::awaitable<void> open_tunnel(asio::ip::tcp::socket& socket, proxy_settings const& proxy,
                                  protocol::endpoint const& target, std::chrono::milliseconds limit);

} // namespace glacier::net
