// Lists item by item, and waiting: for a vault, and for many jobs at once.

#include "local_service.hpp"

#include <glacier/pager.hpp>
#include <glacier/waiter.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;

asio::awaitable<void> list_vaults(glacier::client client)
{
    glacier::vault_pager vaults(client, glacier::list_vaults_request());
    while (auto vault = co_await vaults.next())
        std::cout << vault->vault_name << '\n';
}

asio::awaitable<void> list_parts(glacier::client client, glacier::upload_id upload)
{
    glacier::part_pager parts(client, glacier::list_parts_request("photos", upload));
    while (auto page = co_await parts.next_page())
        std::cout << page->size() << " parts of " << parts.upload()->part_size_in_bytes << " bytes\n";
}

asio::awaitable<void> make_vault(glacier::client client)
{
    co_await client.create_vault(glacier::create_vault_request("photos"));

    glacier::wait_for_vault_request wait("photos");
    wait.interval = std::chrono::seconds(1);
    glacier::vault_description const vault = co_await glacier::wait_until_vault_exists(client, wait);
    std::cout << vault.vault_arn << '\n';
}

asio::awaitable<std::vector<glacier::job_id>> start_jobs(glacier::client client)
{
    std::vector<std::string> const contents{"one", "two", "three"};
    std::vector<glacier::job_id> jobs;
    for (std::string const& text : contents) {
        glacier::upload_archive_request upload("photos", glacier::body(text));
        auto const archive = co_await client.upload_archive(upload);
        auto const parameters = glacier::job_parameters::archive_retrieval(archive.archive);
        auto const started =
            co_await client.initiate_job(glacier::initiate_job_request("photos", parameters));
        jobs.push_back(started.job);
    }
    co_return jobs;
}

asio::awaitable<void> fetch(glacier::client client, glacier::job_waiter jobs, glacier::job_id id)
{
    try {
        glacier::job_description const job = co_await jobs.wait(id, std::chrono::hours(24));
        std::cout << job.archive_size_in_bytes.value_or(0) << " bytes are ready\n";
    } catch (glacier::operation_error const& error) {
        if (error.code() == glacier::errc::job_failed)
            std::cout << "the service could not do it: " << error.details().message << '\n';
        else
            std::cout << error.what() << '\n';
        co_return;
    }
    glacier::get_job_output_request request("photos", id);
    glacier::job_output_stream output = co_await client.get_job_output(std::move(request));
    std::cout << co_await output.read_all(1'000) << '\n';
}

void report(std::exception_ptr error)
{
    if (error)
        std::rethrow_exception(error);
}

asio::awaitable<void> run(glacier::client client, glacier::job_waiter jobs)
{
    co_await make_vault(client);
    co_await list_vaults(client);

    glacier::initiate_multipart_upload_request initiate("photos", glacier::part_size(1'048'576));
    auto const upload = co_await client.initiate_multipart_upload(std::move(initiate));
    co_await list_parts(client, upload.upload);

    std::vector<glacier::job_id> const started = co_await start_jobs(client);
    for (glacier::job_id const& job : started)
        asio::co_spawn(client.get_executor(), fetch(client, jobs, job), report);
}

int main()
{
    local_service const service;
    asio::io_context context;
    glacier::client const client(context.get_executor(), service.config());

    // Jobs of this service end within milliseconds. For the real one the settings are as they should be.
    glacier::job_waiter_settings settings;
    settings.interval_min = std::chrono::milliseconds(5);
    settings.interval_max = std::chrono::milliseconds(20);
    glacier::job_waiter const jobs(client, "photos", settings);

    asio::co_spawn(context, run(client, jobs), report);
    context.run();
}
