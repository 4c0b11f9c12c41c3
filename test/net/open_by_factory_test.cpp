#include "net/open_by_factory.hpp"

#include "net/net_fixture.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace glacier::net {

namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;
using connection_pointer = std::unique_ptr<connection>;

asio::awaitable<connection_pointer> dial_with(dialer& tested, asio::any_io_executor strand)
{
    return tested.dial(std::move(strand));
}

/// A connection to a port of this machine, whatever host is asked for.
asio::awaitable<int> connect_to(std::uint16_t port)
{
    tcp::socket socket(co_await asio::this_coro::executor);
    tcp::endpoint const server(asio::ip::address_v4::loopback(), port);
    co_await socket.async_connect(server, asio::use_awaitable);
    co_return socket.release();
}

/// Waits until it is cancelled.
asio::awaitable<int> wait_for_cancellation(std::shared_ptr<bool> cancelled)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    try {
        co_await timer.async_wait(asio::use_awaitable);
    } catch (boost::system::system_error const&) {
        *cancelled = true;
        throw;
    }
    co_return -1;
}

asio::awaitable<int> give(int descriptor)
{
    co_return descriptor;
}

asio::awaitable<int> fail_with(error_code error)
{
    throw boost::system::system_error(error);
    co_return -1;
}

asio::awaitable<int> fail_otherwise()
{
    throw std::length_error("seven");
    co_return -1;
}

/// Takes its time, and takes no notice of being cancelled.
asio::awaitable<int> be_late(int descriptor)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    asio::steady_timer timer(co_await asio::this_coro::executor, 50ms);
    for (bool over = false; !over;) {
        error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        co_await timer.async_wait(token);
        over = !error;
    }
    co_return descriptor;
}

struct outcome {
    error_code code;
    std::string detail;
    bool connected = false;
};

outcome dial(protocol::endpoint const& target, connection_factory factory,
             std::chrono::milliseconds limit = 10s)
{
    asio::io_context context;
    timeout_settings timeouts;
    timeouts.connect = limit;
    auto const tested =
        make_dialer(target, dialer_settings(test::trusting_settings(), timeouts, std::move(factory)));
    outcome ended;
    try {
        ended.connected = test::run(context, dial_with(*tested, asio::make_strand(context))) != nullptr;
    } catch (connection_error const& error) {
        ended.code = error.code();
        ended.detail = error.detail();
    }
    return ended;
}

bool is_open(int descriptor)
{
    return ::fcntl(descriptor, F_GETFD) != -1;
}

} // namespace

BOOST_AUTO_TEST_SUITE(open_by_factory_test)

// The factory is asked for the endpoint's host and port, which need not exist, and the connection works.
BOOST_AUTO_TEST_CASE(plain)
{
    test::scripted_server server([](test::peer& client) { client.read_to_end(); });
    protocol::endpoint target = test::plain_endpoint(4711);
    target.host = "vault.invalid";
    std::vector<std::string> asked;
    outcome const ended = dial(target, [&](std::string const& host, std::uint16_t port) {
        asked.push_back(host + ":" + std::to_string(port));
        return connect_to(server.port());
    });
    BOOST_TEST(ended.connected);
    BOOST_TEST((asked == std::vector<std::string>{"vault.invalid:4711"}));
}

// TLS goes over the connection, and the certificate must be one for the endpoint, wherever the connection leads.
BOOST_AUTO_TEST_CASE(tls)
{
    test::scripted_server server([](test::peer& client) { client.read_to_end(); }, test::good_server_tls());
    auto const factory = [&](std::string const&, std::uint16_t) { return connect_to(server.port()); };

    BOOST_TEST(dial(test::tls_endpoint("localhost", 1), factory).connected);
    BOOST_TEST(dial(test::tls_endpoint("other.example", 1), factory).code == errc::certificate_host_mismatch);
}

// What the factory throws is the error of the connection, and the detail names the endpoint.
BOOST_AUTO_TEST_CASE(failure)
{
    outcome const ended = dial(test::plain_endpoint(4711), [](std::string const&, std::uint16_t) {
        return fail_with(asio::error::host_unreachable);
    });
    BOOST_TEST(ended.code == asio::error::host_unreachable);
    BOOST_TEST(ended.detail.find("127.0.0.1:4711") != std::string::npos, ended.detail);
    BOOST_CHECK_THROW(
        dial(test::plain_endpoint(1), [](std::string const&, std::uint16_t) { return fail_otherwise(); }),
        std::length_error);
}

// What is no socket is refused, and closed if it is a descriptor at all.
BOOST_AUTO_TEST_CASE(no_socket)
{
    auto const code_of = [](int descriptor) {
        return dial(test::plain_endpoint(1),
                    [descriptor](std::string const&, std::uint16_t) { return give(descriptor); })
            .code;
    };
    BOOST_TEST(code_of(-1) == boost::system::errc::bad_file_descriptor);
    int const file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    BOOST_TEST_REQUIRE(file >= 0);
    BOOST_TEST(code_of(file) == boost::system::errc::not_a_socket);
    BOOST_TEST(!is_open(file));
}

// A factory that does not come to an end is cancelled when the limit for connecting is over.
BOOST_AUTO_TEST_CASE(limit)
{
    auto const cancelled = std::make_shared<bool>(false);
    outcome const ended = dial(
        test::plain_endpoint(4711),
        [cancelled](std::string const&, std::uint16_t) { return wait_for_cancellation(cancelled); }, 10ms);
    BOOST_TEST(ended.code == errc::connect_timeout);
    BOOST_TEST(ended.detail.find("127.0.0.1:4711") != std::string::npos, ended.detail);
}

// A cancelled operation ends at once and cancels the factory.
BOOST_AUTO_TEST_CASE(cancellation)
{
    auto const cancelled = std::make_shared<bool>(false);
    asio::io_context context;
    auto const tested =
        make_dialer(test::plain_endpoint(1), dialer_settings(test::trusting_settings(), timeout_settings(),
                                                             [cancelled](std::string const&, std::uint16_t) {
                                                                 return wait_for_cancellation(cancelled);
                                                             }));
    test::started<connection_pointer> running(context, dial_with(*tested, asio::make_strand(context)));
    test::run_ready(context);
    BOOST_TEST(!running.ended());
    running.cancel();
    running.wait();
    BOOST_TEST(running.code() == asio::error::operation_aborted);
    test::run_to_end(context);
    BOOST_TEST(*cancelled);
}

// A socket that comes after the operation has gone is closed.
BOOST_AUTO_TEST_CASE(late_socket)
{
    int pair[2];
    BOOST_TEST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    asio::io_context context;
    auto const tested =
        make_dialer(test::plain_endpoint(1),
                    dialer_settings(test::trusting_settings(), timeout_settings(),
                                    [&pair](std::string const&, std::uint16_t) { return be_late(pair[0]); }));
    test::started<connection_pointer> running(context, dial_with(*tested, asio::make_strand(context)));
    test::run_ready(context);
    running.cancel();
    running.wait();
    BOOST_TEST(running.code() == asio::error::operation_aborted);
    test::run_to_end(context);
    BOOST_TEST(!is_open(pair[0]));
    ::close(pair[1]);
}

// A context that is destroyed takes a factory that waits with it.
BOOST_AUTO_TEST_CASE(destroyed_context)
{
    auto const cancelled = std::make_shared<bool>(false);
    std::weak_ptr<bool> const alive = cancelled;
    {
        auto tested = make_dialer(test::plain_endpoint(1),
                                  dialer_settings(test::trusting_settings(), timeout_settings(),
                                                  [kept = cancelled](std::string const&, std::uint16_t) {
                                                      return wait_for_cancellation(kept);
                                                  }));
        std::optional<asio::io_context> context(std::in_place);
        asio::co_spawn(*context, dial_with(*tested, asio::make_strand(*context)),
                       [](std::exception_ptr, connection_pointer) {});
        test::run_ready(*context);
        context.reset();
    }
    BOOST_TEST(alive.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
