#include "net/dialer.hpp"

#include "async/event.hpp"
#include "net/deadline.hpp"
#include "net/make_connection.hpp"
#include "net/open_by_factory.hpp"
#include "net/tls_handshake.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace glacier::net {

namespace {

using asio::ip::tcp;

/// A look-up under way. Whoever waits may go before it ends: getaddrinfo() cannot be interrupted.
struct look_up_state {
    explicit look_up_state(asio::any_io_executor strand) : resolver(std::move(strand)) {}

    tcp::resolver resolver;
    async::event done;
    error_code error;
    std::vector<tcp::endpoint> endpoints;
};

class system_dialer final : public dialer {
public:
    system_dialer(protocol::endpoint target, dialer_settings settings)
        : target_(std::move(target)), timeouts_(settings.timeouts), factory_(std::move(settings.factory))
    {
        if (target_.tls)
            tls_.emplace(target_, settings.tls, timeouts_.tls_handshake, std::move(settings.observer));
    }

    asio::awaitable<std::unique_ptr<connection>> dial(asio::any_io_executor strand) override
    {
        tcp::socket socket = co_await open(strand);
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        if (!tls_)
            co_return make_connection(std::move(socket));
        co_return make_connection(co_await tls_->handshake(std::move(socket)));
    }

private:
    asio::awaitable<tcp::socket> open(asio::any_io_executor strand)
    {
        if (factory_)
            co_return co_await open_by_factory(strand, factory_, target_, timeouts_.connect);
        std::vector<tcp::endpoint> const endpoints = co_await resolve(strand);
        co_return co_await connect(strand, endpoints);
    }

    asio::awaitable<std::vector<tcp::endpoint>> resolve(asio::any_io_executor strand)
    {
        error_code not_numeric;
        auto const address = asio::ip::make_address(target_.host, not_numeric);
        if (!not_numeric)
            co_return std::vector<tcp::endpoint>(1, tcp::endpoint(address, target_.port));

        auto const state = std::make_shared<look_up_state>(strand);
        state->resolver.async_resolve(
            target_.host, std::to_string(target_.port), tcp::resolver::numeric_service,
            [state, setter = async::event_setter(std::shared_ptr<async::event>(state, &state->done))](
                error_code const& error, tcp::resolver::results_type const& results) {
                if (state->done.is_set())
                    return;
                state->error = error;
                for (auto const& entry : results)
                    state->endpoints.push_back(entry.endpoint());
            });
        deadline limit(strand, [state] { state->done.set(); });
        limit.expires_after(timeouts_.resolve, errc::resolve_timeout);
        if (!co_await state->done.wait())
            throw boost::system::system_error(asio::error::operation_aborted);
        if (limit.expired())
            throw connection_error(errc::resolve_timeout, target_.host);
        if (state->error)
            throw connection_error(state->error, "looking up the host name " + target_.host);
        co_return std::move(state->endpoints);
    }

    asio::awaitable<tcp::socket> connect(asio::any_io_executor strand,
                                         std::vector<tcp::endpoint> const& endpoints)
    {
        tcp::socket socket(strand);
        deadline limit(strand, [&socket] {
            error_code ignored;
            socket.close(ignored);
        });
        limit.expires_after(timeouts_.connect, errc::connect_timeout);
        error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        for (tcp::endpoint const& endpoint : endpoints) {
            if (limit.expired())
                break;
            error_code ignored;
            socket.close(ignored);
            co_await socket.async_connect(endpoint, token);
            // The limit may have closed the socket after it was connected.
            if (!error && !limit.expired())
                co_return socket;
            if (error == asio::error::operation_aborted && !limit.expired())
                throw boost::system::system_error(error);
        }
        if (limit.expired())
            error = errc::connect_timeout;
        throw connection_error(error, "connecting to " + target_.str());
    }

    protocol::endpoint target_;
    timeout_settings timeouts_;
    connection_factory factory_;
    std::optional<tls_handshaker> tls_;
};

} // namespace

std::unique_ptr<dialer> make_dialer(protocol::endpoint target, dialer_settings settings)
{
    return std::make_unique<system_dialer>(std::move(target), std::move(settings));
}

} // namespace glacier::net
