// One client in a server whose loop runs on several threads.

#include "local_service.hpp"

#include <glacier/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;

/// What one session knows. It is used on the session's strand only, so it needs no lock.
struct session_state {
    std::vector<std::string> seen;
};

asio::awaitable<void> serve(glacier::client client, std::shared_ptr<session_state> state)
{
    for (int i = 0; i < 10; ++i) {
        auto const vault = co_await client.describe_vault(glacier::describe_vault_request("photos"));
        // Back on the strand, whichever thread that is.
        state->seen.push_back(vault.vault_arn);
    }
}

int main()
{
    local_service const service;
    asio::io_context context;
    asio::thread_pool disks(4);

    glacier::client_config config = service.config();
    config.blocking_executor = disks.get_executor();
    glacier::client const client(context.get_executor(), config);
    asio::co_spawn(context, client.create_vault(glacier::create_vault_request("photos")),
                   [](std::exception_ptr error, auto const&) {
                       if (error)
                           std::rethrow_exception(error);
                   });
    context.run();
    context.restart();

    std::atomic<int> served = 0;
    for (int i = 0; i < 8; ++i) {
        auto const state = std::make_shared<session_state>();
        asio::co_spawn(asio::make_strand(context), serve(client, state),
                       [state, &served](std::exception_ptr error) {
                           if (!error && state->seen.size() == 10)
                               ++served;
                       });
    }
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&context] { context.run(); });
    for (std::thread& each : threads)
        each.join();
    std::cout << served << " sessions\n";
    return served == 8 ? 0 : 1;
}
