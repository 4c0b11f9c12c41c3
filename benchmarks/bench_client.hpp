#pragma once

#include "arguments.hpp"
#include "hash_path_name.hpp"
#include "loop_ticker.hpp"
#include "process_usage.hpp"

#include <glacier/client.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace benchmark_support {

/// A client of the server at `port=N`, which trusts `ca=FILE`, and hashes by `hash=quickest`, `openssl`, `sha_ni` or
/// `avx512`. The keys are those of Amazon's examples.
inline glacier::client make_client(boost::asio::any_io_executor executor, arguments const& given)
{
    glacier::client_config config;
    config.region = "us-east-1";
    config.endpoint = "https://localhost:" + given.required("port");
    config.tls.ca_bundle = given.required("ca");
    config.credentials = glacier::static_credentials(glacier::credentials(
        given.text("access-key", "AKIAIOSFODNN7EXAMPLE"),
        glacier::secret_string(given.text("secret-key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))));
    if (std::string const hash = given.text("hash", "quickest"); hash != "quickest")
        config.transfers.hashing = hash_path_of(hash);
    return glacier::client(std::move(executor), std::move(config));
}

/// Runs `start(client)`, which gives the bytes that it has moved, on a loop of one thread and concurrency hint 1, and
/// prints what it took; with `ticker=1` also how late a timer on the loop was.
template <class Start>
void run_transfer(arguments const& given, Start start)
{
    boost::asio::io_context loop(1);
    glacier::client const client = make_client(loop.get_executor(), given);
    std::optional<loop_ticker> ticker;
    if (given.number("ticker", 0) != 0)
        ticker.emplace(loop);
    std::exception_ptr failure;
    std::uint64_t bytes = 0;
    stopwatch const clock;
    boost::asio::co_spawn(loop, start(client), [&](std::exception_ptr error, std::uint64_t moved) {
        failure = error;
        bytes = moved;
        if (ticker)
            ticker->stop();
    });
    loop.run();
    elapsed const took = clock.read();
    if (failure)
        std::rethrow_exception(failure);
    print_transfer(bytes, took);
    if (ticker)
        ticker->print();
}

} // namespace benchmark_support
