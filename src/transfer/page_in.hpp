#pragma once

#include <glacier/body.hpp>
#include <glacier/client.hpp>

#include <boost/asio/awaitable.hpp>

namespace glacier::transfer {

/**
 * Reads a byte of each page of bytes that lie in memory, on the blocking executor. They may be those of a mapped file that
 * nobody has read yet: the loop, which sends them in place, would wait for the disk. Does nothing for other bytes.
 *
 * Cancellation: within milliseconds, or when the disk has answered.
 */
asio::awaitable<void> page_in(client service, body content);

} // namespace glacier::transfer
