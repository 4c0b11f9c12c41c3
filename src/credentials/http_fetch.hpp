#pragma once

#include "async/timer.hpp"
#include "protocol/endpoint.hpp"
#include "protocol/http_message.hpp"

#include <glacier/connection_factory.hpp>
#include <glacier/proxy.hpp>
#include <glacier/settings.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

namespace glacier::credentials_sources {

/// One request to somebody who gives credentials.
struct fetch_request {
    fetch_request(protocol::endpoint its_target, protocol::http_request its_message)
        : target(std::move(its_target)), message(std::move(its_message))
    {}

    protocol::endpoint target;
    /// Host and the path prefix of the endpoint are added.
    protocol::http_request message;
    /// For the look-up of the host name, for the connection, for the TLS handshake, and for the head of the answer; twice
    /// that for all together.
    std::chrono::milliseconds limit = std::chrono::seconds(30);
    /// Never through a proxy or by the user's connection factory: the machine's own endpoints are reached directly or not at all.
    bool direct = false;
};

/**
 * Sends one request over a connection of its own, on the executor of whoever awaits it. Redirections are not followed.
 *
 * Cancellation: terminal. Errors: net::connection_error; errc::response_timeout after twice the limit, and
 *   errc::response_too_large.
 * Thread safety: full.
 */
class http_fetcher {
public:
    http_fetcher() = default;
    http_fetcher(http_fetcher const&) = delete;
    http_fetcher& operator=(http_fetcher const&) = delete;
    virtual ~http_fetcher() = default;

    virtual asio::awaitable<protocol::http_response> fetch(fetch_request request) = 0;
};

/// Over the network.
std::shared_ptr<http_fetcher> make_http_fetcher(tls_settings tls, std::optional<proxy_settings> proxy,
                                                connection_factory factory, std::size_t answer_bytes_max,
                                                std::shared_ptr<async::time_source> time);

} // namespace glacier::credentials_sources
