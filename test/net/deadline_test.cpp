#include "net/deadline.hpp"

#include "net/net_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>

namespace glacier::net {

namespace {

using namespace std::chrono_literals;

/// A deadline that counts how often it expires.
struct counted_deadline {
    counted_deadline() : limit(context.get_executor(), [this] { ++expiries; }) {}

    asio::io_context context;
    int expiries = 0;
    deadline limit;
};

} // namespace

BOOST_AUTO_TEST_SUITE(deadline_test)

// It expires once, not early, and says why.
BOOST_AUTO_TEST_CASE(expires)
{
    counted_deadline tested;
    auto const begin = std::chrono::steady_clock::now();
    tested.limit.expires_after(5ms, errc::transfer_stalled);
    BOOST_TEST(!tested.limit.expired().has_value());

    test::run_to_end(tested.context);

    BOOST_TEST(tested.expiries == 1);
    BOOST_TEST((std::chrono::steady_clock::now() - begin >= 5ms));
    BOOST_TEST((tested.limit.expired() == errc::transfer_stalled));
}

// Zero means no limit: a limit that was set is lifted, and the timer stops keeping the context busy.
BOOST_AUTO_TEST_CASE(lifted)
{
    counted_deadline tested;
    tested.limit.expires_after(10min, errc::transfer_stalled);
    tested.limit.expires_after(0ms, errc());

    test::run_to_end(tested.context);

    BOOST_TEST(tested.expiries == 0);
    BOOST_TEST(!tested.limit.expired().has_value());
}

// A new limit replaces the one before, whether it is later or earlier, with its reason.
BOOST_AUTO_TEST_CASE(replaced)
{
    counted_deadline later;
    auto const begin = std::chrono::steady_clock::now();
    later.limit.expires_after(1ms, errc::transfer_stalled);
    later.limit.expires_after(10ms, errc::response_timeout);
    test::run_to_end(later.context);
    BOOST_TEST(later.expiries == 1);
    BOOST_TEST((std::chrono::steady_clock::now() - begin >= 10ms));
    BOOST_TEST((later.limit.expired() == errc::response_timeout));

    counted_deadline earlier;
    earlier.limit.expires_after(10min, errc::transfer_stalled);
    earlier.limit.expires_after(1ms, errc::response_timeout);
    test::run_to_end(earlier.context);
    BOOST_TEST(earlier.expiries == 1);
    BOOST_TEST((earlier.limit.expired() == errc::response_timeout));
}

// A limit can be set again after it was lifted.
BOOST_AUTO_TEST_CASE(set_again)
{
    counted_deadline tested;
    tested.limit.expires_after(10min, errc::transfer_stalled);
    tested.limit.expires_after(0ms, errc());
    tested.limit.expires_after(1ms, errc::response_timeout);

    test::run_to_end(tested.context);

    BOOST_TEST(tested.expiries == 1);
}

// The reason is that of the limit that expired, whatever limit is set afterwards.
BOOST_AUTO_TEST_CASE(first_reason_stays)
{
    counted_deadline tested;
    tested.limit.expires_after(1ms, errc::transfer_stalled);
    test::run_to_end(tested.context);

    tested.limit.expires_after(10min, errc::response_timeout);

    BOOST_TEST((tested.limit.expired() == errc::transfer_stalled));
}

// A deadline that is gone does nothing any more, although its timer had been about to fire.
BOOST_AUTO_TEST_CASE(destroyed)
{
    asio::io_context context;
    int expiries = 0;
    auto limit = std::make_unique<deadline>(context.get_executor(), [&expiries] { ++expiries; });
    limit->expires_after(1ms, errc::transfer_stalled);
    // The timer's handler is queued when the deadline goes.
    asio::steady_timer timer(context, 5ms);
    timer.async_wait([&limit](error_code) { limit.reset(); });

    test::run_to_end(context);
    BOOST_TEST(expiries <= 1);
    int const before = expiries;

    auto second = std::make_unique<deadline>(context.get_executor(), [&expiries] { ++expiries; });
    second->expires_after(1ms, errc::transfer_stalled);
    second.reset();
    test::run_to_end(context);

    BOOST_TEST(expiries == before);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
