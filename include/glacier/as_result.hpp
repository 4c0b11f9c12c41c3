#pragma once

#include <glacier/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <utility>

namespace glacier {

namespace asio = boost::asio;

/// A value, or why the operation failed.
template <class T>
using operation_result = boost::system::result<T, operation_error>;

/**
 * Gives the outcome of an operation as a value instead of an exception:
 *
 *     auto vault = co_await glacier::as_result(client.describe_vault(request));
 *     if (!vault)
 *         log(vault.error().what());
 *
 * Errors: only those that are no operation_error, such as std::bad_alloc, and the system_error of a
 * cancelled operation, are still thrown.
 */
template <class T>
asio::awaitable<operation_result<T>> as_result(asio::awaitable<T> operation)
{
    try {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(operation);
            co_return operation_result<T>();
        } else {
            co_return operation_result<T>(co_await std::move(operation));
        }
    } catch (operation_error const& error) {
        co_return operation_result<T>(error);
    }
}

} // namespace glacier
