// What a client can be told, and what it tells of its connections.

#include "local_service.hpp"

#include <glacier/client.hpp>
#include <glacier/proxy.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdlib>
#include <exception>
#include <iostream>

namespace asio = boost::asio;

glacier::client_config patient_and_small(glacier::client_config config)
{
    config.pool.connections_max = 8;
    config.pool.waiting_max = 1'000;
    config.timeouts.connect = std::chrono::seconds(3);
    config.timeouts.connection_wait = std::chrono::seconds(30);
    return config;
}

glacier::client_config through_a_proxy(glacier::client_config config)
{
    glacier::proxy_settings proxy("proxy.example.com", 3'128);
    proxy.user = "archivist";
    proxy.password = glacier::secret_string("open sesame");
    proxy.bypass = "localhost,127.0.0.1,10.0.0.0/8,.internal.example.com";
    config.proxy = std::move(proxy);
    return config;
}

glacier::client_config modest(glacier::client_config config)
{
    config.transfers.memory_max = std::size_t(32) * 1'048'576;
    config.transfers.upload_rate_max = 20'000'000;
    return config;
}

void full_speed(glacier::client const& client)
{
    glacier::transfer_limits limits = client.limits();
    limits.set_upload_rate_max(0);
    std::cout << limits.memory_reserved() << " of " << limits.memory_max() << " bytes reserved, "
              << limits.memory_waiting() << " wait\n";
}

asio::awaitable<void> use(glacier::client client)
{
    std::size_t const opened = co_await client.warm_up(4);
    co_await client.create_vault(glacier::create_vault_request("photos"));
    glacier::pool_statistics const now = client.pool_statistics();
    std::cout << opened << " connections ahead, " << now.open << " open, " << now.idle << " idle, "
              << now.reused << " times reused, " << now.waiting << " operations waiting\n";
}

int main()
{
    local_service const service;
    asio::io_context context;
    // The emulator is on this machine, so the proxy is bypassed.
    glacier::client const client(context.get_executor(),
                                 modest(through_a_proxy(patient_and_small(service.config()))));
    full_speed(client);
    std::exception_ptr failure;
    asio::co_spawn(context, use(client), [&failure](std::exception_ptr error) { failure = error; });
    context.run();
    if (failure)
        std::rethrow_exception(failure);
    if (client.pool_statistics().opened != 4 || client.limits().upload_rate_max() != 0)
        return EXIT_FAILURE;
}
