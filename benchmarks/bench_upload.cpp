// Uploads a file with this library, on one thread with an io_context of concurrency hint 1.
//
//     bench_upload port=N ca=FILE file=FILE [mode=blocks] [part-mib=16] [connections=4] [uploads=1] [ticker=1]
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
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace asio = boost::asio;

namespace {

asio::awaitable<void> upload(glacier::client service, glacier::upload_file_request request,
                             std::shared_ptr<std::uint64_t> bytes)
{
    glacier::upload_file_result const done =
        co_await glacier::upload_file(std::move(service), std::move(request));
    *bytes += done.bytes;
}

asio::awaitable<void> start_and_wait(glacier::async::task_group& group, glacier::client service,
                                     glacier::upload_file_request request, std::uint64_t uploads,
                                     std::shared_ptr<std::uint64_t> bytes)
{
    for (std::uint64_t i = 0; i < uploads; ++i)
        group.start(i, upload(service, request, bytes));
    while (group.size() > 0) {
        auto const ended = co_await group.next();
        if (ended->error)
            std::rethrow_exception(ended->error);
    }
}

asio::awaitable<std::uint64_t> upload_all(glacier::client service, glacier::upload_file_request request,
                                          std::uint64_t uploads)
{
    auto const bytes = std::make_shared<std::uint64_t>(0);
    glacier::async::task_group group(co_await asio::this_coro::executor);
    co_await group.run(start_and_wait(group, std::move(service), std::move(request), uploads, bytes));
    co_return *bytes;
}

void bench(benchmark_support::arguments const& given)
{
    if (std::string const mode = given.text("mode", "blocks"); mode != "blocks")
        throw std::invalid_argument("mode is blocks, not '" + mode + "'");
    glacier::upload_file_request request("bench", given.required("file"));
    request.size_of_part = glacier::part_size(given.number("part-mib", 16) * 1'048'576);
    request.concurrency = given.number("connections", 4);
    std::uint64_t const uploads = given.number("uploads", 1);
    benchmark_support::run_transfer(
        given, [&](glacier::client const& service) { return upload_all(service, request, uploads); });
}

} // namespace

int main(int count, char** words)
try {
    bench(benchmark_support::arguments(count, words));
} catch (std::exception const& error) {
    std::fprintf(stderr, "bench_upload: %s\n", error.what());
    return 1;
}
