#pragma once

#include "base/clock.hpp"
#include "net/tls_sessions.hpp"
#include "net/tls_stream.hpp"
#include "protocol/endpoint.hpp"

#include <glacier/observer.hpp>
#include <glacier/settings.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <openssl/ssl.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace glacier::net {

namespace asio = boost::asio;

/**
 * Opens TLS with one host, over sockets that lead to it.
 *
 * Thread safety: handshake() may be called from several threads.
 */
class tls_handshaker {
public:
    /// `limit`: of a handshake; zero: none. `sessions_max`: kept to be taken up by later connections. Errors:
    /// operation_error with errc::invalid_ca_bundle.
    tls_handshaker(protocol::endpoint target, tls_settings const& settings, std::chrono::milliseconds limit,
                   std::shared_ptr<observer> watcher, std::size_t sessions_max = 0,
                   std::shared_ptr<base::clock const> clock = std::make_shared<base::system_clock>());

    /**
     * Must be awaited on the executor of the socket, a strand.
     *
     * Cancellation: terminal; the socket is closed.
     * Errors: connection_error that names the endpoint and the certificate's fault.
     */
    asio::awaitable<std::unique_ptr<tls_stream>> handshake(asio::ip::tcp::socket socket);

    /// Handshakes that took up an earlier session.
    std::uint64_t resumed() const { return sessions_->resumed(); }

private:
    asio::awaitable<void> open(tls_stream& stream);
    void expect_host(SSL* ssl) const;
    void report(tls_stream& stream, std::chrono::steady_clock::time_point begin, error_code const& error,
                std::string_view detail) const;

    protocol::endpoint target_;
    asio::ssl::context context_;
    std::shared_ptr<tls_sessions> sessions_;
    std::chrono::milliseconds limit_;
    std::shared_ptr<observer> observer_;
};

} // namespace glacier::net
