#pragma once

#include "async/timer.hpp"
#include "async/transfer_limits.hpp"
#include "plan/repetition_delay.hpp"
#include "transfer/repetition.hpp"

#include <glacier/client.hpp>

#include <boost/asio/this_coro.hpp>

#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

namespace glacier::transfer {

/// Awaits what `ask` makes, as often as a part is sent and with the same waits, until it succeeds. `ask` is called anew
/// for each round. Cancellation: that of the operation, and prompt while it waits.
template <class Function>
std::invoke_result_t<Function&> repeat(client service, Function ask)
{
    std::shared_ptr<transfer_limits::state> const limits = service.limits().shared();
    for (int failures = 1;; ++failures) {
        std::exception_ptr error;
        try {
            co_return co_await ask();
        } catch (...) {
            error = std::current_exception();
        }
        if (failures >= attempts_of_part(service) || !is_worth_repeating(error))
            std::rethrow_exception(error);
        std::unique_ptr<async::timer> const timer =
            limits->time->make_timer(co_await asio::this_coro::executor);
        co_await timer->wait_until(limits->time->now() + plan::repetition_delay(failures));
    }
}

} // namespace glacier::transfer
