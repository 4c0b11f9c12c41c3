#include "client/client_environment.hpp"

#include "async/offload.hpp"
#include "async/transfer_limits.hpp"
#include "net/dialer.hpp"
#include "net/http_exchanger.hpp"

#include <utility>

namespace glacier {

protocol::resolved_endpoint endpoint_of(client_config const& config)
{
    protocol::endpoint_parameters parameters(config.region);
    parameters.url = config.endpoint;
    parameters.use_fips = config.use_fips_endpoint;
    parameters.use_dualstack = config.use_dualstack_endpoint;
    auto resolved = protocol::resolve_endpoint(parameters);
    if (resolved)
        return *resolved;
    if (resolved.error().reason == errc::invalid_endpoint)
        throw invalid_value(errc::invalid_endpoint, resolved.error().message);
    error_details details;
    details.message = resolved.error().message;
    throw operation_error(resolved.error().reason, std::move(details));
}

client_environment make_client_environment(asio::any_io_executor executor, client_config const& config)
{
    net::exchanger_settings settings;
    settings.timeouts = config.timeouts;
    settings.pool = config.pool;
    settings.response_bytes_max = config.response_bytes_max;
    settings.endpoint = endpoint_of(config).where.str();
    settings.observer = config.observer;
    asio::any_io_executor const blocking =
        config.blocking_executor ? *config.blocking_executor : async::blocking_executor_of(executor);

    client_environment environment;
    environment.limits = std::make_shared<transfer_limits::state>(
        config.transfers, config.pool.connections_max, environment.time);
    settings.upload_rate = environment.limits->upload_rate;
    settings.download_rate = environment.limits->download_rate;
    net::dialer_settings dialing(config.tls, config.timeouts);
    dialing.factory = config.connection_factory;
    dialing.pool = config.pool;
    dialing.proxy = config.proxy;
    dialing.observer = config.observer;
    auto dialer = net::make_dialer(endpoint_of(config).where, std::move(dialing));
    environment.exchanger = net::make_http_exchanger(executor, blocking, std::move(dialer), settings);
    environment.clock = std::make_shared<base::system_clock>();
    environment.random = std::make_shared<base::system_random>();
    return environment;
}

} // namespace glacier
