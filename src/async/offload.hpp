#pragma once

#include "async/event.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution_context.hpp>
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

template <class Function>
struct offload_state {
    using value_type = std::invoke_result_t<Function&>;
    using stored_type = std::conditional_t<std::is_void_v<value_type>, bool, value_type>;

    explicit offload_state(Function its_function) : function(std::move(its_function)) {}

    void run()
    {
        try {
            if constexpr (std::is_void_v<value_type>) {
                function();
                value = true;
            } else {
                value.emplace(function());
            }
        } catch (...) {
            error = std::current_exception();
        }
    }

    Function function;
    event done;
    std::exception_ptr error;
    std::optional<stored_type> value;
};

} // namespace detail

/**
 * Calls a function on an executor whose threads may block, and waits for it.
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
    if (state->error)
        std::rethrow_exception(state->error);
    if (!state->value)
        throw boost::system::system_error(asio::error::operation_aborted);
    if constexpr (!std::is_void_v<typename state_type::value_type>)
        co_return std::move(*state->value);
}

/// An executor of a few threads that belong to the context: they are started on first use, and joined before
/// the context is destroyed.
asio::any_io_executor blocking_executor_of(asio::execution_context& context);

} // namespace glacier::async
