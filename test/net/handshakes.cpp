#include "net/handshakes.hpp"

#include "net/connection.hpp"
#include "net/tls_handshake.hpp"

#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace glacier::test {

namespace {

using asio::ip::tcp;

asio::awaitable<std::unique_ptr<net::tls_stream>> connect_and_shake(net::tls_handshaker& tested,
                                                                    std::uint16_t port,
                                                                    asio::any_io_executor strand)
{
    tcp::socket socket(strand);
    tcp::endpoint const address(asio::ip::address_v4::loopback(), port);
    co_await socket.async_connect(address, asio::use_awaitable);
    co_return co_await tested.handshake(std::move(socket));
}

} // namespace

handshake_outcome shake_hands(std::uint16_t port, std::string const& host, tls_settings const& settings,
                              std::chrono::milliseconds limit)
{
    net::tls_handshaker tested(tls_endpoint(host, port), settings, limit, nullptr);
    asio::io_context context;
    auto const strand = asio::make_strand(context);
    started<std::unique_ptr<net::tls_stream>> running(context, strand,
                                                      connect_and_shake(tested, port, strand));
    handshake_outcome outcome;
    try {
        outcome.version = SSL_get_version(running.get()->native_handle());
    } catch (net::connection_error const& error) {
        outcome.code = error.code();
        outcome.detail = error.detail();
    }
    return outcome;
}

handshake_outcome shake_hands(server_tls const& peer, std::string const& host, tls_settings const& settings)
{
    scripted_server server([](test::peer& client) { client.read_to_end(); }, peer);
    return shake_hands(server.port(), host, settings);
}

} // namespace glacier::test
