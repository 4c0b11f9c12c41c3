// Operations from code that is not a coroutine: any completion token goes through co_spawn.

#include "local_service.hpp"

#include <glacier/client.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <iostream>

namespace asio = boost::asio;

asio::awaitable<void> with_as_tuple(glacier::client client)
{
    asio::any_io_executor const executor = client.get_executor();
    auto token = asio::as_tuple(asio::use_awaitable);
    auto const outcome = co_await asio::co_spawn(executor, client.list_vaults(), token);
    std::cout << "as_tuple: " << std::get<1>(outcome).vaults.size() << " vaults\n";
}

int main()
{
    local_service const service;
    asio::io_context context;
    glacier::client const client(context.get_executor(), service.config());

    // A future.
    std::future<glacier::create_vault_result> created = asio::co_spawn(
        context, client.create_vault(glacier::create_vault_request("photos")), asio::use_future);
    context.run();
    std::cout << "future: " << created.get().location << '\n';

    // A callback, with a deadline or a button that cancels.
    asio::cancellation_signal cancel;
    context.restart();
    asio::co_spawn(context, client.describe_vault(glacier::describe_vault_request("photos")),
                   asio::bind_cancellation_slot(
                       cancel.slot(), [](std::exception_ptr error, glacier::vault_description const& vault) {
                           std::cout << "callback: " << (error ? "failed" : vault.vault_arn) << '\n';
                       }));
    context.run();

    // Deferred: started when the second part is given.
    context.restart();
    auto describe = asio::co_spawn(context, client.describe_vault(glacier::describe_vault_request("photos")),
                                   asio::deferred);
    std::move(describe)([](std::exception_ptr error, glacier::vault_description const&) {
        std::cout << "deferred: " << (error ? "failed" : "done") << '\n';
    });
    context.run();

    context.restart();
    asio::co_spawn(context, with_as_tuple(client), asio::use_future);
    context.run();
}
