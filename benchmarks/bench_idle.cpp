// A loop with nothing on it but a timer of 1 ms, which notes how late it is: what the machine itself does.
//
//     bench_idle [seconds=2]

#include "arguments.hpp"
#include "loop_ticker.hpp"
#include "process_usage.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>

int main(int count, char** words)
try {
    benchmark_support::arguments const given(count, words);
    boost::asio::io_context loop(1);
    benchmark_support::loop_ticker ticker(loop);
    boost::asio::steady_timer end(
        loop, std::chrono::seconds(static_cast<std::int64_t>(given.number("seconds", 2))));
    end.async_wait([&ticker](boost::system::error_code) { ticker.stop(); });
    benchmark_support::stopwatch const clock;
    loop.run();
    benchmark_support::print_transfer(0, clock.read());
    ticker.print();
} catch (std::exception const& error) {
    std::fprintf(stderr, "bench_idle: %s\n", error.what());
    return 1;
}
