#pragma once

#include <glacier/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <filesystem>
#include <type_traits>
#include <utility>

namespace glacier {

namespace asio = boost::asio;

namespace detail {

/// With the code of the error, and what it says.
operation_error operation_error_of(std::filesystem::filesystem_error const& error);

} // namespace detail

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
 * A std::filesystem::filesystem_error, which transfers throw for local files, becomes an operation_error with its code and
 * its words.
 *
 * Errors: what is no failure of the operation is still thrown: invalid_value, the system_error of a cancelled operation,
 * std::bad_alloc, what a function of yours throws.
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
    } catch (std::filesystem::filesystem_error const& error) {
        co_return operation_result<T>(detail::operation_error_of(error));
    }
}

} // namespace glacier
