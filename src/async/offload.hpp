#pragma once

#include "async/event.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace glacier::async {

namespace detail {

template <class Function>
struct offload_state {
    using value_type = std::invoke_result_t<Function&>;
    using stored_type = std::conditional_t<std::is_void_v<value_type>, bool, value_type>;

    explicit offload_state(Function its_function) : function(std::move(its_function)) {}

    void run()
    {
        try {
            if constexpr (std::is_void_v<value_type>) {
                (*function)();
                value = true;
            } else {
                value.emplace((*function)());
            }
        } catch (...) {
            error = std::current_exception();
        }
        function.reset();
    }

    std::optional<Function> function;
    event done;
    std::exception_ptr error;
    std::optional<stored_type> value;
};

template <class Function>
struct steps_state {
    steps_state(asio::any_io_executor its_executor, Function its_function)
        : executor(std::move(its_executor)), function(std::move(its_function))
    {}

    static void post_next(std::shared_ptr<steps_state> state, event_setter setter)
    {
        asio::any_io_executor const executor = state->executor;
        asio::post(executor, [state = std::move(state), setter = std::move(setter)]() mutable {
            if (state->run_step())
                post_next(std::move(state), std::move(setter));
        });
    }

    /// Whether there is more to do.
    bool run_step()
    {
        bool more = false;
        if (!cancelled) {
            try {
                more = (*function)();
                finished = !more;
            } catch (...) {
                error = std::current_exception();
            }
        }
        if (!more)
            function.reset();
        return more;
    }

    asio::any_io_executor executor;
    std::optional<Function> function;
    event done;
    std::atomic<bool> cancelled = false;
    bool finished = false;
    std::exception_ptr error;
};

} // namespace detail

/**
 * Calls a function on an executor whose threads may block, and waits for it. What the function holds, it has let go of
 * when the wait ends.
 *
 * Cancellation: takes effect when the function has returned, since it may use the caller's memory; so give it
 *   work of milliseconds at a time.
 * Errors: those that the function throws.
 */
template <class Function>
asio::awaitable<std::invoke_result_t<Function&>> offload(asio::any_io_executor executor, Function function)
{
    using state_type = detail::offload_state<Function>;
    auto const state = std::make_shared<state_type>(std::move(function));
    asio::post(executor,
               [state, setter = event_setter(std::shared_ptr<event>(state, &state->done))] { state->run(); });

    bool const throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!co_await state->done.wait()) {}
    co_await asio::this_coro::throw_if_cancelled(throws);
    // Taken out, so that no other thread is the last to hold it.
    if (std::exception_ptr const error = std::exchange(state->error, nullptr))
        std::rethrow_exception(error);
    if (!state->value)
        throw boost::system::system_error(asio::error::operation_aborted);
    if constexpr (!std::is_void_v<typename state_type::value_type>)
        co_return std::move(*state->value);
}

/**
 * Calls a function on an executor whose threads may block, again and again until it gives false, and waits for that.
 * Each call is work of its own for the executor, so others have their turn in between; the caller's executor hears of
 * the end alone. What the function holds, it has let go of then.
 *
 * Cancellation: no further call is made, and the one under way is waited for, since it may use the caller's memory.
 * Errors: the first that the function throws.
 */
template <class Function>
asio::awaitable<void> offload_steps(asio::any_io_executor executor, Function function)
{
    using state_type = detail::steps_state<Function>;
    auto const state = std::make_shared<state_type>(std::move(executor), std::move(function));
    state_type::post_next(state, event_setter(std::shared_ptr<event>(state, &state->done)));

    bool const throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!co_await state->done.wait())
        state->cancelled = true;
    co_await asio::this_coro::throw_if_cancelled(throws);
    // Taken out, so that no other thread is the last to hold it.
    if (std::exception_ptr const error = std::exchange(state->error, nullptr))
        std::rethrow_exception(error);
    if (!state->finished)
        throw boost::system::system_error(asio::error::operation_aborted);
}

/// An executor of two threads that belong to the context of `loop`: they are started on first use, and joined before the
/// context destroys what is left on its strands. Their nice value is greater by 5 than that of the thread that asks
/// first, so that the loop goes before them.
asio::any_io_executor blocking_executor_of(asio::any_io_executor const& loop);

} // namespace glacier::async
