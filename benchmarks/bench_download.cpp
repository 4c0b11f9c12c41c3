// Downloads the output of a job with this library, on one thread with an io_context of concurrency hint 1.
//
//     bench_download port=N ca=FILE job=ID [file=FILE] [hash=quickest] [range-mib=16] [connections=4] [ticker=1]
//
// Without a file the output goes into a sink that drops it. With `ticker` a timer on the loop notes how late it is.

#include "arguments.hpp"
#include "bench_client.hpp"

#include <glacier/transfer.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace asio = boost::asio;

namespace {

class dropping_sink final : public glacier::stream_sink {
public:
    asio::awaitable<void> write(std::span<std::byte const> /*bytes*/) override { co_return; }
};

asio::awaitable<std::uint64_t> download(glacier::client service, glacier::download_job_output_request request)
{
    glacier::download_result const done =
        co_await glacier::download_job_output(std::move(service), std::move(request));
    co_return done.bytes;
}

asio::awaitable<std::uint64_t> stream(glacier::client service, glacier::stream_job_output_request request)
{
    glacier::download_result const done =
        co_await glacier::stream_job_output(std::move(service), std::move(request));
    co_return done.bytes;
}

void bench(benchmark_support::arguments const& given)
{
    glacier::job_id const job(given.required("job"));
    std::string const file = given.text("file", "");
    std::uint64_t const range_mib = given.number("range-mib", file.empty() ? 4 : 16);
    glacier::part_size const size_of_range(range_mib * 1'048'576);
    std::size_t const concurrency = given.number("connections", 4);
    if (file.empty()) {
        glacier::stream_job_output_request request("bench", job, std::make_shared<dropping_sink>());
        request.size_of_range = size_of_range;
        request.concurrency = concurrency;
        benchmark_support::run_transfer(
            given, [&](glacier::client const& service) { return stream(service, std::move(request)); });
        return;
    }
    glacier::download_job_output_request request("bench", job, file);
    request.size_of_range = size_of_range;
    request.concurrency = concurrency;
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
