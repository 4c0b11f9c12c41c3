#include "net/tls_stream.hpp"

#include "net/net_fixture.hpp"
#include "net/tls_context.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace glacier::net {

namespace {

using namespace std::chrono_literals;

/// A stream to a server on this machine, whose handshake is done.
class opened_stream {
public:
    explicit opened_stream(std::uint16_t port) : tls_(make_tls_context(test::trusting_settings()))
    {
        asio::ip::tcp::socket socket(context_, asio::ip::tcp::v4());
        // Room for all that the tests send at once.
        socket.set_option(asio::socket_base::receive_buffer_size(1'000'000));
        socket.connect({asio::ip::address_v4::loopback(), port});
        stream_ = std::make_unique<tls_stream>(std::move(socket), tls_);
        BOOST_TEST_REQUIRE(!test::run(context_, shake(*stream_)));
    }

    asio::io_context& context() noexcept { return context_; }
    tls_stream& operator*() noexcept { return *stream_; }

private:
    static asio::awaitable<error_code> shake(tls_stream& stream) { co_return co_await stream.handshake(); }

    asio::io_context context_;
    asio::ssl::context tls_;
    std::unique_ptr<tls_stream> stream_;
};

/// An error, and how much had been moved.
struct outcome {
    std::size_t count = 0;
    error_code error;
};

asio::awaitable<outcome> read(tls_stream& stream, std::string& target)
{
    outcome ended;
    ended.count = co_await stream.read_some(asio::buffer(target), ended.error);
    co_return ended;
}

asio::awaitable<outcome> read_all(tls_stream& stream, std::size_t size)
{
    std::string block(size, '-');
    outcome ended;
    while (ended.count < size) {
        if (ended.error)
            break;
        ended.count += co_await stream.read_some(asio::buffer(block), ended.error);
    }
    co_return ended;
}

asio::awaitable<outcome> write(tls_stream& stream, std::string const& source)
{
    outcome ended;
    ended.count = co_await stream.write(asio::buffer(source), ended.error);
    co_return ended;
}

asio::awaitable<outcome> write_until_failure(tls_stream& stream)
{
    std::string const block(100'000, 'x');
    outcome ended;
    while (!ended.error) {
        error_code error;
        ended.count += co_await stream.write(asio::buffer(block), error);
        ended.error = error;
    }
    co_return ended;
}

} // namespace

BOOST_AUTO_TEST_SUITE(tls_stream_test)

// A read gives as much as there is room for; the rest waits for the next.
BOOST_AUTO_TEST_CASE(reads)
{
    test::scripted_server server(
        [](test::peer& client) {
            client.write("abcde");
            client.write("f");
            client.read_to_end();
        },
        test::good_server_tls());
    opened_stream stream(server.port());
    std::string received;
    while (received.size() < 6) {
        std::string block(2, '-');
        outcome const ended = test::run(stream.context(), read(*stream, block));
        BOOST_TEST_REQUIRE(!ended.error);
        received += block.substr(0, ended.count);
    }
    BOOST_TEST(received == "abcdef");
}

// An end in due form is told from one that anybody on the way could have made, and comes after the bytes before it.
BOOST_AUTO_TEST_CASE(ends)
{
    for (bool const in_due_form : {false, true}) {
        test::scripted_server server(
            [in_due_form](test::peer& client) {
                client.write("last");
                if (in_due_form)
                    client.finish();
            },
            test::good_server_tls());
        opened_stream stream(server.port());
        std::string block(100, '-');
        BOOST_TEST(test::run(stream.context(), read(*stream, block)).count == 4U);
        outcome const ended = test::run(stream.context(), read(*stream, block));
        BOOST_TEST(ended.count == 0U);
        error_code const expected =
            in_due_form ? error_code(asio::error::eof) : error_code(asio::ssl::error::stream_truncated);
        BOOST_TEST(ended.error == expected, ended.error.message());
    }
}

// A peer that has gone makes a write fail with the error of the socket, and does not end the process.
BOOST_AUTO_TEST_CASE(peer_has_gone)
{
    test::scripted_server server([](test::peer& client) { client.reset(); }, test::good_server_tls());
    opened_stream stream(server.port());
    auto* const before = std::signal(SIGPIPE, SIG_DFL);
    outcome const ended = test::run(stream.context(), write_until_failure(*stream));
    std::signal(SIGPIPE, before);
    BOOST_TEST((ended.error == asio::error::connection_reset || ended.error == asio::error::broken_pipe),
               ended.error.message());
}

// A long write lets others have the loop, also where the socket takes all that it is given.
BOOST_AUTO_TEST_CASE(write_shares_the_loop)
{
    test::scripted_server server([](test::peer& client) { client.read_to_end(); }, test::good_server_tls());
    opened_stream stream(server.port());
    std::string const content(1'000'000, 'x');
    test::started<outcome> running(stream.context(), write(*stream, content));
    int turns = 0;
    std::function<void()> count = [&] {
        ++turns;
        if (!running.ended())
            asio::post(stream.context(), count);
    };
    asio::post(stream.context(), count);
    BOOST_TEST(running.get().count == content.size());
    // A turn is 64 KiB.
    BOOST_TEST(turns >= 15);
}

// So does reading, also where more is there than is asked for at a time.
BOOST_AUTO_TEST_CASE(read_shares_the_loop)
{
    constexpr std::size_t sent = 200'000;
    test::scripted_server server(
        [](test::peer& client) {
            client.write(std::string(sent, 'x'));
            client.read_to_end();
        },
        test::good_server_tls());
    opened_stream stream(server.port());
    while ((*stream).lowest_layer().available() < sent)
        std::this_thread::yield();
    test::started<outcome> running(stream.context(), read_all(*stream, sent));
    int turns = 0;
    std::function<void()> count = [&] {
        ++turns;
        if (!running.ended())
            asio::post(stream.context(), count);
    };
    asio::post(stream.context(), count);
    BOOST_TEST(running.get().count == sent);
    // A turn is 64 KiB.
    BOOST_TEST(turns >= 3);
}

// Cancellation ends a read that waits for the peer.
BOOST_AUTO_TEST_CASE(cancellation)
{
    test::scripted_server server([](test::peer& client) { client.read_to_end(); }, test::good_server_tls());
    opened_stream stream(server.port());
    std::string block(100, '-');
    test::started<outcome> running(stream.context(), read(*stream, block));
    // Until it waits, and nothing else is left to do.
    test::run_ready(stream.context());
    BOOST_TEST(!running.ended());
    running.cancel();
    running.wait();
    BOOST_TEST(running.get().error == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
