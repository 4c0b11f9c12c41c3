#include "credentials/refresh_plan.hpp"
#include "credentials/sources.hpp"

#include "async/context_gate.hpp"
#include "async/event.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace glacier::credentials_sources {

namespace {

[[noreturn]] void throw_aborted()
{
    throw boost::system::system_error(asio::error::operation_aborted);
}

/// An error that several coroutines on several threads can throw, each its own copy.
operation_error error_of(std::exception_ptr const& caught)
{
    try {
        std::rethrow_exception(caught);
    } catch (operation_error const& error) {
        return error;
    } catch (boost::system::system_error const& error) {
        error_details details;
        details.message = error.what();
        return operation_error(error.code(), std::move(details));
    } catch (std::exception const& error) {
        error_details details;
        details.message = error.what();
        return operation_error(errc::credentials_failed, std::move(details));
    } catch (...) {
        return operation_error(errc::credentials_failed, error_details());
    }
}

bool is_same(credentials const& one, credentials const& other)
{
    return one.access_key_id == other.access_key_id &&
           one.secret_access_key.reveal() == other.secret_access_key.reveal() &&
           one.session_token.reveal() == other.session_token.reveal();
}

/// A request that waits for a fetch.
struct waiter {
    explicit waiter(asio::any_io_executor const& executor) : gate(async::context_gate::of(executor)) {}

    async::event woken;
    // Of the context that waits, for those who wake it from another one.
    std::shared_ptr<async::context_gate> gate;
    // Under the mutex: the wait may end by itself while the fetch does.
    std::optional<credentials> fetched;
    std::optional<operation_error> error;
};

/// What belongs to the context of a fetch, and must not outlive it.
struct flight_control {
    explicit flight_control(asio::any_io_executor its_strand)
        : strand(std::move(its_strand)), gate(async::context_gate::of(strand))
    {}

    asio::any_io_executor strand;
    std::shared_ptr<async::context_gate> gate;
    // On the strand.
    asio::cancellation_signal cancel;
    bool ended = false;
};

/// A fetch under way.
struct flight {
    flight(asio::any_io_executor strand, async::timer::time_point its_end)
        : end(its_end), control(std::make_shared<flight_control>(std::move(strand)))
    {}

    /// Then it is given up.
    async::timer::time_point end;
    // Under the mutex. The former is gone when the coroutine is: those who wait may hold this longer than its context
    // lives.
    std::shared_ptr<flight_control> control;
    std::vector<std::shared_ptr<waiter>> waiters;
};

/**
 * Keeps the credentials of a source.
 *
 * A fetch runs in a coroutine of its own, on a strand of the context of the request that started it, so that the
 * cancellation of a request ends nothing but that request. Contexts may come and go under it:
 * - When that of a fetch is destroyed, its `flight_guard` wakes those who wait on others, and one of them starts anew.
 * - When that of one who waits is destroyed, its alarm, which is a coroutine on that context, sets the event: a coroutine
 *   that waits for an event belongs to no context, and would be lost. Nobody else sets it then.
 * - When that of a fetch merely stands still, those who wait give the fetch up after the limit.
 */
class cached_provider final : public credentials_provider,
                              public std::enable_shared_from_this<cached_provider> {
public:
    cached_provider(source_context context, std::shared_ptr<credentials_provider> source)
        : context_(std::move(context)), source_(std::move(source)), plan_(context_.options->refresh)
    {}

    asio::awaitable<credentials> get() override { return get_by(shared_from_this()); }

    void expire(credentials const& refused) override
    {
        {
            std::lock_guard const lock(mutex_);
            // Others may have been fetched since the request was signed.
            if (!current_ || !is_same(*current_, refused))
                return;
            plan_.expire();
        }
        source_->expire(refused);
    }

private:
    using self_pointer = std::shared_ptr<cached_provider>;
    using step = refresh_plan::step;

    class flight_guard;
    class place;
    struct alarm_state;

    struct decision {
        step what = step::use;
        std::optional<credentials> value;
        std::optional<operation_error> error;
        std::shared_ptr<flight> started;
        std::shared_ptr<flight> given_up;
        std::shared_ptr<flight> waited_for;
        std::shared_ptr<waiter> waiting;
    };

    static asio::awaitable<credentials> get_by(self_pointer self);

    /// What a wait has brought. Throws the error of the fetch.
    std::optional<credentials> take(waiter& waited)
    {
        std::lock_guard const lock(mutex_);
        if (waited.error)
            throw operation_error(*waited.error);
        return std::move(waited.fetched);
    }

    decision decide(asio::any_io_executor const& executor)
    {
        auto const now = context_.time->now();
        auto const today = context_.time->today();
        decision decided;
        std::lock_guard const lock(mutex_);
        if (flight_ && now >= flight_->end) {
            decided.given_up = std::move(flight_);
            flight_ = nullptr;
            last_error_ = operation_error(errc::credentials_failed, too_late());
            plan_.on_failed(now, context_.random->fraction());
        }
        decided.what = plan_.next(today, now);
        if (decided.what == step::fetch || decided.what == step::use_and_fetch) {
            auto const end = now + context_.options->refresh.timeout;
            decided.started = std::make_shared<flight>(asio::make_strand(executor), end);
            flight_ = decided.started;
        }
        if (decided.what == step::fail) {
            decided.error = last_error_;
        } else if (decided.what == step::use || decided.what == step::use_and_fetch) {
            decided.value = current_;
        } else {
            decided.waited_for = flight_;
            decided.waiting = std::make_shared<waiter>(executor);
            flight_->waiters.push_back(decided.waiting);
        }
        return decided;
    }

    error_details too_late() const
    {
        error_details details;
        details.message = "the credentials were not fetched within " +
                          std::to_string(context_.options->refresh.timeout.count()) + " ms";
        return details;
    }

    void cancel(std::shared_ptr<flight> const& given_up)
    {
        {
            // The coroutine of the flight takes the mutex at its end: so its strand is there, and is never let go of here.
            std::lock_guard const lock(mutex_);
            if (auto const& control = given_up->control)
                control->gate->pass([&control] {
                    asio::post(control->strand, [control] {
                        if (!control->ended)
                            control->cancel.emit(asio::cancellation_type::terminal);
                    });
                });
        }
        operation_error const error(errc::credentials_failed, too_late());
        tell(nullptr, &error);
    }

    static void start(self_pointer const& self, std::shared_ptr<flight> const& started);

    static asio::awaitable<void> fly(self_pointer self, std::unique_ptr<flight_guard> guard);

    /// One of `fetched` and `error` is there.
    void on_ended(std::shared_ptr<flight> const& ended, std::optional<credentials> fetched,
                  std::optional<operation_error> error)
    {
        auto const now = context_.time->now();
        auto const today = context_.time->today();
        double const fraction = context_.random->fraction();
        std::vector<std::shared_ptr<waiter>> waiters;
        std::optional<credentials> outcome;
        {
            std::lock_guard const lock(mutex_);
            // One that was given up.
            if (flight_ != ended)
                return;
            flight_ = nullptr;
            waiters = std::move(ended->waiters);
            if (!fetched)
                plan_.on_failed(now, fraction);
            else if (!plan_.on_fetched(fetched->expiration, today, now, fraction))
                error = operation_error(errc::credentials_failed, ended_already(*fetched));
            else
                current_ = std::move(fetched);
            last_error_ = error;
            if (plan_.usable(today))
                outcome = current_;
            for (auto const& each : waiters) {
                each->fetched = outcome;
                if (!outcome)
                    each->error = error;
            }
        }
        tell(outcome ? &*outcome : nullptr, error ? &*error : nullptr);
        wake(waiters);
    }

    static error_details ended_already(credentials const& fetched)
    {
        error_details details;
        details.message = fetched.source + ": the credentials that it gives have ended already";
        return details;
    }

    /// The context of the flight is gone.
    void on_dropped(std::shared_ptr<flight> const& dropped) noexcept
    {
        std::vector<std::shared_ptr<waiter>> waiters;
        {
            std::lock_guard const lock(mutex_);
            if (flight_ != dropped)
                return;
            flight_ = nullptr;
            plan_.on_dropped();
            waiters = std::move(dropped->waiters);
        }
        wake(waiters);
    }

    /// Not under the mutex.
    static void wake(std::vector<std::shared_ptr<waiter>> const& waiters)
    {
        for (auto const& each : waiters)
            each->gate->pass([&each] { each->woken.set(); });
    }

    /// `at_hand`: the credentials that can be used now. Both may be null.
    void tell(credentials const* at_hand, operation_error const* error) const
    {
        auto const& observer = context_.options->observer;
        if (!observer)
            return;
        credentials_refreshed event;
        if (at_hand != nullptr) {
            event.source = at_hand->source;
            event.expiration = at_hand->expiration;
        }
        if (error != nullptr) {
            event.error = error->code();
            event.message = error->details().message;
            event.still_valid = at_hand != nullptr;
        }
        observer->on_credentials_refreshed(event);
    }

    static asio::awaitable<void> wait(self_pointer self, std::shared_ptr<waiter> waiting,
                                      async::timer::time_point end, asio::any_io_executor executor);

    static asio::awaitable<void> ring(std::shared_ptr<alarm_state> alarm, async::timer::time_point end);

    source_context context_;
    std::shared_ptr<credentials_provider> source_;

    std::mutex mutex_;
    refresh_plan plan_;
    std::optional<credentials> current_;
    std::optional<operation_error> last_error_;
    std::shared_ptr<flight> flight_;
};

/// Belongs to the coroutine of a flight. If that is dropped unfinished, those who wait must know.
class cached_provider::flight_guard {
public:
    flight_guard(self_pointer owner, std::shared_ptr<flight> target) noexcept
        : owner_(std::move(owner)), target_(std::move(target))
    {}

    flight_guard(flight_guard const&) = delete;
    flight_guard& operator=(flight_guard const&) = delete;

    ~flight_guard()
    {
        if (!finished_)
            owner_->on_dropped(target_);
        std::shared_ptr<flight_control> control;
        std::lock_guard const lock(owner_->mutex_);
        control.swap(target_->control);
    }

    std::shared_ptr<flight> const& target() const noexcept { return target_; }
    void finish() noexcept { finished_ = true; }

private:
    self_pointer owner_;
    std::shared_ptr<flight> target_;
    bool finished_ = false;
};

/// A place among those who wait for a flight. It is left when the request ends, also because its coroutine is dropped.
class cached_provider::place {
public:
    place(self_pointer owner, std::shared_ptr<flight> target, std::shared_ptr<waiter> waiting) noexcept
        : owner_(std::move(owner)), target_(std::move(target)), waiting_(std::move(waiting))
    {}

    place(place const&) = delete;
    place& operator=(place const&) = delete;

    ~place()
    {
        std::lock_guard const lock(owner_->mutex_);
        std::erase(target_->waiters, waiting_);
    }

private:
    self_pointer owner_;
    std::shared_ptr<flight> target_;
    std::shared_ptr<waiter> waiting_;
};

/// What rings at the end of a wait, or when its context is destroyed.
struct cached_provider::alarm_state {
    alarm_state(std::unique_ptr<async::timer> its_timer, std::shared_ptr<waiter> its_waiting)
        : timer(std::move(its_timer)), waiting(std::move(its_waiting))
    {}

    void stop()
    {
        stopped = true;
        timer->wake();
    }

    std::unique_ptr<async::timer> timer;
    std::shared_ptr<waiter> waiting;
    bool stopped = false;
};

asio::awaitable<credentials> cached_provider::get_by(self_pointer self)
{
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    while (true) {
        decision decided = self->decide(executor);
        if (decided.given_up)
            self->cancel(decided.given_up);
        if (decided.started)
            start(self, decided.started);
        if (decided.error)
            throw operation_error(std::move(*decided.error));
        if (decided.value)
            co_return std::move(*decided.value);

        place const taken(self, decided.waited_for, decided.waiting);
        co_await wait(self, decided.waiting, decided.waited_for->end, executor);
        if (auto fetched = self->take(*decided.waiting))
            co_return std::move(*fetched);
        // The fetch was lost with its context, or its time is over.
    }
}

void cached_provider::start(self_pointer const& self, std::shared_ptr<flight> const& started)
{
    // Nobody else has it yet.
    std::shared_ptr<flight_control> const control = started->control;
    auto guard = std::make_unique<flight_guard>(self, started);
    // Holds the signal until the coroutine has unwound.
    auto on_end = [control](std::exception_ptr const& /*none*/) { control->ended = true; };
    asio::co_spawn(control->strand, fly(self, std::move(guard)),
                   asio::bind_cancellation_slot(control->cancel.slot(), std::move(on_end)));
}

asio::awaitable<void> cached_provider::fly(self_pointer self, std::unique_ptr<flight_guard> guard)
{
    std::optional<credentials> fetched;
    std::optional<operation_error> error;
    try {
        fetched = co_await self->source_->get();
    } catch (...) {
        error = error_of(std::current_exception());
    }
    guard->finish();
    self->on_ended(guard->target(), std::move(fetched), std::move(error));
}

asio::awaitable<void> cached_provider::wait(self_pointer self, std::shared_ptr<waiter> waiting,
                                            async::timer::time_point end, asio::any_io_executor executor)
{
    asio::any_io_executor const strand = asio::make_strand(executor);
    auto const alarm = std::make_shared<alarm_state>(self->context_.time->make_timer(strand), waiting);
    asio::co_spawn(strand, ring(alarm, end), asio::detached);
    bool const woken = co_await waiting->woken.wait();
    asio::post(strand, [alarm] { alarm->stop(); });
    if (!woken)
        throw_aborted();
}

asio::awaitable<void> cached_provider::ring(std::shared_ptr<alarm_state> alarm, async::timer::time_point end)
{
    async::event_setter const setter(std::shared_ptr<async::event>(alarm->waiting, &alarm->waiting->woken));
    if (!alarm->stopped)
        co_await alarm->timer->wait_until(end);
}

} // namespace

std::shared_ptr<credentials_provider> make_cached_provider(source_context context,
                                                           std::shared_ptr<credentials_provider> source)
{
    return std::make_shared<cached_provider>(std::move(context), std::move(source));
}

} // namespace glacier::credentials_sources

namespace glacier {

std::shared_ptr<credentials_provider> cached_credentials(std::shared_ptr<credentials_provider> source,
                                                         credentials_options const& options)
{
    if (!source)
        throw invalid_value(errc::invalid_option, "no source of credentials");
    return credentials_sources::make_cached_provider(credentials_sources::make_context(options),
                                                     std::move(source));
}

} // namespace glacier
