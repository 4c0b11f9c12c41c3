#pragma once

#include "async/timer.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "net/exchange.hpp"
#include "protocol/endpoint_rules.hpp"

#include <glacier/config.hpp>
#include <glacier/transfer_limits.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace glacier {

/// What a client reaches the world through.
struct client_environment {
    client_environment() = default;

    std::shared_ptr<net::exchanger> exchanger;
    std::shared_ptr<base::clock> clock;
    std::shared_ptr<base::random_source> random;
    /// For waits, deadlines and durations.
    std::shared_ptr<async::time_source> time = async::system_time();
    /// What the exchanger obeys too. Null: made of the configuration.
    std::shared_ptr<transfer_limits::state> limits;
};

/// The environment of a real client: network, clock and random numbers of the machine.
client_environment make_client_environment(asio::any_io_executor executor, client_config const& config);

/// The endpoint that the configuration asks for, and the region that signs. Throws invalid_value or operation_error.
protocol::resolved_endpoint endpoint_of(client_config const& config);

} // namespace glacier
