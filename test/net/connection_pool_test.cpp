#include "net/connection_pool.hpp"

#include "net/net_fixture.hpp"
#include "support/manual_time.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace glacier::net {

namespace {

using namespace std::chrono_literals;

/// A connection that only exists.
class idle_connection final : public connection {
public:
    idle_connection(asio::any_io_executor strand, int& alive) : strand_(std::move(strand)), alive_(alive)
    {
        ++alive_;
    }
    ~idle_connection() override { --alive_; }

    asio::any_io_executor get_executor() override { return strand_; }
    void expires_after(std::chrono::milliseconds, errc) override {}
    asio::awaitable<void> write_head(protocol::http_request const&, std::optional<std::uint64_t>) override
    {
        co_return;
    }
    asio::awaitable<void> write_body(std::span<std::byte const>) override { co_return; }
    asio::awaitable<response_head> read_head() override { co_return response_head(); }
    asio::awaitable<std::size_t> read_body(std::span<std::byte>) override { co_return 0; }
    bool is_reusable() const override { return true; }
    std::uint64_t bytes_written() const override { return 0; }

private:
    asio::any_io_executor strand_;
    int& alive_;
};

/// Keeps what it is told of the pool.
class event_log final : public observer {
public:
    void on_connection_acquired(connection_acquired const& event) noexcept override
    {
        endpoint = event.endpoint;
        acquired.push_back(event);
    }
    void on_connection_closed(connection_closed const& event) noexcept override
    {
        endpoint = event.endpoint;
        closed.push_back(event.reason);
    }

    std::string endpoint;
    std::vector<connection_acquired> acquired;
    std::vector<connection_close_reason> closed;
};

/// So that a lease can be the value of a started operation.
using shared_lease = std::shared_ptr<lease>;

asio::awaitable<shared_lease> acquire_from(std::shared_ptr<connection_pool> pool)
{
    lease held = co_await pool->acquire();
    co_return std::make_shared<lease>(std::move(held));
}

struct pool_fixture {
    pool_fixture() { settings.connections_max = 1; }

    void make(std::chrono::milliseconds wait_max = 0ms)
    {
        pool_environment environment(context.get_executor());
        environment.time = time;
        environment.endpoint = "https://host:443";
        environment.observer = watcher;
        pool = std::make_shared<connection_pool>(environment, settings, wait_max);
    }

    std::unique_ptr<test::started<shared_lease>> start()
    {
        return std::make_unique<test::started<shared_lease>>(context, acquire_from(pool));
    }

    shared_lease acquire() { return start()->get(); }

    /// A lease whose connection is open.
    shared_lease open()
    {
        shared_lease held = acquire();
        BOOST_TEST_REQUIRE(held->get() == nullptr);
        held->set_connection(std::make_unique<idle_connection>(asio::make_strand(context), alive));
        return held;
    }

    static void give_back(shared_lease held)
    {
        held->mark_reusable();
        held.reset();
    }

    int alive = 0;
    std::shared_ptr<test::manual_time> time = std::make_shared<test::manual_time>();
    std::shared_ptr<event_log> watcher;
    pool_settings settings;
    asio::io_context context;
    std::shared_ptr<connection_pool> pool;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(connection_pool_test, pool_fixture)

// A connection that was marked reusable serves the next operation.
BOOST_AUTO_TEST_CASE(reuse)
{
    make();
    shared_lease first = open();
    connection* const opened = first->get();
    give_back(std::move(first));

    BOOST_TEST(acquire()->get() == opened);
}

// A connection that was not marked is closed, and its place is free again.
BOOST_AUTO_TEST_CASE(not_marked)
{
    make();
    open().reset();
    test::run_ready(context);
    BOOST_TEST(alive == 0);

    BOOST_TEST(acquire()->get() == nullptr);
}

// A place whose connection could not be opened is free again.
BOOST_AUTO_TEST_CASE(never_opened)
{
    make();
    acquire().reset();
    give_back(acquire());
    BOOST_TEST(acquire()->get() == nullptr);
}

// The last connection used is used first, so that the others can expire.
BOOST_AUTO_TEST_CASE(last_used_first)
{
    settings.connections_max = 2;
    make();
    shared_lease first = open();
    shared_lease second = open();
    connection* const last = first->get();
    give_back(std::move(second));
    give_back(std::move(first));

    BOOST_TEST(acquire()->get() == last);
}

// There are never more leases than the limit; operations wait in order, and get the connection as it is freed.
BOOST_AUTO_TEST_CASE(first_in_first_out)
{
    make();
    shared_lease held = open();
    connection* const opened = held->get();
    std::vector<std::unique_ptr<test::started<shared_lease>>> waiting;
    for (int i = 0; i < 4; ++i)
        waiting.push_back(start());
    test::run_ready(context);

    for (std::size_t i = 0; i < waiting.size(); ++i) {
        for (std::size_t j = i; j < waiting.size(); ++j)
            BOOST_TEST(!waiting[j]->ended());
        give_back(std::move(held));
        test::run_ready(context);
        BOOST_TEST_REQUIRE(waiting[i]->ended());
        held = std::move(waiting[i]->get());
        BOOST_TEST(held->get() == opened);
    }
}

// Whoever waits gets the place of a connection that was closed, and opens its own.
BOOST_AUTO_TEST_CASE(place_of_a_closed_connection)
{
    make();
    shared_lease held = open();
    auto const waiting = start();
    test::run_ready(context);
    BOOST_TEST(!waiting->ended());

    held.reset();

    BOOST_TEST(waiting->get()->get() == nullptr);
    test::run_ready(context);
    BOOST_TEST(alive == 0);
}

// No more operations wait than the limit allows.
BOOST_AUTO_TEST_CASE(too_many_waiting)
{
    settings.waiting_max = 1;
    make();
    shared_lease held = open();
    auto const waiting = start();
    test::run_ready(context);

    BOOST_TEST(start()->code() == errc::too_many_waiting);

    give_back(std::move(held));
    BOOST_TEST(waiting->code() == error_code());
}

// Waiting ends at its limit, and whoever gave up stands in nobody's way.
BOOST_AUTO_TEST_CASE(wait_limit)
{
    make(5s);
    shared_lease held = open();
    auto const waiting = start();
    time->pass(context, 4'999ms);
    BOOST_TEST(!waiting->ended());
    time->pass(context, 1ms);
    BOOST_TEST(waiting->code() == errc::connection_wait_timeout);
    BOOST_TEST(pool->statistics().wait_timeouts == 1U);

    give_back(std::move(held));
    BOOST_TEST(acquire()->get() != nullptr);
    test::run_to_end(context);
}

// The limit of a wait that was granted does not keep the context busy.
BOOST_AUTO_TEST_CASE(limit_of_a_granted_wait)
{
    make(10min);
    shared_lease held = open();
    auto const waiting = start();
    test::run_ready(context);
    give_back(std::move(held));
    test::run_to_end(context);
    BOOST_TEST(waiting->ended());
}

// An operation that is cancelled leaves the line at once; the others keep their order.
BOOST_AUTO_TEST_CASE(cancelled_waiter)
{
    make(10min);
    shared_lease held = open();
    auto const first = start();
    auto const second = start();
    test::run_ready(context);

    first->cancel();
    test::run_ready(context);
    BOOST_TEST(first->completions() == 1);
    BOOST_TEST(first->code() == asio::error::operation_aborted);
    BOOST_TEST(!second->ended());

    give_back(std::move(held));
    BOOST_TEST(second->get()->get() != nullptr);
}

// A grant is not lost when the operation is cancelled at the same moment, whichever comes first.
BOOST_AUTO_TEST_CASE(grant_and_cancellation)
{
    for (bool const cancelled_first : {false, true})
        for (bool const reusable : {false, true}) {
            make();
            shared_lease held = open();
            {
                auto const waiting = start();
                auto const next = start();
                test::run_ready(context);
                if (cancelled_first)
                    waiting->cancel();
                if (reusable)
                    held->mark_reusable();
                held.reset();
                if (!cancelled_first)
                    waiting->cancel();
                test::run_ready(context);
                BOOST_TEST(waiting->completions() == 1);
                if (waiting->code() == error_code())
                    waiting->get().reset();
                test::run_ready(context);
                BOOST_TEST_REQUIRE(next->ended());
            }
            BOOST_TEST(acquire() != nullptr);
        }
}

// A connection that was unused for too long is closed when the pool is used again.
BOOST_AUTO_TEST_CASE(idle_limit)
{
    make();
    give_back(open());
    BOOST_TEST(alive == 1);
    time->pass(context, settings.idle_max);

    BOOST_TEST(acquire()->get() == nullptr);
    test::run_ready(context);
    BOOST_TEST(alive == 0);
}

// A connection that is too old is not used again, neither by the next operation nor by one that waits.
BOOST_AUTO_TEST_CASE(life_limit)
{
    make();
    shared_lease held = open();
    auto const waiting = start();
    time->pass(context, settings.life_max);
    give_back(std::move(held));
    BOOST_TEST(waiting->get()->get() == nullptr);
    test::run_ready(context);
    BOOST_TEST(alive == 0);

    waiting->get().reset();
    held = open();
    time->pass(context, settings.life_max);
    give_back(std::move(held));
    test::run_ready(context);
    BOOST_TEST(alive == 0);
    BOOST_TEST(acquire()->get() == nullptr);
}

// A lease may outlive everybody's interest in the pool.
BOOST_AUTO_TEST_CASE(lease_outlives_the_pool)
{
    make();
    shared_lease held = open();
    std::weak_ptr<connection_pool> const watched = pool;
    pool.reset();
    give_back(std::move(held));
    test::run_ready(context);
    BOOST_TEST(watched.expired());
    BOOST_TEST(alive == 0);
}

// One timer watches over all that wait: each has its own time, also those that come while it runs.
BOOST_AUTO_TEST_CASE(one_timer_for_all)
{
    make(10s);
    shared_lease held = open();
    auto const first = start();
    time->pass(context, 3s);
    auto const second = start();
    time->pass(context, 3s);
    auto const third = start();
    BOOST_TEST(time->waiting() == 1U);

    time->pass(context, 4s);
    BOOST_TEST(first->ended());
    BOOST_TEST(first->code() == errc::connection_wait_timeout);
    BOOST_TEST(!second->ended());
    give_back(std::move(held));
    test::run_ready(context);
    BOOST_TEST(second->code() == error_code());
    time->pass(context, 5'999ms);
    BOOST_TEST(!third->ended());
    time->pass(context, 1ms);
    BOOST_TEST(third->code() == errc::connection_wait_timeout);
    BOOST_TEST(time->waiting() == 0U);
    test::run_to_end(context);

    // And it begins anew.
    auto const fourth = start();
    time->pass(context, 10s);
    BOOST_TEST(fourth->code() == errc::connection_wait_timeout);
    BOOST_TEST(pool->statistics().wait_timeouts == 3U);
}

// The timer goes with the last that waits, also if that one is cancelled.
BOOST_AUTO_TEST_CASE(no_timer_without_waiters)
{
    make(10s);
    shared_lease held = open();
    auto const only = start();
    test::run_ready(context);
    BOOST_TEST(time->waiting() == 1U);
    only->cancel();
    test::run_to_end(context);
    BOOST_TEST(time->waiting() == 0U);
    BOOST_TEST(only->code() == asio::error::operation_aborted);
}

// What the pool does is counted.
BOOST_AUTO_TEST_CASE(counters)
{
    settings.connections_max = 2;
    settings.waiting_max = 1;
    make();
    shared_lease first = open();
    shared_lease second = open();
    auto const waiting = start();
    test::run_ready(context);
    BOOST_TEST(start()->code() == errc::too_many_waiting);

    pool_statistics now = pool->statistics();
    BOOST_TEST(now.open == 2U);
    BOOST_TEST(now.idle == 0U);
    BOOST_TEST(now.waiting == 1U);
    BOOST_TEST(now.opened == 2U);
    BOOST_TEST(now.refused == 1U);

    // One serves who waits, one is closed, one cannot be opened.
    give_back(std::move(first));
    second.reset();
    waiting->get().reset();
    acquire().reset();
    now = pool->statistics();
    BOOST_TEST(now.open == 0U);
    BOOST_TEST(now.reused == 1U);
    BOOST_TEST(now.failed == 1U);
    BOOST_TEST(now.closed_not_reusable == 2U);

    give_back(open());
    time->pass(context, settings.idle_max);
    shared_lease late = open();
    time->pass(context, settings.life_max);
    give_back(std::move(late));
    now = pool->statistics();
    BOOST_TEST(now.closed_idle == 1U);
    BOOST_TEST(now.closed_life == 1U);
    BOOST_TEST(now.opened == 4U);
}

// The observer is told who got what after which time, and why connections are closed.
BOOST_AUTO_TEST_CASE(events)
{
    watcher = std::make_shared<event_log>();
    settings.waiting_max = 1;
    make(10s);
    shared_lease held = open();
    auto const waiting = start();
    test::run_ready(context);
    BOOST_TEST(start()->code() == errc::too_many_waiting);
    time->pass(context, 3s);
    give_back(std::move(held));
    held = std::move(waiting->get());
    auto const late = start();
    time->pass(context, 10s);
    BOOST_TEST(late->code() == errc::connection_wait_timeout);
    auto const cancelled = start();
    test::run_ready(context);
    cancelled->cancel();
    test::run_ready(context);

    auto const& acquired = watcher->acquired;
    BOOST_TEST_REQUIRE(acquired.size() == 5U);
    BOOST_TEST(watcher->endpoint == "https://host:443");
    BOOST_TEST(!acquired[0].reused);
    BOOST_TEST(acquired[0].error == error_code());
    BOOST_TEST(acquired[1].error == errc::too_many_waiting);
    BOOST_TEST(acquired[2].reused);
    BOOST_TEST((acquired[2].waited == 3s));
    BOOST_TEST(acquired[3].error == errc::connection_wait_timeout);
    BOOST_TEST((acquired[3].waited == 10s));
    BOOST_TEST(acquired[4].error == asio::error::operation_aborted);

    held->drop_connection();
    held.reset();
    give_back(open());
    time->pass(context, settings.idle_max);
    held = open();
    time->pass(context, settings.life_max);
    give_back(std::move(held));
    give_back(open());
    pool.reset();
    std::vector<connection_close_reason> const expected{
        connection_close_reason::not_reusable, connection_close_reason::idle, connection_close_reason::life,
        connection_close_reason::shut_down};
    BOOST_TEST((watcher->closed == expected));
    test::run_ready(context);
    BOOST_TEST(alive == 0);
}

// A connection that was found useless is closed, and the place serves for another one, whose life begins then.
BOOST_AUTO_TEST_CASE(dropped_connection)
{
    make();
    give_back(open());
    time->pass(context, 10s);
    shared_lease held = acquire();
    held->drop_connection();
    test::run_ready(context);
    BOOST_TEST(alive == 0);
    BOOST_TEST(held->get() == nullptr);
    time->pass(context, settings.life_max);
    held->set_connection(std::make_unique<idle_connection>(asio::make_strand(context), alive));
    give_back(std::move(held));
    BOOST_TEST(pool->statistics().closed_not_reusable == 1U);
    BOOST_TEST(pool->statistics().opened == 2U);
    BOOST_TEST(acquire()->get() != nullptr);
}

// A place ahead of its use is had if there is one, and never before those who wait.
BOOST_AUTO_TEST_CASE(acquire_ahead)
{
    make();
    {
        auto ahead = pool->acquire_ahead();
        BOOST_TEST_REQUIRE(ahead.has_value());
        BOOST_TEST(ahead->get() == nullptr);
        BOOST_TEST(!pool->acquire_ahead().has_value());
        ahead->set_connection(std::make_unique<idle_connection>(asio::make_strand(context), alive));
        ahead->mark_reusable();
    }
    shared_lease held = acquire();
    BOOST_TEST(held->get() != nullptr);
    auto const waiting = start();
    test::run_ready(context);
    held.reset();
    BOOST_TEST(!pool->acquire_ahead().has_value());
    BOOST_TEST(waiting->get() != nullptr);
}

// Nothing is left when the context goes while one operation has the connection and others wait.
BOOST_AUTO_TEST_CASE(context_destroyed)
{
    struct holder {
        static asio::awaitable<shared_lease> hold(std::shared_ptr<connection_pool> from, int& count)
        {
            lease held = co_await from->acquire();
            held.set_connection(std::make_unique<idle_connection>(
                asio::make_strand(co_await asio::this_coro::executor), count));
            asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::hours(1));
            co_await timer.async_wait(asio::use_awaitable);
            co_return nullptr;
        }
    };

    for (int const waiters : {0, 1, 2, 5}) {
        std::weak_ptr<connection_pool> watched;
        {
            auto owned = std::make_unique<asio::io_context>();
            auto used =
                std::make_shared<connection_pool>(pool_environment(owned->get_executor()), settings, 10min);
            watched = used;
            std::vector<std::unique_ptr<test::started<shared_lease>>> all;
            for (int i = 0; i <= waiters; ++i)
                all.push_back(
                    std::make_unique<test::started<shared_lease>>(*owned, holder::hold(used, alive)));
            test::run_ready(*owned);
            used.reset();
            owned.reset();
        }
        BOOST_TEST(watched.expired(), waiters << " waiters");
        BOOST_TEST(alive == 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
