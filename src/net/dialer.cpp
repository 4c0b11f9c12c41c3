#include "net/dialer.hpp"

#include "net/host_addresses.hpp"
#include "net/make_connection.hpp"
#include "net/open_by_factory.hpp"
#include "net/proxied_connection.hpp"
#include "net/proxy_tunnel.hpp"
#include "net/race_connect.hpp"
#include "net/tls_handshake.hpp"
#include "plan/address_race.hpp"
#include "plan/proxy_bypass.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace glacier::net {

namespace {

using asio::ip::tcp;

/// The proxy as an endpoint. Throws if it cannot be one.
protocol::endpoint endpoint_of(proxy_settings const& proxy)
{
    auto const parsed = protocol::parse_endpoint("http://" + proxy_name(proxy));
    bool const is_host = parsed && parsed->path_prefix.empty();
    auto const is_control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
    std::string_view const password = proxy.password.reveal();
    bool const is_identity = proxy.user.find(':') == std::string::npos &&
                             std::none_of(proxy.user.begin(), proxy.user.end(), is_control) &&
                             std::none_of(password.begin(), password.end(), is_control);
    if (!is_host || !is_identity)
        throw invalid_value(errc::invalid_proxy, proxy_name(proxy));
    return *parsed;
}

class system_dialer final : public dialer {
public:
    system_dialer(protocol::endpoint target, dialer_settings settings)
        : target_(std::move(target)), settings_(std::move(settings)), peer_(target_)
    {
        if (settings_.proxy)
            peer_ = endpoint_of(*settings_.proxy);
        if (settings_.proxy && plan::bypasses_proxy(settings_.proxy->bypass, target_.host, target_.port)) {
            settings_.proxy.reset();
            peer_ = target_;
        }
        if (target_.tls)
            tls_.emplace(target_, settings_.tls, settings_.timeouts.tls_handshake, settings_.observer,
                         settings_.pool.tls_sessions_max);

        error_code not_numeric;
        numeric_ = asio::ip::make_address(peer_.host, not_numeric);
        is_numeric_ = !not_numeric;
        look_up_settings look_up;
        if (settings_.resolver)
            look_up.resolver = settings_.resolver;
        look_up.time = settings_.time;
        look_up.observer = settings_.observer;
        look_up.pool = settings_.pool;
        look_up.limit = settings_.timeouts.resolve;
        addresses_ = std::make_shared<host_addresses>(peer_.host, std::move(look_up));
    }

    asio::awaitable<std::unique_ptr<connection>> dial(asio::any_io_executor strand) override
    {
        tcp::endpoint address;
        if (!settings_.observer)
            co_return co_await open(strand, address);
        auto const begin = settings_.time->now();
        try {
            auto opened = co_await open(strand, address);
            report(begin, address, {}, {});
            co_return opened;
        } catch (connection_error const& error) {
            report(begin, address, error.code(), error.detail());
            throw;
        } catch (boost::system::system_error const& error) {
            report(begin, address, error.code(), {});
            throw;
        }
    }

    std::uint64_t resumed_handshakes() const override { return tls_ ? tls_->resumed() : 0; }

private:
    asio::awaitable<std::unique_ptr<connection>> open(asio::any_io_executor strand, tcp::endpoint& address)
    {
        tcp::socket socket = co_await open_socket(strand);
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        address = socket.remote_endpoint(ignored);
        if (!tls_) {
            auto opened = make_connection(std::move(socket));
            if (settings_.proxy)
                opened = make_proxied_connection(std::move(opened), *settings_.proxy, target_);
            co_return opened;
        }
        try {
            if (settings_.proxy)
                co_await open_tunnel(socket, *settings_.proxy, target_, settings_.timeouts.connect);
            co_return make_connection(co_await tls_->handshake(std::move(socket)));
        } catch (connection_error const&) {
            // Another address may be in better health.
            addresses_->on_unreachable(address.address().to_string());
            throw;
        }
    }

    asio::awaitable<tcp::socket> open_socket(asio::any_io_executor strand)
    {
        if (settings_.factory)
            co_return co_await open_by_factory(strand, settings_.factory, peer_, settings_.timeouts.connect);
        std::vector<tcp::endpoint> endpoints;
        if (is_numeric_) {
            endpoints.emplace_back(numeric_, peer_.port);
        } else {
            std::vector<plan::host_address> const known = co_await addresses_->get(strand);
            for (plan::host_address const& each : plan::interleave_families(known))
                endpoints.emplace_back(asio::ip::make_address(each.text), peer_.port);
        }
        co_return co_await connect(strand, std::move(endpoints));
    }

    asio::awaitable<tcp::socket> connect(asio::any_io_executor strand, std::vector<tcp::endpoint> endpoints)
    {
        race_result ended =
            co_await race_connect(strand, endpoints, settings_.timeouts.connect, settings_.time);
        for (std::size_t const each : ended.failed)
            addresses_->on_unreachable(endpoints[each].address().to_string());
        if (ended.socket) {
            addresses_->on_reached(endpoints[ended.winner].address().to_string());
            co_return std::move(*ended.socket);
        }
        addresses_->on_none_reached();
        std::string detail = settings_.proxy ? "connecting to the proxy " + proxy_name(*settings_.proxy)
                                             : "connecting to " + target_.str();
        if (endpoints.size() > 1)
            detail += ", " + std::to_string(endpoints.size()) + " addresses";
        throw connection_error(ended.error, std::move(detail));
    }

    void report(async::time_source::time_point begin, tcp::endpoint const& address, error_code const& error,
                std::string_view detail) const
    {
        std::string const endpoint = target_.str();
        std::string const proxy = settings_.proxy ? proxy_name(*settings_.proxy) : std::string();
        std::string connected;
        if (address != tcp::endpoint())
            connected = (address.address().is_v6() ? "[" + address.address().to_string() + "]"
                                                   : address.address().to_string()) +
                        ":" + std::to_string(address.port());
        connection_opened event;
        event.endpoint = endpoint;
        event.address = connected;
        event.proxy = proxy;
        event.duration = std::chrono::duration_cast<std::chrono::microseconds>(settings_.time->now() - begin);
        event.error = error;
        event.detail = detail;
        settings_.observer->on_connection_opened(event);
    }

    protocol::endpoint target_;
    dialer_settings settings_;
    // Where the sockets lead: the endpoint or the proxy.
    protocol::endpoint peer_;
    asio::ip::address numeric_;
    bool is_numeric_ = false;
    std::shared_ptr<host_addresses> addresses_;
    std::optional<tls_handshaker> tls_;
};

} // namespace

std::unique_ptr<dialer> make_dialer(protocol::endpoint target, dialer_settings settings)
{
    return std::make_unique<system_dialer>(std::move(target), std::move(settings));
}

} // namespace glacier::net
