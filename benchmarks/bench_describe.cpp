// Small operations: signed DescribeVault requests on one thread, over TLS connections that are kept alive.
//
//     CA=ca.pem bench_describe N CONCURRENT PORT
//
// Sends N requests for the vault `bench` to https://localhost:PORT, CONCURRENT of them at a time, and prints one line.
// Each of CONCURRENT coroutines sends its next request when it has the answer to the last one. The pool has its default
// size: with 32 in flight each has a connection, with more the others wait in the pool's line.
//
// With CONNECTION_PER_REQUEST=1 in the environment each request opens a connection, which measures handshakes, with
// RESUMPTION=0 no TLS session is taken up again, and with COUNT_HANDSHAKES=1 an observer counts both. Keys are those of Amazon's examples, unless AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set. CPU is user and
// system time of this process from the first request on, handshakes included.

#include "process_usage.hpp"

#include "base/decimal.hpp"

#include <glacier/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace asio = boost::asio;

namespace {

/// Counts the connections that a client opens.
class handshake_counter final : public glacier::observer {
public:
    void on_tls_handshake_ended(glacier::tls_handshake_ended const& event) noexcept override
    {
        ++(event.resumed ? resumed : full);
    }

    std::uint64_t full = 0;
    std::uint64_t resumed = 0;
};

/// What the coroutines share; one thread runs them all.
struct work {
    std::uint64_t left = 0;
    std::uint64_t answered = 0;
};

asio::awaitable<void> describe_until_done(glacier::client client, std::shared_ptr<work> shared)
{
    while (shared->left > 0) {
        --shared->left;
        glacier::describe_vault_request request("bench");
        glacier::vault_description const found = co_await client.describe_vault(std::move(request));
        if (found.vault_name != "bench")
            throw std::runtime_error("the answer is about the vault '" + found.vault_name + "'");
        ++shared->answered;
    }
}

std::string environment(char const* name, std::string otherwise)
{
    char const* const value = std::getenv(name);
    return value != nullptr ? value : std::move(otherwise);
}

std::uint64_t number(char const* text, char const* name, std::uint64_t most)
{
    auto const value = glacier::base::parse_decimal(text);
    if (!value || *value == 0 || *value > most)
        throw std::invalid_argument(std::string(name) + " is a number from 1 to " + std::to_string(most) +
                                    ", not '" + text + "'");
    return *value;
}

void bench(std::uint64_t count, std::uint64_t concurrent, std::uint64_t port)
{
    glacier::client_config config;
    config.region = environment("AWS_REGION", "us-east-1");
    config.endpoint = "https://localhost:" + std::to_string(port);
    if (std::string const ca = environment("CA", ""); !ca.empty())
        config.tls.ca_bundle = ca;
    config.credentials = glacier::static_credentials(
        glacier::credentials(environment("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
                             glacier::secret_string(environment(
                                 "AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))));
    // No connection is young enough to be used again.
    if (environment("CONNECTION_PER_REQUEST", "") == "1")
        config.pool.life_max = std::chrono::milliseconds(0);
    if (environment("RESUMPTION", "") == "0")
        config.pool.tls_sessions_max = 0;
    auto const counter = std::make_shared<handshake_counter>();
    // Without it nothing is told, so that what is measured is what users have who want no events.
    if (environment("COUNT_HANDSHAKES", "") == "1")
        config.observer = counter;

    // One thread runs the loop, so it needs no locks.
    asio::io_context loop(1);
    glacier::client const client(loop.get_executor(), std::move(config));
    auto const shared = std::make_shared<work>();
    shared->left = count;
    std::exception_ptr failure;
    auto const on_end = [&](std::exception_ptr error) {
        if (!error || failure)
            return;
        failure = error;
        loop.stop();
    };
    std::uint64_t const idle_rss = benchmark_support::resident_bytes();
    benchmark_support::stopwatch const clock;
    for (std::uint64_t i = 0; i < concurrent; ++i)
        asio::co_spawn(loop, describe_until_done(client, shared), on_end);
    loop.run();
    benchmark_support::elapsed const took = clock.read();
    if (failure)
        std::rethrow_exception(failure);

    double const done = static_cast<double>(shared->answered);
    std::printf(
        "operations %llu concurrent %llu seconds %.3f operations/s %.0f cpu_us/operation %.2f user_us %.2f "
        "system_us %.2f peak_rss_mib %.1f bytes/pending %.0f",
        static_cast<unsigned long long>(shared->answered), static_cast<unsigned long long>(concurrent),
        took.wall, done / took.wall, (took.user + took.system) / done * 1e6, took.user / done * 1e6,
        took.system / done * 1e6, static_cast<double>(benchmark_support::peak_resident_bytes()) / 1'048'576,
        static_cast<double>(benchmark_support::peak_resident_bytes() - idle_rss) /
            static_cast<double>(concurrent));
    if (environment("COUNT_HANDSHAKES", "") == "1")
        std::printf(" handshakes %llu resumed %llu",
                    static_cast<unsigned long long>(counter->full + counter->resumed),
                    static_cast<unsigned long long>(counter->resumed));
    std::printf("\n");
}

} // namespace

int main(int count, char** arguments)
try {
    if (count != 4) {
        std::fprintf(stderr, "usage: CA=FILE %s N CONCURRENT PORT\n", arguments[0]);
        return 2;
    }
    bench(number(arguments[1], "N", 1'000'000'000), number(arguments[2], "CONCURRENT", 10'000),
          number(arguments[3], "PORT", 65'535));
    return 0;
} catch (std::exception const& error) {
    std::fprintf(stderr, "bench_describe: %s\n", error.what());
    return 1;
}
