#include "client/waiter.hpp"

#include <boost/asio/this_coro.hpp>

#include <optional>
#include <string>
#include <utility>

namespace glacier {

namespace {

using optional_vault = std::optional<vault_description>;

/// The vault, or nothing if there is none.
asio::awaitable<optional_vault> look_at_vault(client service, describe_vault_request request)
{
    try {
        co_return co_await service.describe_vault(std::move(request));
    } catch (operation_error const& error) {
        if (error.code() != condition::not_found)
            throw;
    }
    co_return std::nullopt;
}

/// Looks until the vault is there, or is not.
asio::awaitable<optional_vault> wait_for_vault(client service, wait_for_vault_request request, bool exists,
                                               std::shared_ptr<async::time_source> time)
{
    if (request.interval <= std::chrono::milliseconds::zero())
        throw invalid_value(errc::invalid_option,
                            "interval " + std::to_string(request.interval.count()) + " ms");
    if (request.attempts_max < 1)
        throw invalid_value(errc::invalid_option, "attempts_max " + std::to_string(request.attempts_max));

    auto const timer = time->make_timer(co_await asio::this_coro::executor);
    for (int attempt = 1; attempt <= request.attempts_max; ++attempt) {
        if (attempt > 1)
            co_await timer->wait_until(time->now() + request.interval);
        optional_vault vault = co_await look_at_vault(service, describe_vault_request(request.vault));
        if (vault.has_value() == exists)
            co_return vault;
    }
    error_details details;
    details.operation = exists ? "wait until vault exists" : "wait until vault does not exist";
    details.resource = "vault " + request.vault.str();
    details.message = std::to_string(request.attempts_max) + " looks, one every " +
                      std::to_string(request.interval.count()) + " ms";
    throw operation_error(errc::wait_timeout, std::move(details));
}

} // namespace

asio::awaitable<vault_description> wait_until_vault_exists(client service, wait_for_vault_request request,
                                                           std::shared_ptr<async::time_source> time)
{
    optional_vault vault =
        co_await wait_for_vault(std::move(service), std::move(request), true, std::move(time));
    co_return std::move(*vault);
}

asio::awaitable<void> wait_until_vault_not_exists(client service, wait_for_vault_request request,
                                                  std::shared_ptr<async::time_source> time)
{
    co_await wait_for_vault(std::move(service), std::move(request), false, std::move(time));
}

asio::awaitable<vault_description> wait_until_vault_exists(client service, wait_for_vault_request request)
{
    return wait_until_vault_exists(std::move(service), std::move(request), async::system_time());
}

asio::awaitable<void> wait_until_vault_not_exists(client service, wait_for_vault_request request)
{
    return wait_until_vault_not_exists(std::move(service), std::move(request), async::system_time());
}

} // namespace glacier
