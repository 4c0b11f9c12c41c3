// Whom a client trusts, what it shows of itself, and what it says of a peer that it does not trust.

#include "local_service.hpp"

#include <glacier/as_result.hpp>
#include <glacier/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>
#include <string_view>

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// What somebody can do about a peer that was refused.
std::string_view advice(glacier::error_code const& code)
{
    if (code == glacier::errc::certificate_untrusted || code == glacier::errc::certificate_self_signed)
        return "put its authority into tls_settings::ca_bundle, if it is to be trusted";
    if (code == glacier::errc::certificate_expired || code == glacier::errc::certificate_not_yet_valid)
        return "look at the clock of this machine, then at the server's certificate";
    if (code == glacier::errc::certificate_host_mismatch)
        return "look at the endpoint, and at where its name leads to";
    return "ask whoever runs the server, or the proxy in between";
}

asio::awaitable<void> run(glacier::client trusting, glacier::client strict)
{
    co_await trusting.create_vault(glacier::create_vault_request("photos"));

    glacier::describe_vault_request request("photos");
    auto const vault = co_await glacier::as_result(strict.describe_vault(std::move(request)));
    if (!vault)
        std::cout << vault.error().what() << ": " << advice(vault.error().code()) << '\n';
}

int main()
{
    local_service const service;
    asio::io_context context;

    glacier::client_config config = service.config();
    config.tls.version_min = glacier::tls_version::tls_1_3;
    config.tls.ciphersuites = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
    config.timeouts.throughput_min = 10'000; // bytes per second
    config.timeouts.throughput_window = 1min;

    // Trusts the system's authorities, which know nothing of the emulator's own.
    glacier::client_config strict = config;
    strict.tls.ca_bundle.reset();

    std::exception_ptr failure;
    asio::co_spawn(context,
                   run(glacier::client(context.get_executor(), std::move(config)),
                       glacier::client(context.get_executor(), std::move(strict))),
                   [&failure](std::exception_ptr error) { failure = error; });
    context.run();
    if (failure)
        std::rethrow_exception(failure);
}
