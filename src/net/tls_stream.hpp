#pragma once

#include <glacier/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>

namespace glacier::net {

namespace asio = boost::asio;

/**
 * TLS over a socket whose calls do not block. OpenSSL reads and writes the socket itself, so that a block of bytes takes one
 * pass and the loop is asked only when the socket is full or empty: asio::ssl::stream copies each record through a pair
 * of buffers and goes through the loop for it.
 *
 * Thread safety: everything on the executor of the socket, a strand. One read and one write at a time may be under way.
 * Cancellation: terminal.
 */
class tls_stream {
public:
    /// Throws std::bad_alloc.
    tls_stream(asio::ip::tcp::socket socket, asio::ssl::context& context);
    tls_stream(tls_stream const&) = delete;
    tls_stream& operator=(tls_stream const&) = delete;
    ~tls_stream() = default;

    asio::any_io_executor get_executor() { return socket_.get_executor(); }
    asio::ip::tcp::socket& lowest_layer() noexcept { return socket_; }
    SSL* native_handle() const noexcept { return ssl_.get(); }

    /// As a client.
    asio::awaitable<error_code> handshake();

    /// Some bytes: as many as are there, and at most so many that others have their turn; asio::error::eof when the peer has ended the stream.
    asio::awaitable<std::size_t> read_some(asio::mutable_buffer target, error_code& error);

    /// All of the bytes; of an error, so many as OpenSSL has taken.
    asio::awaitable<std::size_t> write(asio::const_buffer source, error_code& error);

private:
    struct ssl_deleter {
        void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
    };

    struct socket_bio;

    /// What a call that did not succeed means: the socket was waited for, or an error.
    asio::awaitable<error_code> wait_or_fail(int result);

    asio::ip::tcp::socket socket_;
    std::unique_ptr<SSL, ssl_deleter> ssl_;
    // Of the socket, because OpenSSL tells only that there was one.
    int system_error_ = 0;
    // After the record that is being written, so that the kernel makes full segments of several.
    bool more_follows_ = false;
    // Since others had the loop.
    std::size_t read_in_turn_ = 0;
};

} // namespace glacier::net
