// Downloads the output of a job with this library, on one thread with an io_context of concurrency hint 1.
//
//     bench_download port=N ca=FILE job=ID file=FILE [range-mib=16] [connections=4] [ticker=1]
//
// With `ticker` a timer on the loop notes how late it is.

#include "arguments.hpp"
#include "bench_client.hpp"

#include <glacier/transfer.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <utility>

namespace asio = boost::asio;

namespace {

asio::awaitable<std::uint64_t> download(glacier::client service, glacier::download_job_output_request request)
{
    glacier::download_result const done =
        co_await glacier::download_job_output(std::move(service), std::move(request));
    co_return done.bytes;
}

void bench(benchmark_support::arguments const& given)
{
    glacier::download_job_output_request request("bench", given.required("job"), given.required("file"));
    request.size_of_range = glacier::part_size(given.number("range-mib", 16) * 1'048'576);
    request.concurrency = given.number("connections", 4);
    benchmark_support::run_transfer(
        given, [&](glacier::client const& service) { return download(service, std::move(request)); });
}

} // namespace

int main(int count, char** words)
try {
    bench(benchmark_support::arguments(count, words));
} catch (std::exception const& error) {
    std::fprintf(stderr, "bench_download: %s\n", error.what());
    return 1;
}
