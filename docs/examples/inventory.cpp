// The inventory of a vault, archive by archive while it arrives.

#include "local_service.hpp"

#include <glacier/client.hpp>
#include <glacier/inventory_reader.hpp>
#include <glacier/transfer.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;

asio::awaitable<void> store(glacier::client client, std::string description)
{
    glacier::upload_archive_request request("photos", glacier::body("bytes of " + description));
    request.description = description;
    co_await client.upload_archive(std::move(request));
}

asio::awaitable<glacier::job_description> make_inventory(glacier::client client)
{
    auto const started = co_await client.initiate_job(
        glacier::initiate_job_request("photos", glacier::job_parameters::inventory_retrieval()));
    // The service takes hours: the id can be kept, and another process take up the waiting.
    glacier::wait_for_job_request wait("photos", started.job);
    // The emulator of this example takes milliseconds.
    wait.interval_min = std::chrono::milliseconds(10);
    co_return co_await glacier::wait_for_job(client, std::move(wait));
}

asio::awaitable<void> list_archives(glacier::client client, glacier::job_description job)
{
    glacier::get_job_output_request request("photos", glacier::job_id(job.job));
    glacier::inventory_options options;
    options.size_in_bytes = job.inventory_size_in_bytes;
    glacier::inventory_reader reader(co_await client.get_job_output(std::move(request)), options);

    std::uint64_t bytes = 0;
    while (auto const archive = co_await reader.next()) {
        bytes += archive->size_in_bytes;
        std::cout << archive->description << ", tree hash " << archive->tree_hash.hex() << '\n';
    }
    std::cout << reader.parser().archives() << " archives, " << bytes << " bytes in "
              << reader.parser().vault_arn().value_or("an unnamed vault") << '\n';
}

asio::awaitable<void> run(glacier::client client)
{
    co_await client.create_vault(glacier::create_vault_request("photos"));
    co_await store(client, "box 7, \"slides\"");
    co_await store(client, "box 8");
    auto const job = co_await make_inventory(client);
    co_await list_archives(client, job);
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
