// A test of code that keeps backups in Glacier, with the service in the same process.

#include <glacier/client.hpp>
#include <glacier/config.hpp>
#include <glacier/emulator.hpp>
#include <glacier/transfer.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>

namespace asio = boost::asio;

// What is tested. It knows nothing of the emulator.
asio::awaitable<glacier::archive_id> back_up(glacier::client client, std::filesystem::path file)
{
    co_await client.create_vault(glacier::create_vault_request("backups"));
    glacier::upload_file_request request("backups", std::move(file));
    glacier::upload_result const result = co_await glacier::upload_file(client, std::move(request));
    co_return result.archive;
}

asio::awaitable<void> restore(glacier::client client, glacier::archive_id archive, std::filesystem::path file)
{
    glacier::retrieve_archive_request request("backups", std::move(archive), std::move(file));
    request.tier = glacier::tier::bulk;
    co_await glacier::retrieve_archive(client, std::move(request));
}

// The test's own directory, gone with it.
struct temporary_directory {
    temporary_directory() : path((std::filesystem::temp_directory_path() / "backup-test-XXXXXX").string())
    {
        if (::mkdtemp(path.data()) == nullptr)
            std::abort();
    }
    temporary_directory(temporary_directory const&) = delete;
    temporary_directory& operator=(temporary_directory const&) = delete;
    ~temporary_directory() { std::filesystem::remove_all(path); }

    std::string path;
};

template <class T>
T run(asio::io_context& context, asio::awaitable<T> operation)
{
    auto outcome = asio::co_spawn(context, std::move(operation), asio::use_future);
    context.restart();
    context.run();
    return outcome.get();
}

void expect(bool holds, char const* what)
{
    if (!holds) {
        std::cerr << "failed: " << what << '\n';
        std::exit(1);
    }
}

int main()
{
    temporary_directory const directory;
    std::filesystem::path const files = directory.path;

    // On a free port, so that tests can run side by side. The hours of a retrieval become milliseconds.
    glacier::emulator_options options(files / "service");
    options.job_delay = std::chrono::milliseconds(10);
    options.inventory_period = std::chrono::milliseconds(0);
    // Called by several threads.
    std::atomic<int> refused = 0;
    options.on_request = [&refused](glacier::emulator_request const& request) {
        if (request.status >= 400)
            ++refused;
    };
    glacier::emulator service(options);

    glacier::client_config config;
    config.region = options.region;
    config.endpoint = service.endpoint_url();
    config.credentials = glacier::static_credentials(options.identity);

    std::string const content(3'000'000, 'b');
    std::ofstream(files / "original", std::ios::binary) << content;
    asio::io_context context;
    glacier::client const client(context.get_executor(), std::move(config));

    glacier::archive_id const archive = run(context, back_up(client, files / "original"));
    run(context, restore(client, archive, files / "restored"));

    std::ifstream restored(files / "restored", std::ios::binary);
    expect(std::string(std::istreambuf_iterator<char>(restored), {}) == content, "the file is the same");

    // After this nothing calls on_request any more.
    service.stop();
    expect(refused == 0, "the service refused nothing");
}
