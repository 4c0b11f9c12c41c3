#pragma once

#include "net/connection.hpp"
#include "protocol/endpoint.hpp"

#include <glacier/connection_factory.hpp>
#include <glacier/settings.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>

namespace glacier::net {

/**
 * Opens connections to the endpoint.
 *
 * Thread safety: dial() may be called from several threads; it runs on the strand that it is given, and so
 *   does the connection.
 * Cancellation: terminal.
 * Errors of dial(): connection_error that names the address or the certificate's fault.
 */
class dialer {
public:
    dialer() = default;
    dialer(dialer const&) = delete;
    dialer& operator=(dialer const&) = delete;
    virtual ~dialer() = default;

    /// Must be awaited on `strand`.
    virtual asio::awaitable<std::unique_ptr<connection>> dial(asio::any_io_executor strand) = 0;
};

/// Dials with the factory, or, if there is none, with the system's name resolution; and with TLS unless the
/// endpoint is a plain one. Throws operation_error with errc::invalid_ca_bundle.
std::unique_ptr<dialer> make_dialer(protocol::endpoint target, tls_settings const& tls,
                                    timeout_settings const& timeouts, connection_factory factory = {});

} // namespace glacier::net
