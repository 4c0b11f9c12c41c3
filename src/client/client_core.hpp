#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "net/exchange.hpp"
#include "plan/retry_plan.hpp"
#include "protocol/endpoint.hpp"
#include "protocol/sigv4.hpp"

#include <glacier/config.hpp>
#include <glacier/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

namespace glacier {

/// What a client reaches the world through.
struct client_environment {
    client_environment() = default;

    std::shared_ptr<net::exchanger> exchanger;
    std::shared_ptr<base::clock> clock;
    std::shared_ptr<base::random_source> random;
};

/**
 * The state that all copies of a client share, and the path that every operation takes: credentials,
 * signature, exchange, classification, repetition.
 *
 * Thread safety: full.
 */
class client_core {
public:
    /// What an operation gives to perform().
    struct prepared_request {
        explicit prepared_request(protocol::operation its_id) : id(its_id) {}

        protocol::operation id;
        /// For messages: `vault photos`.
        std::string resource;
        protocol::http_request message;
        body content;
        bool streams_answer = false;
    };

    /// What perform() gives back: an answer with the operation's own status.
    struct performed_request {
        performed_request() = default;

        protocol::http_response response;
        std::unique_ptr<job_output_stream::source> stream;
        int attempts = 0;
    };

    client_core(asio::any_io_executor executor, client_config config, client_environment environment);

    asio::awaitable<performed_request> perform(prepared_request request);

    pool_statistics statistics() const { return environment_.exchanger->statistics(); }
    asio::awaitable<std::size_t> warm_up(std::size_t connections) const;

    asio::any_io_executor const& executor() const noexcept { return executor_; }
    asio::any_io_executor blocking_executor() const;
    client_config const& config() const noexcept { return config_; }
    protocol::endpoint const& endpoint() const noexcept { return endpoint_; }

private:
    asio::awaitable<net::exchange_result> attempt(prepared_request const& request);

    asio::any_io_executor executor_;
    client_config config_;
    client_environment environment_;
    protocol::endpoint endpoint_;
    protocol::signer signer_;
    plan::retry_quota quota_;
};

/// The environment of a real client: network, clock and random numbers of the machine.
client_environment make_client_environment(asio::any_io_executor executor, client_config const& config);

/// The endpoint that the configuration asks for. Throws invalid_value or operation_error.
protocol::endpoint endpoint_of(client_config const& config);

} // namespace glacier
