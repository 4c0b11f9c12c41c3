// Vaults, pages, and errors in both forms.

#include "local_service.hpp"

#include <glacier/as_result.hpp>
#include <glacier/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;

asio::awaitable<void> list_all(glacier::client client)
{
    glacier::list_vaults_request request;
    do {
        glacier::list_vaults_result const page = co_await client.list_vaults(request);
        for (glacier::vault_description const& vault : page.vaults)
            std::cout << vault.vault_name << ' ' << vault.number_of_archives.value_or(0) << '\n';
        request.marker = page.marker;
    } while (request.marker);
}

asio::awaitable<void> run(glacier::client client)
{
    co_await client.create_vault(glacier::create_vault_request("photos"));
    co_await client.create_vault(glacier::create_vault_request("letters"));
    co_await list_all(client);

    // As an exception:
    try {
        co_await client.describe_vault(glacier::describe_vault_request("attic"));
    } catch (glacier::operation_error const& error) {
        std::cout << error.what() << '\n';
    }

    // As a value:
    auto const vault =
        co_await glacier::as_result(client.describe_vault(glacier::describe_vault_request("attic")));
    if (!vault && vault.error().code() == glacier::condition::not_found)
        std::cout << "no attic\n";
}

int main()
{
    local_service const service;
    asio::io_context context;
    std::exception_ptr failure;
    asio::co_spawn(context, run(glacier::client(context.get_executor(), service.config())),
                   [&failure](std::exception_ptr error) { failure = error; });
    context.run();
    if (failure)
        std::rethrow_exception(failure);
}
