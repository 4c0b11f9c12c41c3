// A file goes up as concurrent parts, comes back as concurrent ranges, and is verified on the way.

#include "local_service.hpp"

#include <glacier/transfer.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <fstream>
#include <iostream>

namespace asio = boost::asio;

asio::awaitable<void> store_and_restore(glacier::client client, std::filesystem::path directory)
{
    co_await client.create_vault(glacier::create_vault_request("photos"));

    glacier::upload_file_request upload("photos", directory / "2026.tar");
    upload.description = "photos of 2026";
    upload.size_of_part = glacier::part_size(1'048'576);
    upload.concurrency = 3;
    upload.on_progress = [](glacier::transfer_progress const& progress) {
        std::cout << progress.parts_done << " of " << progress.parts_total << " parts\n";
    };
    glacier::upload_result const archive = co_await glacier::upload_file(client, std::move(upload));
    std::cout << "archive " << archive.archive.str() << ", tree hash " << archive.tree_hash.hex() << '\n';

    glacier::retrieve_archive_request retrieve("photos", archive.archive, directory / "restored.tar");
    retrieve.tier = glacier::tier::bulk;
    retrieve.on_job = [](glacier::retrieval_job const& found) {
        std::cout << "job " << found.job.str() << '\n';
    };
    glacier::retrieve_archive_result const restored =
        co_await glacier::retrieve_archive(client, std::move(retrieve));
    std::cout << restored.download.bytes << " bytes verified\n";
}

int main()
{
    local_service const service;
    std::ofstream(service.directory() / "2026.tar") << std::string(5'000'000, 'x');

    asio::io_context context;
    glacier::client const client(context.get_executor(), service.config());
    std::exception_ptr failure;
    asio::co_spawn(context, store_and_restore(client, service.directory()),
                   [&failure](std::exception_ptr error) { failure = error; });
    context.run();
    if (failure)
        std::rethrow_exception(failure);
}
