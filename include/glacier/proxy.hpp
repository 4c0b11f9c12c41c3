#pragma once

#include <glacier/secret_string.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace glacier {

/**
 * An HTTP proxy through which a client reaches its endpoint.
 *
 * To an endpoint of `https://` the proxy opens a tunnel (CONNECT), and sees nothing of what goes through it; the
 * certificate is verified as it would be without a proxy. Requests to an endpoint of `http://` are sent to the
 * proxy itself. The name of the endpoint is looked up by the proxy, never here.
 */
struct proxy_settings {
    /// A proxy that is spoken to in plain HTTP. Errors, when a client is made of it: errc::invalid_proxy for a
    /// host that cannot be one, port 0, or a user that Basic authentication cannot carry.
    explicit proxy_settings(std::string its_host, std::uint16_t its_port = 80);

    /// Reads `http://[USER:PASSWORD@]HOST[:PORT]`, with or without the `http://` and a `/` at the end; user and
    /// password may be percent-encoded. Errors: invalid_value with errc::invalid_proxy, which does not show the
    /// password, for anything else; a proxy that is spoken to by TLS or SOCKS is none of these.
    static proxy_settings from_url(std::string_view url);

    /// A name or an address; an IPv6 address without its brackets.
    std::string host;
    /// 1 or more.
    std::uint16_t port;
    /// For Basic authentication. Without a `:`. Empty, and no password: none is offered.
    std::string user;
    /// For Basic authentication. It goes to the proxy in the clear.
    secret_string password;
    /**
     * Endpoints that are reached without the proxy, as NO_PROXY lists them: separated by commas. `*` is all;
     * `example.com` and `.example.com` are this host and those below; an address (`10.0.0.1`, `::1`) or a range of
     * them (`10.0.0.0/8`, `fd00::/8`) is meant as it stands, and no name is looked up for it. `:PORT` may follow all
     * but `*`; an IPv6 address has brackets then. Other entries match nothing.
     *
     * Addresses of the link (169.254.0.0/16, fe80::/10, and the credential services' fd00:ec2::/32) never go through
     * a proxy.
     */
    std::string bypass;
};

} // namespace glacier
