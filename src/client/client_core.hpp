#pragma once

#include "client/client_environment.hpp"
#include "client/job_pollers.hpp"
#include "client/operation_report.hpp"
#include "net/exchange.hpp"
#include "protocol/operation.hpp"

#include <glacier/config.hpp>
#include <glacier/error.hpp>
#include <glacier/transfer_limits.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace glacier {

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
        /// Wants to be told whether the answer was of use; null if nobody asks.
        std::unique_ptr<operation_report> report;
    };

    client_core(asio::any_io_executor executor, client_config config, client_environment environment);

    /// The same client with other settings. Throws invalid_value.
    std::shared_ptr<client_core> with(call_settings const& settings) const;

    /// The same client with the settings of the configuration, whatever this one was made with.
    std::shared_ptr<client_core> as_configured() const;

    /// Lifetime: what it needs stays alive.
    asio::awaitable<performed_request> perform(prepared_request request);

    pool_statistics statistics() const;
    asio::awaitable<std::size_t> warm_up(std::size_t connections) const;

    asio::any_io_executor const& executor() const noexcept;
    asio::any_io_executor blocking_executor() const;
    client_config const& config() const noexcept;
    protocol::endpoint const& endpoint() const noexcept;
    std::shared_ptr<transfer_limits::state> const& limits() const noexcept;
    job_pollers& pollers() const noexcept;
    /// What is known to be wrong with this machine's clock: to be added to its time.
    std::chrono::seconds clock_offset() const noexcept;
    retry_settings const& retry() const noexcept { return retry_; }

private:
    struct state;
    struct call;

    static asio::awaitable<performed_request> repeat(std::shared_ptr<call> running);
    static asio::awaitable<net::exchange_result> attempt(std::shared_ptr<call> running);
    static asio::awaitable<performed_request> observed(std::shared_ptr<call> running,
                                                       asio::awaitable<performed_request> operation);

    // Those of an operation with a deadline.
    static asio::awaitable<performed_request> limited(std::shared_ptr<call> running);
    static asio::awaitable<performed_request> limited_on(asio::any_io_executor strand,
                                                         std::shared_ptr<call> running);
    static asio::awaitable<void> keep_outcome(std::shared_ptr<call> running);

    std::shared_ptr<state> state_;
    retry_settings retry_;
    std::chrono::milliseconds operation_timeout_;
    std::function<void(error_code)> on_failed_attempt_;
};

} // namespace glacier
