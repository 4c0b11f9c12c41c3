// Uploads a file with this library, on one thread with an io_context of concurrency hint 1.
//
//     bench_upload port=N ca=FILE file=FILE [mode=blocks|mapped|memory] [hash=quickest] [part-mib=16] [connections=4]
//                  [uploads=1] [ticker=1]
//
// `uploads` of the same file run at once. With `ticker` a timer on the loop notes how late it is.

#include "arguments.hpp"
#include "bench_client.hpp"

#include "async/task_group.hpp"

#include <glacier/transfer.hpp>

#include <boost/asio/this_coro.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace asio = boost::asio;

namespace {

/// What is uploaded, and how often at once.
struct work {
    explicit work(glacier::upload_file_request its_file) : file(std::move(its_file)) {}

    glacier::upload_file_request file;
    /// The same content in memory, if that is what is uploaded.
    std::optional<glacier::body> content;
    std::uint64_t uploads = 1;
};

asio::awaitable<void> upload(glacier::client service, std::shared_ptr<work const> wanted,
                             std::shared_ptr<std::uint64_t> bytes)
{
    glacier::upload_result done;
    if (wanted->content) {
        glacier::upload_body_request request(wanted->file.vault, *wanted->content);
        static_cast<glacier::upload_settings&>(request) = wanted->file;
        done = co_await glacier::upload_body(std::move(service), std::move(request));
    } else {
        glacier::upload_file_request request = wanted->file;
        done = co_await glacier::upload_file(std::move(service), std::move(request));
    }
    *bytes += done.bytes;
}

asio::awaitable<void> start_and_wait(glacier::async::task_group& group, glacier::client service,
                                     std::shared_ptr<work const> wanted, std::shared_ptr<std::uint64_t> bytes)
{
    for (std::uint64_t i = 0; i < wanted->uploads; ++i)
        group.start(i, upload(service, wanted, bytes));
    while (group.size() > 0) {
        auto const ended = co_await group.next();
        if (ended->error)
            std::rethrow_exception(ended->error);
    }
}

asio::awaitable<std::uint64_t> upload_all(glacier::client service, std::shared_ptr<work const> wanted)
{
    auto const bytes = std::make_shared<std::uint64_t>(0);
    glacier::async::task_group group(co_await asio::this_coro::executor);
    co_await group.run(start_and_wait(group, std::move(service), std::move(wanted), bytes));
    co_return *bytes;
}

std::string read_all(std::string const& path)
{
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

void bench(benchmark_support::arguments const& given)
{
    std::string const path = given.required("file");
    auto const wanted = std::make_shared<work>(glacier::upload_file_request("bench", path));
    if (std::string const mode = given.text("mode", "blocks"); mode == "mapped")
        wanted->file.access = glacier::file_access::mapped;
    else if (mode == "memory")
        wanted->content = glacier::body(read_all(path));
    else if (mode != "blocks")
        throw std::invalid_argument("mode is blocks, mapped or memory, not '" + mode + "'");
    wanted->file.size_of_part = glacier::part_size(given.number("part-mib", 16) * 1'048'576);
    wanted->file.concurrency = given.number("connections", 4);
    wanted->uploads = given.number("uploads", 1);
    benchmark_support::run_transfer(
        given, [&](glacier::client const& service) { return upload_all(service, wanted); });
}

} // namespace

int main(int count, char** words)
try {
    bench(benchmark_support::arguments(count, words));
} catch (std::exception const& error) {
    std::fprintf(stderr, "bench_upload: %s\n", error.what());
    return 1;
}
