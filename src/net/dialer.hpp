#pragma once

#include "async/timer.hpp"
#include "net/connection.hpp"
#include "net/name_resolver.hpp"
#include "protocol/endpoint.hpp"

#include <glacier/connection_factory.hpp>
#include <glacier/observer.hpp>
#include <glacier/proxy.hpp>
#include <glacier/settings.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

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

    /// TLS handshakes that took up an earlier session, so far.
    virtual std::uint64_t resumed_handshakes() const { return 0; }
};

/// What a dialer needs besides the endpoint.
struct dialer_settings {
    dialer_settings() = default;
    dialer_settings(tls_settings its_tls, timeout_settings const& its_timeouts,
                    connection_factory its_factory = {})
        : tls(std::move(its_tls)), timeouts(its_timeouts), factory(std::move(its_factory))
    {}

    tls_settings tls;
    timeout_settings timeouts;
    /// Opens the sockets instead of the system's name resolution, if set.
    connection_factory factory;
    /// How long addresses are used, and how many TLS sessions are kept.
    pool_settings pool;
    /// Used unless it is bypassed.
    std::optional<proxy_settings> proxy;
    std::shared_ptr<glacier::observer> observer;
    /// The system's if not set.
    std::shared_ptr<name_resolver> resolver;
    std::shared_ptr<async::time_source> time = async::system_time();
};

/// Dials with TLS unless the endpoint is a plain one. Throws operation_error with errc::invalid_ca_bundle, and
/// invalid_value with errc::invalid_proxy.
std::unique_ptr<dialer> make_dialer(protocol::endpoint target, dialer_settings settings);

} // namespace glacier::net
