#pragma once

#include "async/event.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace glacier::async {

namespace detail {

/// Stands for void.
struct nothing {};

template <class T>
using value_of = std::conditional_t<std::is_void_v<T>, nothing, T>;

template <class T>
struct run_state {
    event done;
    // Used on the executor of the operation only.
    asio::cancellation_signal cancel;
    std::exception_ptr error;
    std::optional<value_of<T>> value;
};

/// The operation with its outcome kept in the state.
template <class T>
asio::awaitable<void> run_and_keep(std::shared_ptr<run_state<T>> state, asio::awaitable<T> operation)
{
    try {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(operation);
            state->value.emplace();
        } else {
            state->value.emplace(co_await std::move(operation));
        }
    } catch (...) {
        state->error = std::current_exception();
    }
}

/// Tells whoever waits that the operation has ended, also when it is dropped unfinished.
template <class T>
class run_completion {
public:
    explicit run_completion(std::shared_ptr<run_state<T>> const& state)
        : setter_(std::shared_ptr<event>(state, &state->done))
    {}

    void operator()(std::exception_ptr /*none*/) {}

private:
    event_setter setter_;
};

} // namespace detail

/**
 * Runs an operation on another executor, such as a strand, and waits for it.
 *
 * co_spawn() with use_awaitable across executors would do the same but for cancellation, which in Boost 1.81
 * reaches into a signal that may be gone when executors run on different threads.
 *
 * Cancellation: passed on; the operation is then waited for, since it may use the caller's memory.
 */
template <class T>
asio::awaitable<T> run_on(asio::any_io_executor executor, asio::awaitable<T> operation)
{
    auto const state = std::make_shared<detail::run_state<T>>();
    asio::co_spawn(executor, detail::run_and_keep(state, std::move(operation)),
                   asio::bind_cancellation_slot(state->cancel.slot(), detail::run_completion<T>(state)));

    bool const throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!co_await state->done.wait())
        asio::post(executor, [state] { state->cancel.emit(asio::cancellation_type::terminal); });
    co_await asio::this_coro::throw_if_cancelled(throws);
    // Taken out, so that no other thread is the last to hold it.
    if (std::exception_ptr const error = std::exchange(state->error, nullptr))
        std::rethrow_exception(error);
    if (!state->value)
        throw boost::system::system_error(asio::error::operation_aborted);
    if constexpr (!std::is_void_v<T>)
        co_return std::move(*state->value);
}

} // namespace glacier::async
