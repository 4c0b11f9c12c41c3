#include "credentials/sources.hpp"

#include "credentials/sources_fixture.hpp"
#include "support/end_noted.hpp"
#include "support/last_words.hpp"
#include "support/started.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <future>
#include <thread>

namespace glacier::credentials_sources {

using test::started;
using namespace std::chrono_literals;

namespace {

/// A source whose fetches end when the test says so.
class gated_source final : public credentials_provider {
public:
    explicit gated_source(std::shared_ptr<test::manual_time> time) : time_(std::move(time)) {}

    asio::awaitable<credentials> get() override { return fetch(this); }
    void expire(credentials const& refused) override { expired.push_back(refused.access_key_id); }

    /// Lets the oldest fetch succeed.
    void let_succeed() { end(false); }
    void let_fail() { end(true); }

    std::size_t under_way() const noexcept { return open_.size(); }

    std::optional<std::chrono::milliseconds> life = std::chrono::hours(1);
    int fetches = 0;
    int cancelled = 0;
    std::vector<std::string> expired;

private:
    struct fetch_state {
        fetch_state(gated_source& its_owner, asio::any_io_executor executor)
            : owner(its_owner), timer(std::move(executor), asio::steady_timer::time_point::max())
        {
            owner.open_.push_back(this);
        }

        fetch_state(fetch_state const&) = delete;
        fetch_state& operator=(fetch_state const&) = delete;
        ~fetch_state() { std::erase(owner.open_, this); }

        gated_source& owner;
        // Belongs to the context, as the sockets of a real source do.
        asio::steady_timer timer;
        bool ended = false;
        bool fails = false;
    };

    void end(bool fails)
    {
        BOOST_TEST_REQUIRE(!open_.empty());
        fetch_state* const state = open_.front();
        open_.erase(open_.begin());
        state->ended = true;
        state->fails = fails;
        state->timer.cancel();
    }

    static asio::awaitable<credentials> fetch(gated_source* self)
    {
        int const number = ++self->fetches;
        fetch_state state(*self, co_await asio::this_coro::executor);
        boost::system::error_code ignored;
        co_await state.timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        if (!state.ended) {
            ++self->cancelled;
            throw boost::system::system_error(asio::error::operation_aborted);
        }
        if (state.fails) {
            error_details details;
            details.message = "no luck " + std::to_string(number);
            throw operation_error(errc::credentials_failed, std::move(details));
        }
        credentials made("KEY" + std::to_string(number), secret_string("secret"));
        if (self->life)
            made.expiration = self->time_->today() + *self->life;
        made.source = "gate";
        co_return made;
    }

    std::shared_ptr<test::manual_time> time_;
    std::vector<fetch_state*> open_;
};

/// A source that fails in its own way.
template <class Exception>
asio::awaitable<credentials> throw_it(Exception exception)
{
    throw exception;
    co_return credentials("", secret_string());
}

/// A source whose credentials are as good as gone: they live for an hour.
asio::awaitable<credentials> brief_credentials(std::shared_ptr<std::atomic<int>> count)
{
    credentials made("K" + std::to_string(++*count), secret_string("secret"));
    made.expiration = async::system_time()->today() + 1h;
    co_return made;
}

using request = started<std::optional<credentials>>;

struct cached_fixture : test::sources_fixture {
    cached_fixture() : source(std::make_shared<gated_source>(time))
    {
        cached = make_cached_provider(context(), source);
    }

    std::unique_ptr<request> ask() { return ask_on(loop); }

    std::unique_ptr<request> ask_on(asio::io_context& where)
    {
        auto made = std::make_unique<request>(where.get_executor(), test::get_from(cached));
        settle(where);
        return made;
    }

    void settle(asio::io_context& where) { test::manual_time::settle(where); }
    void settle() { settle(loop); }
    void pass(std::chrono::milliseconds duration) { time->pass(loop, duration); }

    /// The key of a request that has ended.
    static std::string key_of(std::unique_ptr<request> const& asked) { return asked->get()->access_key_id; }

    /// The first credentials.
    void fill()
    {
        auto const first = ask();
        source->let_succeed();
        settle();
        BOOST_TEST(key_of(first) == "KEY1");
    }

    asio::io_context loop;
    std::shared_ptr<gated_source> source;
    std::shared_ptr<credentials_provider> cached;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(cached_test, cached_fixture)

// Any number of requests wait for one fetch; afterwards nobody waits.
BOOST_AUTO_TEST_CASE(single_flight)
{
    std::vector<std::unique_ptr<request>> asked;
    for (int i = 0; i < 100; ++i)
        asked.push_back(ask());
    BOOST_TEST(source->fetches == 1);
    source->let_succeed();
    settle();
    for (auto const& each : asked)
        BOOST_TEST(key_of(each) == "KEY1");
    BOOST_TEST(key_of(ask()) == "KEY1");
    BOOST_TEST(source->fetches == 1);
    // No timer is left that would keep the loop busy.
    BOOST_TEST(time->waiting() == 0U);
    BOOST_TEST(loop.stopped());
}

// Shortly before the end one request starts to fetch, and none waits for it.
BOOST_AUTO_TEST_CASE(advisory_refresh)
{
    fill();
    pass(46min);
    BOOST_TEST(key_of(ask()) == "KEY1");
    BOOST_TEST(key_of(ask()) == "KEY1");
    BOOST_TEST(source->fetches == 2);
    source->let_succeed();
    settle();
    BOOST_TEST(key_of(ask()) == "KEY2");
}

// Its failure is told to the observer only, and the source is left alone for a while.
BOOST_AUTO_TEST_CASE(advisory_failure)
{
    fill();
    pass(46min);
    BOOST_TEST(key_of(ask()) == "KEY1");
    source->let_fail();
    settle();
    BOOST_TEST(key_of(ask()) == "KEY1");
    BOOST_TEST(source->fetches == 2);
    BOOST_TEST_REQUIRE(log->entries.size() == 2U);
    BOOST_TEST(log->entries[0].source == "gate");
    BOOST_TEST(!log->entries[0].error.failed());
    BOOST_TEST(log->entries[0].expiration.has_value());
    BOOST_TEST(log->entries[1].error == errc::credentials_failed);
    BOOST_TEST(log->entries[1].message == "no luck 2");
    BOOST_TEST(log->entries[1].still_valid);
    pass(1s);
    BOOST_TEST(key_of(ask()) == "KEY1");
    BOOST_TEST(source->fetches == 3);
    source->let_succeed();
    settle();
    BOOST_TEST(key_of(ask()) == "KEY3");
}

// Close to the end everybody waits. If the fetch fails then, the old credentials are used while they are valid.
BOOST_AUTO_TEST_CASE(mandatory_refresh)
{
    fill();
    pass(51min);
    auto const one = ask();
    auto const other = ask();
    BOOST_TEST(!one->ended());
    BOOST_TEST(!other->ended());
    BOOST_TEST(source->fetches == 2);
    source->let_fail();
    settle();
    BOOST_TEST(key_of(one) == "KEY1");
    BOOST_TEST(key_of(other) == "KEY1");

    pass(9min);
    auto const late = ask();
    source->let_fail();
    settle();
    BOOST_CHECK_THROW(late->get(), operation_error);
}

// A failure is that of all who wait, and of those who come while the source is left alone.
BOOST_AUTO_TEST_CASE(failure)
{
    auto const one = ask();
    auto const other = ask();
    source->let_fail();
    settle();
    auto const third = ask();
    for (request* const each : {one.get(), other.get(), third.get()}) {
        operation_error const error = test::error_of([each] { each->get(); });
        BOOST_TEST(error.code() == errc::credentials_failed);
        BOOST_TEST(error.details().message == "no luck 1");
    }
    BOOST_TEST(source->fetches == 1);
    BOOST_TEST(!log->entries.at(0).still_valid);
    pass(1s);
    auto const fourth = ask();
    BOOST_TEST(source->fetches == 2);
    source->let_succeed();
    settle();
    BOOST_TEST(key_of(fourth) == "KEY2");
}

// The cancellation of one who waits, also of the one who started the fetch, ends it at once and nothing else.
BOOST_AUTO_TEST_CASE(cancelled_waiters)
{
    auto const first = ask();
    auto const second = ask();
    auto const third = ask();
    first->cancel();
    second->cancel();
    settle();
    for (request* const each : {first.get(), second.get()})
        BOOST_CHECK_THROW(each->get(), boost::system::system_error);
    BOOST_TEST(!third->ended());
    BOOST_TEST(source->cancelled == 0);
    source->let_succeed();
    settle();
    BOOST_TEST(key_of(third) == "KEY1");
    BOOST_TEST(source->fetches == 1);
}

// What the service refuses is fetched again, once, however many requests it was refused to.
BOOST_AUTO_TEST_CASE(expired)
{
    auto const first = ask();
    source->let_succeed();
    settle();
    credentials const refused = *first->get();
    cached->expire(refused);
    cached->expire(refused);
    BOOST_TEST(source->expired.size() == 2U);
    auto const second = ask();
    source->let_succeed();
    settle();
    BOOST_TEST(key_of(second) == "KEY2");
    // Somebody whose request took long.
    cached->expire(refused);
    BOOST_TEST(source->expired.size() == 2U);
    BOOST_TEST(key_of(ask()) == "KEY2");
    BOOST_TEST(source->fetches == 2);
}

// Credentials that have ended when they come are a failure, and say so.
BOOST_AUTO_TEST_CASE(ended_already)
{
    source->life = -1s;
    auto const asked = ask();
    source->let_succeed();
    settle();
    operation_error const error = test::error_of([&asked] { asked->get(); });
    BOOST_TEST(error.details().message == "gate: the credentials that it gives have ended already");
}

// A source that never answers is given up, and its fetch cancelled. The next request asks again.
BOOST_AUTO_TEST_CASE(source_hangs)
{
    auto const one = ask();
    auto const other = ask();
    pass(2min - 1ms);
    BOOST_TEST(!one->ended());
    pass(1ms);
    for (request* const each : {one.get(), other.get()}) {
        operation_error const error = test::error_of([each] { each->get(); });
        BOOST_TEST(error.code() == errc::credentials_failed);
        BOOST_TEST(test::holds(error.details().message, "120000 ms"));
    }
    BOOST_TEST(source->cancelled == 1);
    BOOST_TEST(log->entries.size() == 1U);
    pass(1s);
    auto const next = ask();
    BOOST_TEST(source->fetches == 2);
}

// When the context that fetches is destroyed, those who wait on another one take over.
BOOST_AUTO_TEST_CASE(context_of_the_fetch_goes)
{
    auto other = std::make_unique<asio::io_context>();
    auto const lost = ask_on(*other);
    auto const waiting = ask();
    BOOST_TEST(source->fetches == 1);
    other.reset();
    settle();
    BOOST_TEST(source->fetches == 2);
    BOOST_TEST(!waiting->ended());
    source->let_succeed();
    settle();
    BOOST_TEST(key_of(waiting) == "KEY2");
    BOOST_CHECK_THROW(lost->get(), std::future_error);
}

// When the context of one who waits is destroyed, its coroutine goes too, and the fetch does not touch it.
BOOST_AUTO_TEST_CASE(context_of_a_waiter_goes)
{
    int frames = 0;
    auto const first = ask();
    auto other = std::make_unique<asio::io_context>();
    auto wait = [](std::shared_ptr<credentials_provider> from,
                   test::counted /*mark*/) -> asio::awaitable<std::optional<credentials>> {
        co_return co_await from->get();
    };
    auto waiting = std::make_unique<request>(other->get_executor(), wait(cached, test::counted(frames)));
    settle(*other);
    BOOST_TEST(frames == 1);
    other.reset();
    BOOST_TEST(frames == 0);
    source->let_succeed();
    settle();
    BOOST_TEST(key_of(first) == "KEY1");
}

// When the context that fetches merely stands still, the fetch is given up, and another context fetches.
BOOST_AUTO_TEST_CASE(context_of_the_fetch_stands_still)
{
    fill();
    pass(46min);
    asio::io_context still;
    BOOST_TEST(key_of(ask_on(still)) == "KEY1");
    source->let_succeed();
    pass(5min);
    BOOST_TEST(key_of(ask()) == "KEY1");
    BOOST_TEST(test::holds(log->entries.back().message, "120000 ms"));
    pass(1s);
    auto const next = ask();
    BOOST_TEST(source->fetches == 3);
    // Too late.
    settle(still);
    BOOST_TEST(!next->ended());
    source->let_succeed();
    settle();
    BOOST_TEST(key_of(next) == "KEY3");
}

// Whatever the source throws becomes an operation_error, which every request can throw for itself.
BOOST_AUTO_TEST_CASE(other_exceptions)
{
    auto const throwing = [](auto exception) {
        return custom_credentials([exception] { return throw_it(exception); });
    };
    auto const code_of = [this](std::shared_ptr<credentials_provider> of) {
        return test::failure_of(make_cached_provider(context(), std::move(of)));
    };
    operation_error error = code_of(throwing(std::runtime_error("own words")));
    BOOST_TEST(error.code() == errc::credentials_failed);
    BOOST_TEST(error.details().message == "own words");
    error = code_of(throwing(boost::system::system_error(make_error_code(errc::no_region))));
    BOOST_TEST(error.code() == errc::no_region);
    BOOST_TEST(code_of(throwing(7)).code() == errc::credentials_failed);
}

asio::awaitable<credentials> fetch_when(std::promise<void>* begun, std::shared_future<void> released)
{
    begun->set_value();
    released.wait();
    co_return credentials("K1", secret_string("secret"));
}

asio::awaitable<void> hold_and_get(test::end_noted /*in_the_frame*/,
                                   std::shared_ptr<credentials_provider> from)
{
    co_await from->get();
}

// A context goes while the fetch that its coroutine waits for ends on another one: the coroutine is destroyed by who
// destroys the context, not by who ends the fetch.
BOOST_AUTO_TEST_CASE(context_of_a_waiter_goes_while_the_fetch_ends)
{
    std::promise<void> begun;
    std::promise<void> release;
    auto const shared = cached_credentials(custom_credentials(
        [&, released = release.get_future().share()] { return fetch_when(&begun, released); }));
    asio::io_context there;
    std::thread::id ended_there;
    asio::co_spawn(there, hold_and_get(test::end_noted(ended_there), shared), asio::detached);
    std::thread other([&there] { there.run(); });
    begun.get_future().wait();

    std::thread::id place;
    {
        asio::io_context here;
        // Timers older than the strands, so that the strands end first.
        asio::steady_timer const older(here);
        asio::use_service<test::last_words>(here).say = [&] {
            release.set_value();
            other.join();
        };
        asio::co_spawn(asio::make_strand(here), hold_and_get(test::end_noted(place), shared), asio::detached);
        here.poll();
        BOOST_TEST((place == std::thread::id()));
    }
    BOOST_TEST((place == std::this_thread::get_id()));
}

// One provider serves many threads and contexts while credentials change all the time.
BOOST_AUTO_TEST_CASE(many_threads)
{
    credentials_options brief;
    brief.refresh.advisory_window = 3h;
    brief.refresh.mandatory_window = 2h;
    brief.refresh.delay_base = 1ms;
    auto const counter = std::make_shared<std::atomic<int>>(0);
    auto const shared =
        cached_credentials(custom_credentials([counter] { return brief_credentials(counter); }), brief);
    std::atomic<int> got = 0;
    std::atomic<int> failed = 0;
    {
        std::vector<std::unique_ptr<asio::thread_pool>> pools;
        auto loop_of = [](std::shared_ptr<credentials_provider> from,
                          std::atomic<int>* count) -> asio::awaitable<void> {
            for (int i = 0; i < 200; ++i) {
                credentials const one = co_await from->get();
                if (i % 16 == 0)
                    from->expire(one);
                ++*count;
            }
        };
        for (int i = 0; i < 2; ++i) {
            pools.push_back(std::make_unique<asio::thread_pool>(2));
            for (int j = 0; j < 8; ++j)
                asio::co_spawn(*pools.back(), loop_of(shared, &got), [&failed](std::exception_ptr error) {
                    if (error)
                        ++failed;
                });
        }
        for (auto const& each : pools)
            each->join();
    }
    BOOST_TEST(failed == 0);
    BOOST_TEST(got == 3'200);
    BOOST_TEST(*counter > 1);
}

// Without a source there is nothing to keep.
BOOST_AUTO_TEST_CASE(no_source)
{
    BOOST_CHECK_THROW(cached_credentials(nullptr), invalid_value);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
