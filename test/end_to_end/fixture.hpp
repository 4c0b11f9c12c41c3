#pragma once

#include "support/temporary_directory.hpp"

#include <glacier/client.hpp>
#include <glacier/emulator.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <utility>
#include <vector>

namespace glacier::test {

/// An emulator with TLS in a directory of its own, and a client of it.
struct end_to_end_fixture {
    end_to_end_fixture() { start(); }

    void start()
    {
        emulator.reset();
        emulator_options options(directory.path() / "data");
        options.tls = true;
        options.inventory_period = std::chrono::milliseconds(0);
        options.job_delay = std::chrono::milliseconds(0);
        options.on_request = on_request;
        options.identities = identities;
        emulator.emplace(std::move(options));
    }

    client_config config() const
    {
        client_config made;
        made.region = "us-east-1";
        made.endpoint = emulator->endpoint_url();
        made.tls.ca_bundle = emulator->ca_certificate();
        made.retry.delay_base = std::chrono::milliseconds(1);
        made.retry.delay_base_of_throttling = std::chrono::milliseconds(1);
        made.credentials = static_credentials(
            credentials("AKIAIOSFODNN7EXAMPLE", secret_string("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")));
        return made;
    }

    client connect() { return client(context.get_executor(), config()); }

    /// Runs an operation to its end, and returns or rethrows its outcome.
    template <class T>
    T run(asio::awaitable<T> operation)
    {
        auto outcome = asio::co_spawn(context, std::move(operation), asio::use_future);
        context.restart();
        context.run_for(std::chrono::seconds(30));
        BOOST_TEST_REQUIRE((outcome.wait_for(std::chrono::seconds(0)) == std::future_status::ready));
        return outcome.get();
    }

    temporary_directory directory;
    /// For the next start().
    std::function<void(emulator_request const&)> on_request;
    /// The same.
    std::vector<credentials> identities;
    std::optional<glacier::emulator> emulator;
    asio::io_context context;
};

} // namespace glacier::test
