#pragma once

#include "protocol/http_message.hpp"

#include <glacier/body.hpp>
#include <glacier/error.hpp>
#include <glacier/job_output_stream.hpp>
#include <glacier/pool_statistics.hpp>

#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace glacier {

/// Where a job_output_stream gets its bytes.
class job_output_stream::source {
public:
    source() = default;
    source(source const&) = delete;
    source& operator=(source const&) = delete;
    virtual ~source() = default;

    /// As job_output_stream::read_some().
    virtual asio::awaitable<std::size_t> read_some(std::span<std::byte> buffer) = 0;

    /// As job_output_stream::read().
    virtual asio::awaitable<std::size_t> read(std::span<std::byte> buffer);
};

} // namespace glacier

namespace glacier::net {

/// What an exchange sends.
struct exchange_request {
    exchange_request(protocol::http_request its_message, body its_content, bool its_streams_answer)
        : message(std::move(its_message)), content(std::move(its_content)), streams_answer(its_streams_answer)
    {}

    /// Signed. Host is set; Content-Length is added on the way.
    protocol::http_request message;
    /// Sent after the head instead of message.body, if it has bytes.
    body content;
    /// The body of a successful answer is handed over as a stream instead of being read here.
    bool streams_answer;
    /// Becomes true before the last byte is sent: from then on the request may take effect, whatever becomes of the
    /// exchange. Null: nobody asks.
    std::shared_ptr<std::atomic<bool>> may_have_arrived;
};

/// How an exchange ended.
struct exchange_result {
    exchange_result() = default;

    /// Set if no complete answer arrived. An error answer of the service is no error here.
    error_code error;
    /// More about the error: the address, the words of the TLS library.
    std::string detail;
    /// Bytes of the request went out, so it may have taken effect. Not so if the source of the body failed.
    bool sent = false;
    /// The connection had served another request before.
    bool reused_connection = false;
    protocol::http_response response;
    /// Set if the answer was to be streamed and its status is 200 or 206.
    std::unique_ptr<job_output_stream::source> stream;
};

/**
 * Sends a request and receives its answer: the seam between operations and the network.
 *
 * Cancellation: throws a system_error with operation_aborted; other failures are in the result.
 * Thread safety: exchange() may be called from several threads.
 */
class exchanger {
public:
    exchanger() = default;
    exchanger(exchanger const&) = delete;
    exchanger& operator=(exchanger const&) = delete;
    virtual ~exchanger() = default;

    virtual asio::awaitable<exchange_result> exchange(exchange_request request) = 0;

    virtual pool_statistics statistics() const { return {}; }

    /// As client::warm_up(), with connection_error.
    virtual asio::awaitable<std::size_t> warm_up(std::size_t /*connections*/) { co_return 0; }
};

} // namespace glacier::net
