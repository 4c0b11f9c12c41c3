#include "net/host_addresses.hpp"

#include "net/fake_resolver.hpp"
#include "net/net_fixture.hpp"
#include "support/manual_time.hpp"

#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace glacier::net {

namespace {

using namespace std::chrono_literals;
using address_list = std::vector<plan::host_address>;
using asking = test::started<address_list>;

class resolution_log final : public observer {
public:
    void on_host_resolved(host_resolved const& event) noexcept override
    {
        lines.push_back(std::string(event.host) + " " + std::to_string(event.addresses) + " " +
                        event.error.message());
    }

    std::vector<std::string> lines;
};

struct addresses_fixture {
    addresses_fixture()
    {
        resolver->answer = {"10.0.0.1", "::1"};
        settings.resolver = resolver;
        settings.time = time;
        settings.observer = log;
    }

    void make() { tested = std::make_shared<host_addresses>("example.com", settings); }

    std::unique_ptr<asking> start() { return start_on(context); }

    std::unique_ptr<asking> start_on(asio::io_context& loop) const
    {
        asio::any_io_executor const strand = asio::make_strand(loop);
        return std::make_unique<asking>(loop, strand, tested->get(strand));
    }

    std::shared_ptr<test::fake_resolver> resolver = std::make_shared<test::fake_resolver>();
    std::shared_ptr<test::manual_time> time = std::make_shared<test::manual_time>();
    std::shared_ptr<resolution_log> log = std::make_shared<resolution_log>();
    look_up_settings settings;
    asio::io_context context;
    std::shared_ptr<host_addresses> tested;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(host_addresses_test, addresses_fixture)

// However many ask, the name is looked up once, and then not again until its addresses' life is over.
BOOST_AUTO_TEST_CASE(single_flight)
{
    make();
    std::vector<std::unique_ptr<asking>> all;
    for (int i = 0; i < 10; ++i)
        all.push_back(start());
    for (auto const& each : all)
        BOOST_TEST((each->get() == test::host_addresses_of({"10.0.0.1", "::1"})));
    BOOST_TEST(resolver->hosts == std::vector<std::string>{"example.com"}, boost::test_tools::per_element());
    BOOST_TEST(log->lines == std::vector<std::string>{"example.com 2 Success"},
               boost::test_tools::per_element());

    resolver->answer = {"10.0.0.2"};
    time->pass(context, settings.pool.address_life - 1ms);
    BOOST_TEST((start()->get() == test::host_addresses_of({"10.0.0.1", "::1"})));
    time->pass(context, 1ms);
    BOOST_TEST((start()->get() == test::host_addresses_of({"10.0.0.2"})));
    BOOST_TEST(resolver->hosts.size() == 2U);
}

// Those who wait leave singly; the look-up goes on for the others, also if it is the first who leaves.
BOOST_AUTO_TEST_CASE(cancelled_singly)
{
    resolver->is_held = true;
    make();
    auto const first = start();
    auto const second = start();
    auto const third = start();
    test::run_ready(context);
    first->cancel();
    third->cancel();
    test::run_ready(context);
    BOOST_TEST(first->code() == asio::error::operation_aborted);
    BOOST_TEST(third->code() == asio::error::operation_aborted);
    BOOST_TEST(!second->ended());
    resolver->release();
    BOOST_TEST((second->get().size() == 2U));
    BOOST_TEST(resolver->hosts.size() == 1U);
}

// A failure is everybody's, and counts for a while; the error names the host.
BOOST_AUTO_TEST_CASE(failure)
{
    resolver->error = asio::error::host_not_found;
    make();
    auto const first = start();
    auto const second = start();
    BOOST_TEST(first->code() == asio::error::host_not_found);
    BOOST_TEST(second->code() == asio::error::host_not_found);
    try {
        start()->get();
    } catch (connection_error const& error) {
        BOOST_TEST(error.code() == asio::error::host_not_found);
        BOOST_TEST(error.detail().find("example.com") != std::string::npos);
    }
    BOOST_TEST(resolver->hosts.size() == 1U);
    BOOST_TEST(log->lines.size() == 1U);

    resolver->error = {};
    time->pass(context, settings.pool.address_negative_life);
    BOOST_TEST(start()->get().size() == 2U);
}

// No address at all is a failure too.
BOOST_AUTO_TEST_CASE(no_address)
{
    resolver->answer.clear();
    make();
    BOOST_TEST(start()->code() == asio::error::host_not_found);
}

// The limit ends the wait of each for itself, though nobody can interrupt the look-up.
BOOST_AUTO_TEST_CASE(limit)
{
    resolver->is_held = true;
    settings.limit = 5ms;
    make();
    auto const waiting = start();
    BOOST_TEST(waiting->code() == errc::resolve_timeout);
    auto const late = start();
    BOOST_TEST(late->code() == errc::resolve_timeout);
    BOOST_TEST(resolver->hosts.size() == 1U);
    resolver->release();
    test::run_to_end(context);
    BOOST_TEST(start()->get().size() == 2U);
    BOOST_TEST(resolver->hosts.size() == 1U);
}

// When the context that looks up is destroyed, those who wait on another one do it themselves.
BOOST_AUTO_TEST_CASE(context_destroyed)
{
    for (bool const begun : {false, true}) {
        resolver->is_held = true;
        make();
        std::unique_ptr<asking> other;
        {
            asio::io_context dying;
            auto const first = start_on(dying);
            // Two events: it asks, and its look-up begins.
            test::run_events(dying, 1);
            if (begun)
                test::run_ready(dying);
            other = start();
            test::run_ready(context);
            BOOST_TEST(!other->ended());
        }
        resolver->held.clear();
        resolver->is_held = false;
        BOOST_TEST(other->get().size() == 2U);
    }
}

// Nothing is left when the context goes while several wait.
BOOST_AUTO_TEST_CASE(nothing_is_left)
{
    resolver->is_held = true;
    make();
    std::weak_ptr<host_addresses> const watched = tested;
    {
        asio::io_context dying;
        auto const first = start_on(dying);
        auto const second = start_on(dying);
        test::run_ready(dying);
        tested.reset();
        BOOST_TEST(!watched.expired());
    }
    BOOST_TEST(watched.expired());
}

// What is told of addresses changes their order, and when none answers the name is looked up anew.
BOOST_AUTO_TEST_CASE(order)
{
    make();
    start()->get();
    tested->on_unreachable("10.0.0.1");
    BOOST_TEST((start()->get() == test::host_addresses_of({"::1", "10.0.0.1"})));
    tested->on_reached("10.0.0.1");
    BOOST_TEST((start()->get() == test::host_addresses_of({"10.0.0.1", "::1"})));
    BOOST_TEST(resolver->hosts.size() == 1U);
    tested->on_none_reached();
    start()->get();
    BOOST_TEST(resolver->hosts.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
