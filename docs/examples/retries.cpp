// How failed requests are repeated: for all operations of a client, and for some of them.

#include "local_service.hpp"

#include <glacier/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <string>

namespace asio = boost::asio;

/// A page that a user waits for: rather an error than a long wait.
asio::awaitable<void> show_vault(glacier::client client)
{
    glacier::call_settings hasty;
    hasty.retry = glacier::retry_settings::none();
    hasty.operation_timeout = std::chrono::seconds(2);
    glacier::client const impatient = client.with(hasty);

    auto const vault = co_await impatient.describe_vault(glacier::describe_vault_request("photos"));
    std::cout << vault.vault_arn << '\n';
}

/// Work of the night that must outlast failures of the network.
asio::awaitable<void> store_copy(glacier::client client)
{
    glacier::call_settings patient;
    patient.retry = glacier::retry_settings::patient();

    glacier::upload_archive_request upload("photos", glacier::body(std::string("a copy")));
    auto const stored = co_await client.with(patient).upload_archive(upload);
    std::cout << stored.archive.str() << '\n';
}

asio::awaitable<void> show_all(glacier::client client)
{
    co_await client.create_vault(glacier::create_vault_request("photos"));
    co_await store_copy(client);
    co_await show_vault(client);
}

int main()
{
    local_service const service;
    asio::io_context context;

    glacier::client_config config = service.config();
    config.retry = glacier::retry_settings::adaptive();
    config.retry.attempts_max = 5;
    config.application_id = "photo-archive";
    glacier::client const client(context.get_executor(), config);

    std::exception_ptr failed;
    asio::co_spawn(context, show_all(client), [&failed](std::exception_ptr error) { failed = error; });
    context.run();
    if (failed)
        std::rethrow_exception(failed);
}
