#pragma once

#include "async/rate_limiter.hpp"
#include "net/dialer.hpp"
#include "net/exchange.hpp"

#include <glacier/observer.hpp>
#include <glacier/settings.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace glacier::net {

/// What an exchanger needs besides a dialer.
struct exchanger_settings {
    exchanger_settings() = default;

    timeout_settings timeouts;
    pool_settings pool;
    std::size_t response_bytes_max = 0;
    /// For events: `https://HOST:PORT`.
    std::string endpoint;
    std::shared_ptr<glacier::observer> observer;
    /// What bodies of requests, and streamed answers, have to pass. Null: nothing.
    std::shared_ptr<async::rate_limiter> upload_rate;
    std::shared_ptr<async::rate_limiter> download_rate;
};

/// Exchanges over pooled connections. `executor`: of the context on which connections live;
/// `blocking_executor`: where bodies are read from files.
std::shared_ptr<exchanger> make_http_exchanger(asio::any_io_executor executor,
                                               asio::any_io_executor blocking_executor,
                                               std::shared_ptr<dialer> dialer,
                                               exchanger_settings const& settings);

} // namespace glacier::net
