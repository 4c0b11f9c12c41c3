#pragma once

#include "protocol/http_message.hpp"

#include <glacier/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace glacier::net {

namespace asio = boost::asio;

/// An error of a connection, with what the code alone does not say.
class connection_error : public boost::system::system_error {
public:
    connection_error(error_code code, std::string detail)
        : boost::system::system_error(code), detail_(std::move(detail))
    {}

    std::string const& detail() const noexcept { return detail_; }

private:
    std::string detail_;
};

/// The head of an answer.
struct response_head {
    protocol::http_response message;
    /// Nothing if the length is not known beforehand.
    std::optional<std::uint64_t> content_length;
};

/**
 * An HTTP/1.1 connection, one exchange at a time: write_head, write_body as often as needed, read_head,
 * read_body until it gives 0.
 *
 * Thread safety: everything on get_executor(), which is a strand.
 * Cancellation: terminal; the connection can then only be destroyed.
 * Errors: system_error; a deadline that passed gives the code it was set with.
 */
class connection {
public:
    connection() = default;
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;
    virtual ~connection() = default;

    virtual asio::any_io_executor get_executor() = 0;

    /// Closes the connection and lets what is under way fail with `reason` unless it ends within `limit`. Each
    /// call replaces the limit before; zero: none.
    virtual void expires_after(std::chrono::milliseconds limit, errc reason) = 0;

    /// Sends the head, and the message's own body with it. `content_length`: of a body that follows.
    virtual asio::awaitable<void> write_head(protocol::http_request const& message,
                                             std::optional<std::uint64_t> content_length) = 0;

    virtual asio::awaitable<void> write_body(std::span<std::byte const> bytes) = 0;

    /// Waits for the head of the final answer; interim answers (1xx) are skipped.
    virtual asio::awaitable<response_head> read_head() = 0;

    /// Reads some of the body; 0 at its end.
    virtual asio::awaitable<std::size_t> read_body(std::span<std::byte> buffer) = 0;

    /// Whether the answer was read to its end, if anything was asked yet, the peer keeps the connection open, and has
    /// sent nothing since.
    virtual bool is_reusable() const = 0;

    /// Bytes that were written so far, over all exchanges.
    virtual std::uint64_t bytes_written() const = 0;
};

} // namespace glacier::net
