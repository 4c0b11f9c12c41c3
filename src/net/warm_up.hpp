#pragma once

#include "net/connection_pool.hpp"
#include "net/dialer.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>

namespace glacier::net {

/**
 * Opens connections, at the same time, until so many are idle or the pool is full; returns how many it opened.
 * `executor`: of the context on which connections live.
 *
 * Cancellation: terminal; what is open by then stays in the pool.
 * Errors: connection_error: that of the first connection that could not be opened, when all have ended.
 */
asio::awaitable<std::size_t> warm_up(asio::any_io_executor executor, std::shared_ptr<connection_pool> pool,
                                     std::shared_ptr<dialer> dials, std::size_t connections);

} // namespace glacier::net
