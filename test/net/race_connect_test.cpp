#include "net/race_connect.hpp"

#include "net/net_fixture.hpp"
#include "support/manual_time.hpp"

#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace glacier::net {

namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;
using shared_result = std::shared_ptr<race_result>;
using racing = test::started<shared_result>;

tcp::endpoint at_port(std::uint16_t port)
{
    return {asio::ip::address_v4::loopback(), port};
}

asio::awaitable<shared_result> race(asio::any_io_executor strand, std::vector<tcp::endpoint> addresses,
                                    std::chrono::milliseconds limit, std::shared_ptr<async::time_source> time)
{
    race_result ended = co_await race_connect(strand, addresses, limit, time);
    co_return std::make_shared<race_result>(std::move(ended));
}

void wait_for_the_client(test::peer& client)
{
    client.read_to_end();
}

struct race_fixture {
    std::unique_ptr<racing> start(std::vector<tcp::endpoint> addresses, std::chrono::milliseconds limit = 10s)
    {
        asio::any_io_executor const strand = asio::make_strand(context);
        return std::make_unique<racing>(context, strand, race(strand, std::move(addresses), limit, time));
    }

    std::shared_ptr<test::manual_time> time = std::make_shared<test::manual_time>();
    asio::io_context context;
    test::scripted_server server{wait_for_the_client};
    test::full_listener silent;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(race_connect_test, race_fixture)

// The first address that answers is connected to; those after it are left alone.
BOOST_AUTO_TEST_CASE(first_answers)
{
    test::scripted_server second(wait_for_the_client);
    shared_result const ended = start({at_port(server.port()), at_port(second.port())})->get();
    BOOST_TEST_REQUIRE(ended->socket.has_value());
    BOOST_TEST(ended->winner == 0U);
    BOOST_TEST(ended->socket->remote_endpoint().port() == server.port());
    BOOST_TEST(ended->failed.empty());
    BOOST_TEST(second.connections() == 0);
    BOOST_TEST(time->waiting() == 0U);
}

// An address that refuses costs no time.
BOOST_AUTO_TEST_CASE(first_refuses)
{
    shared_result const ended =
        start({at_port(test::closed_port()), at_port(test::closed_port()), at_port(server.port())})->get();
    BOOST_TEST_REQUIRE(ended->socket.has_value());
    BOOST_TEST(ended->winner == 2U);
    BOOST_TEST(ended->failed == (std::vector<std::size_t>{0, 1}), boost::test_tools::per_element());
}

// One that stays silent costs 250 ms, after which the next is tried beside it.
BOOST_AUTO_TEST_CASE(first_is_silent)
{
    auto const running = start({at_port(silent.port()), at_port(server.port())});
    time->pass(context, 249ms);
    BOOST_TEST(server.connections() == 0);
    BOOST_TEST(!running->ended());
    time->pass(context, 1ms);
    shared_result const ended = running->get();
    BOOST_TEST_REQUIRE(ended->socket.has_value());
    BOOST_TEST(ended->winner == 1U);
    // It was not heard to fail.
    BOOST_TEST(ended->failed.empty());
    test::run_to_end(context);
}

// When all have failed, the error is the system's.
BOOST_AUTO_TEST_CASE(all_refuse)
{
    shared_result const ended = start({at_port(test::closed_port()), at_port(test::closed_port())})->get();
    BOOST_TEST(!ended->socket.has_value());
    BOOST_TEST(ended->error == asio::error::connection_refused);
    BOOST_TEST(ended->failed.size() == 2U);
    BOOST_TEST(!start({})->get()->socket.has_value());
}

// The limit is that of all together.
BOOST_AUTO_TEST_CASE(limit)
{
    auto const running = start({at_port(silent.port()), at_port(silent.port())}, 2s);
    time->pass(context, 1'999ms);
    BOOST_TEST(!running->ended());
    time->pass(context, 1ms);
    shared_result const ended = running->get();
    BOOST_TEST(ended->error == errc::connect_timeout);
    BOOST_TEST(ended->failed.size() == 2U);
    test::run_to_end(context);
}

// Cancelling ends all attempts at once, and nothing is left when the context goes.
BOOST_AUTO_TEST_CASE(cancellation)
{
    auto const running = start({at_port(silent.port()), at_port(silent.port())});
    time->pass(context, 300ms);
    running->cancel();
    test::run_to_end(context);
    BOOST_TEST(running->code() == asio::error::operation_aborted);
    BOOST_TEST(time->waiting() == 0U);

    std::weak_ptr<test::manual_time> const watched = time;
    {
        asio::io_context dying;
        asio::any_io_executor const strand = asio::make_strand(dying);
        racing dropped(dying, strand, race(strand, {at_port(silent.port())}, 10s, std::move(time)));
        test::run_ready(dying);
    }
    BOOST_TEST(watched.expired());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
