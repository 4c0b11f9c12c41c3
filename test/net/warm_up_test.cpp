#include "net/warm_up.hpp"

#include "net/net_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace glacier::net {

namespace {

using namespace std::chrono_literals;
using warming = test::started<std::size_t>;

void wait_for_the_client(test::peer& client)
{
    client.read_to_end();
}

struct warm_up_fixture {
    warm_up_fixture() { settings.connections_max = 4; }

    std::unique_ptr<warming> start(protocol::endpoint const& target, std::size_t connections)
    {
        dials = make_dialer(target, dialer_settings(test::trusting_settings(), timeout_settings()));
        if (!pool)
            pool = std::make_shared<connection_pool>(pool_environment(context.get_executor()), settings, 1s);
        return std::make_unique<warming>(context, warm_up(context.get_executor(), pool, dials, connections));
    }

    pool_settings settings;
    asio::io_context context;
    std::shared_ptr<dialer> dials;
    std::shared_ptr<connection_pool> pool;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(warm_up_test, warm_up_fixture)

// As many connections are opened as were asked for, those that are idle included; operations then find them.
BOOST_AUTO_TEST_CASE(opens_what_is_missing)
{
    test::scripted_server server(wait_for_the_client, test::good_server_tls());
    protocol::endpoint const target = test::tls_endpoint("localhost", server.port());
    BOOST_TEST(start(target, 2)->get() == 2U);
    BOOST_TEST(pool->statistics().idle == 2U);
    BOOST_TEST(start(target, 3)->get() == 1U);
    BOOST_TEST(start(target, 3)->get() == 0U);
    BOOST_TEST(server.connections() == 3);
    test::run_to_end(context);
}

// No more are opened than the pool may have.
BOOST_AUTO_TEST_CASE(limited_by_the_pool)
{
    test::scripted_server server(wait_for_the_client);
    BOOST_TEST(start(test::plain_endpoint(server.port()), 1'000)->get() == 4U);
    BOOST_TEST(pool->statistics().open == 4U);
    BOOST_TEST(start(test::plain_endpoint(server.port()), 0)->get() == 0U);
}

// The first error is reported, and the places are free again.
BOOST_AUTO_TEST_CASE(failure)
{
    auto const running = start(test::plain_endpoint(test::closed_port()), 3);
    BOOST_TEST(running->code() == asio::error::connection_refused);
    BOOST_TEST(pool->statistics().open == 0U);
    BOOST_TEST(pool->statistics().failed == 3U);
}

// Those that could be opened stay, though others could not.
BOOST_AUTO_TEST_CASE(partial_failure)
{
    test::scripted_server server([](test::peer& client) {
        if (client.number() == 1)
            client.read_to_end();
    });
    std::uint16_t const refused = test::closed_port();
    start(test::plain_endpoint(server.port()), 1)->get();
    BOOST_TEST(start(test::plain_endpoint(refused), 3)->code() == asio::error::connection_refused);
    BOOST_TEST(pool->statistics().idle == 1U);
}

// Cancelling is prompt and leaves no place occupied.
BOOST_AUTO_TEST_CASE(cancellation)
{
    test::full_listener const full;
    auto const running = start(test::plain_endpoint(full.port()), 3);
    test::run_for(context, 5ms);
    BOOST_TEST(pool->statistics().open == 3U);
    running->cancel();
    running->wait();
    BOOST_TEST(running->code() == asio::error::operation_aborted);
    BOOST_TEST(running->completions() == 1);
    test::run_to_end(context);
    BOOST_TEST(pool->statistics().open == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
