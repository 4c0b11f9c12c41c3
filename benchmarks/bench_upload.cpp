// Uploads a file with this library, on one thread with an io_context of concurrency hint 1.
//
//     bench_upload port=N ca=FILE file=FILE [mode=blocks] [part-mib=16] [connections=4]

#include "arguments.hpp"
#include "bench_client.hpp"
#include "process_usage.hpp"

#include <glacier/transfer.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace asio = boost::asio;

namespace {

asio::awaitable<std::uint64_t> upload(glacier::client service, glacier::upload_file_request request)
{
    glacier::upload_file_result const done =
        co_await glacier::upload_file(std::move(service), std::move(request));
    co_return done.bytes;
}

void bench(benchmark_support::arguments const& given)
{
    if (std::string const mode = given.text("mode", "blocks"); mode != "blocks")
        throw std::invalid_argument("mode is blocks, not '" + mode + "'");
    glacier::upload_file_request request("bench", given.required("file"));
    request.size_of_part = glacier::part_size(given.number("part-mib", 16) * 1'048'576);
    request.concurrency = given.number("connections", 4);

    asio::io_context loop(1);
    glacier::client const client = benchmark_support::make_client(loop.get_executor(), given);
    std::exception_ptr failure;
    std::uint64_t bytes = 0;
    benchmark_support::stopwatch const clock;
    asio::co_spawn(loop, upload(client, std::move(request)),
                   [&](std::exception_ptr error, std::uint64_t sent) {
                       failure = error;
                       bytes = sent;
                   });
    loop.run();
    benchmark_support::elapsed const took = clock.read();
    if (failure)
        std::rethrow_exception(failure);
    benchmark_support::print_transfer(bytes, took);
}

} // namespace

int main(int count, char** words)
try {
    bench(benchmark_support::arguments(count, words));
} catch (std::exception const& error) {
    std::fprintf(stderr, "bench_upload: %s\n", error.what());
    return 1;
}
