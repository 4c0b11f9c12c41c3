#include "async/budget.hpp"

#include "support/data.hpp"
#include "support/manual_time.hpp"
#include "support/printing.hpp"
#include "support/run.hpp"
#include "support/started.hpp"

#include <glacier/error.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace glacier::async {
namespace {

using reservation = budget::reservation;
using test::started;

/// Keeps what it got, so that the test can give it back.
asio::awaitable<void> keep(std::shared_ptr<budget> budget, std::size_t bytes,
                           std::shared_ptr<std::optional<reservation>> kept)
{
    reservation got = co_await budget->reserve(bytes);
    kept->emplace(std::move(got));
}

asio::awaitable<void> reserve_and_go(std::shared_ptr<budget> budget, std::size_t bytes,
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
    std::shared_ptr<budget> sut = std::make_shared<budget>(100);
    std::vector<std::shared_ptr<std::optional<reservation>>> all;
    std::vector<std::unique_ptr<started<void>>> waits;
};

BOOST_FIXTURE_TEST_SUITE(budget_test, budget_fixture)

// As long as there is room nobody waits, and what goes is given back.
BOOST_AUTO_TEST_CASE(room)
{
    std::size_t const first = start(60);
    std::size_t const second = start(40);
    BOOST_TEST((has(first) && has(second)));
    BOOST_TEST((*all[first])->amount() == 60U);
    BOOST_TEST(sut->amount_max() == 100U);
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
    BOOST_TEST(sut->try_reserve(1).amount() == 0U);

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
    BOOST_TEST((*all[holder])->amount() == 70U);

    // It never grows.
    (*all[holder])->shrink_to(90);
    BOOST_TEST((*all[holder])->amount() == 70U);
    BOOST_TEST(sut->reserved() == 100U);
}

// A reservation that moves stays one, and one that is overwritten is given back.
BOOST_AUTO_TEST_CASE(moves)
{
    reservation first = sut->try_reserve(40);
    reservation second = sut->try_reserve(50);
    BOOST_TEST(sut->reserved() == 90U);

    second = std::move(first);
    BOOST_TEST(second.amount() == 40U);
    BOOST_TEST(sut->reserved() == 40U);

    second = reservation();
    BOOST_TEST(second.amount() == 0U);
    BOOST_TEST(sut->reserved() == 0U);
}

// Without waiting there is either all or nothing.
BOOST_AUTO_TEST_CASE(without_waiting)
{
    reservation const held = sut->try_reserve(60);
    BOOST_TEST(held.amount() == 60U);
    BOOST_TEST(sut->try_reserve(41).amount() == 0U);
    BOOST_TEST(sut->try_reserve(101).amount() == 0U);
    BOOST_TEST(sut->try_reserve(40).amount() == 40U);
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

/// Bytes that those who have them count by themselves.
struct bytes_in_use {
    std::atomic<std::size_t> now = 0;
    std::atomic<bool> too_many = false;
};

/// Counted as long as it lives.
class use_of_bytes {
public:
    use_of_bytes(bytes_in_use& counted, std::size_t bytes, std::size_t bytes_max)
        : counted_(counted), bytes_(bytes)
    {
        if (counted_.now.fetch_add(bytes) + bytes > bytes_max)
            counted_.too_many = true;
    }

    use_of_bytes(use_of_bytes const&) = delete;
    use_of_bytes& operator=(use_of_bytes const&) = delete;
    ~use_of_bytes() { counted_.now -= bytes_; }

private:
    bytes_in_use& counted_;
    std::size_t bytes_;
};

asio::awaitable<void> use_again_and_again(std::shared_ptr<budget> budget,
                                          std::shared_ptr<bytes_in_use> counted, std::uint64_t seed)
{
    test::number_source numbers(seed);
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    for (int times = 0; times < 20; ++times) {
        std::size_t const bytes = 1 + numbers.below(budget->amount_max());
        reservation held = co_await budget->reserve(bytes);
        {
            use_of_bytes const used(*counted, bytes, budget->amount_max());
            for (std::uint64_t turns = numbers.below(3); turns > 0; --turns)
                co_await asio::post(executor, asio::use_awaitable);
        }
        held.shrink_to(bytes / 2);
        use_of_bytes const used(*counted, bytes / 2, budget->amount_max());
        co_await asio::post(executor, asio::use_awaitable);
    }
}

// A thousand coroutines on four threads, of which every third is cancelled somewhere: nobody waits for ever, there are
// never more bytes in use than there may be, and at the end none.
BOOST_AUTO_TEST_CASE(a_thousand_coroutines)
{
    constexpr std::size_t count = 1'000;
    auto const counted = std::make_shared<bytes_in_use>();
    std::atomic<std::size_t> succeeded = 0;
    std::atomic<std::size_t> cancelled = 0;
    {
        asio::io_context threads_of_all(4);
        // Boost 1.81 posts a cancellation, which may come when the coroutine has ended.
        std::vector<asio::cancellation_signal> signals(count);
        for (std::size_t i = 0; i < count; ++i) {
            auto const strand = asio::make_strand(threads_of_all);
            auto on_end = [&](std::exception_ptr const& error) { ++(error ? cancelled : succeeded); };
            asio::co_spawn(strand, use_again_and_again(sut, counted, i),
                           asio::bind_cancellation_slot(signals[i].slot(), std::move(on_end)));
            if (i % 3 != 0)
                continue;
            auto const timer =
                std::make_shared<asio::steady_timer>(strand, std::chrono::microseconds(20 * i));
            timer->async_wait([&signal = signals[i], timer](boost::system::error_code) {
                signal.emit(asio::cancellation_type::terminal);
            });
        }
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&threads_of_all] { threads_of_all.run_for(std::chrono::seconds(60)); });
        for (std::thread& each : threads)
            each.join();
    }
    BOOST_TEST(succeeded + cancelled == count);
    BOOST_TEST(succeeded >= count * 2 / 3);
    BOOST_TEST(cancelled > 0U);
    BOOST_TEST(!counted->too_many);
    BOOST_TEST(counted->now == 0U);
    BOOST_TEST(sut->reserved() == 0U);
    BOOST_TEST(sut->waiting() == 0U);
    BOOST_TEST(sut->reserved_most() <= sut->amount_max());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::async
