#include "async/memory_budget.hpp"

#include "support/manual_time.hpp"
#include "support/printing.hpp"
#include "support/run.hpp"
#include "support/started.hpp"

#include <glacier/error.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace glacier::async {
namespace {

using reservation = memory_budget::reservation;
using test::started;

/// Keeps what it got, so that the test can give it back.
asio::awaitable<void> keep(std::shared_ptr<memory_budget> budget, std::size_t bytes,
                           std::shared_ptr<std::optional<reservation>> kept)
{
    reservation got = co_await budget->reserve(bytes);
    kept->emplace(std::move(got));
}

asio::awaitable<void> reserve_and_go(std::shared_ptr<memory_budget> budget, std::size_t bytes,
                                     std::shared_ptr<int> alive)
{
    reservation const got = co_await budget->reserve(bytes);
    (void)alive;
}

struct budget_fixture {
    /// Starts a reservation; `all[number]` has it when it is its turn.
    std::size_t start(std::size_t bytes)
    {
        all.push_back(std::make_shared<std::optional<reservation>>());
        waits.push_back(
            std::make_unique<started<void>>(context.get_executor(), keep(sut, bytes, all.back())));
        settle();
        return all.size() - 1;
    }

    bool has(std::size_t number) const { return all[number]->has_value(); }

    void give_back(std::size_t number)
    {
        all[number]->reset();
        settle();
    }

    void cancel(std::size_t number)
    {
        waits[number]->cancel();
        settle();
    }

    void settle() { test::manual_time::settle(context); }

    asio::io_context context;
    std::shared_ptr<memory_budget> sut = std::make_shared<memory_budget>(100);
    std::vector<std::shared_ptr<std::optional<reservation>>> all;
    std::vector<std::unique_ptr<started<void>>> waits;
};

BOOST_FIXTURE_TEST_SUITE(memory_budget_test, budget_fixture)

// As long as there is room nobody waits, and what goes is given back.
BOOST_AUTO_TEST_CASE(room)
{
    std::size_t const first = start(60);
    std::size_t const second = start(40);
    BOOST_TEST((has(first) && has(second)));
    BOOST_TEST((*all[first])->bytes() == 60U);
    BOOST_TEST(sut->bytes_max() == 100U);
    BOOST_TEST(sut->reserved() == 100U);

    give_back(first);
    BOOST_TEST(sut->reserved() == 40U);
    give_back(second);
    BOOST_TEST(sut->reserved() == 0U);
    BOOST_TEST(sut->reserved_most() == 100U);
    BOOST_TEST(sut->waiting() == 0U);
}

// First come, first served: what would fit does not pass by what waits for more.
BOOST_AUTO_TEST_CASE(in_order)
{
    std::size_t const holder = start(60);
    std::size_t const large = start(80);
    std::size_t const small = start(10);
    BOOST_TEST((!has(large) && !has(small)));
    BOOST_TEST(sut->waiting() == 2U);
    BOOST_TEST(sut->try_reserve(1).bytes() == 0U);

    give_back(holder);
    BOOST_TEST((has(large) && has(small)));
    BOOST_TEST(sut->reserved() == 90U);
    BOOST_TEST(sut->waiting() == 0U);
}

// What is given back early lets others go on.
BOOST_AUTO_TEST_CASE(shrinks)
{
    std::size_t const holder = start(100);
    std::size_t const next = start(30);
    (*all[holder])->shrink_to(71);
    settle();
    BOOST_TEST(!has(next));

    (*all[holder])->shrink_to(70);
    settle();
    BOOST_TEST(has(next));
    BOOST_TEST((*all[holder])->bytes() == 70U);

    // It never grows.
    (*all[holder])->shrink_to(90);
    BOOST_TEST((*all[holder])->bytes() == 70U);
    BOOST_TEST(sut->reserved() == 100U);
}

// A reservation that moves stays one, and one that is overwritten is given back.
BOOST_AUTO_TEST_CASE(moves)
{
    reservation first = sut->try_reserve(40);
    reservation second = sut->try_reserve(50);
    BOOST_TEST(sut->reserved() == 90U);

    second = std::move(first);
    BOOST_TEST(second.bytes() == 40U);
    BOOST_TEST(sut->reserved() == 40U);

    second = reservation();
    BOOST_TEST(second.bytes() == 0U);
    BOOST_TEST(sut->reserved() == 0U);
}

// Without waiting there is either all or nothing.
BOOST_AUTO_TEST_CASE(without_waiting)
{
    reservation const held = sut->try_reserve(60);
    BOOST_TEST(held.bytes() == 60U);
    BOOST_TEST(sut->try_reserve(41).bytes() == 0U);
    BOOST_TEST(sut->try_reserve(101).bytes() == 0U);
    BOOST_TEST(sut->try_reserve(40).bytes() == 40U);
    BOOST_TEST(sut->reserved() == 60U);
}

// Nothing is there at once, whoever waits.
BOOST_AUTO_TEST_CASE(nothing)
{
    start(100);
    start(1);
    std::size_t const none = start(0);
    BOOST_TEST(has(none));
    BOOST_TEST(sut->waiting() == 1U);
}

// What could never fit fails at once, and says how much is allowed.
BOOST_AUTO_TEST_CASE(more_than_all)
{
    try {
        test::run(context, reserve_and_go(sut, 101, nullptr));
        BOOST_FAIL("reserved");
    } catch (operation_error const& error) {
        BOOST_TEST(error.code() == errc::memory_limit_too_low);
        std::string const text = error.what();
        BOOST_TEST(text.find("101 bytes") != std::string::npos);
        BOOST_TEST(text.find("100 are allowed") != std::string::npos);
    }
    BOOST_TEST(sut->waiting() == 0U);
}

// Whoever is cancelled leaves at once, wherever it stands, and the others move up.
BOOST_AUTO_TEST_CASE(cancellation)
{
    std::size_t const holder = start(50);
    std::size_t const large = start(60);
    std::size_t const middle = start(20);
    std::size_t const last = start(30);
    cancel(middle);
    BOOST_TEST(waits[middle]->ended());
    BOOST_CHECK_THROW(waits[middle]->get(), boost::system::system_error);
    BOOST_TEST(sut->waiting() == 2U);
    BOOST_TEST((!has(large) && !has(last)));

    cancel(large);
    BOOST_TEST(has(last));
    BOOST_TEST(sut->reserved() == 80U);

    give_back(holder);
    give_back(last);
    BOOST_TEST(sut->reserved() == 0U);
}

// One that is cancelled in the moment when its turn comes gives back what it got.
BOOST_AUTO_TEST_CASE(cancelled_as_it_is_admitted)
{
    std::size_t const holder = start(100);
    std::size_t const next = start(100);
    std::size_t const after = start(100);
    waits[next]->cancel();
    context.restart();
    context.poll_one();
    all[holder]->reset();
    BOOST_TEST(sut->reserved() == 100U);
    BOOST_TEST(sut->waiting() == 1U);
    settle();

    BOOST_CHECK_THROW(waits[next]->get(), boost::system::system_error);
    BOOST_TEST(has(after));
    give_back(after);
    BOOST_TEST(sut->reserved() == 0U);
}

// Those who wait when their context goes are dropped, and nothing is left of them: also on strands, which destroy what
// is posted to them when they have gone before the timers. However many they are, that does not become deep.
BOOST_AUTO_TEST_CASE(context_goes_first)
{
    for (bool const on_strands : {false, true}) {
        auto const alive = std::make_shared<int>();
        reservation held = sut->try_reserve(100);
        {
            asio::io_context other;
            asio::steady_timer const first(other);
            for (int i = 0; i < 20'000; ++i) {
                asio::any_io_executor executor = other.get_executor();
                if (on_strands)
                    executor = asio::make_strand(other);
                asio::co_spawn(executor, reserve_and_go(sut, 100, alive), [](std::exception_ptr) {});
            }
            test::manual_time::settle(other);
            BOOST_TEST(sut->waiting() == 20'000U);
            held = reservation();
        }
        BOOST_TEST(alive.use_count() == 1);
        BOOST_TEST(sut->reserved() == 0U);
        BOOST_TEST(sut->waiting() == 0U);
        BOOST_TEST(sut.use_count() == 1);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::async
