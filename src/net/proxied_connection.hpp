#pragma once

#include "net/connection.hpp"
#include "protocol/endpoint.hpp"

#include <glacier/proxy.hpp>

#include <memory>

namespace glacier::net {

/**
 * HTTP to an endpoint of `http://` over a connection to a proxy: each request names the endpoint, and the proxy may
 * want to know who sends it.
 *
 * Errors, besides those of the connection: errc::proxy_authentication_required.
 */
std::unique_ptr<connection> make_proxied_connection(std::unique_ptr<connection> to_proxy,
                                                    proxy_settings const& proxy,
                                                    protocol::endpoint const& target);

} // namespace glacier::net
