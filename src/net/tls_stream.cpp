#include "net/tls_stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

namespace glacier::net {

namespace {

constexpr std::size_t bytes_per_turn = std::size_t(64) * 1'024;

} // namespace

/// OpenSSL's own would raise SIGPIPE when the peer has gone.
struct tls_stream::socket_bio {
    static BIO_METHOD* method()
    {
        static BIO_METHOD* const made = [] {
            BIO_METHOD* const fresh = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
            if (fresh == nullptr || BIO_meth_set_write(fresh, write) != 1 ||
                BIO_meth_set_read(fresh, read) != 1 || BIO_meth_set_ctrl(fresh, control) != 1)
                throw std::bad_alloc();
            return fresh;
        }();
        return made;
    }

    static int write(BIO* bio, char const* bytes, int size)
    {
        auto& stream = *static_cast<tls_stream*>(BIO_get_data(bio));
        return finish(bio, stream,
                      ::send(stream.socket_.native_handle(), bytes, static_cast<std::size_t>(size),
                             stream.more_follows_ ? MSG_NOSIGNAL | MSG_MORE : MSG_NOSIGNAL),
                      BIO_FLAGS_WRITE);
    }

    static int read(BIO* bio, char* bytes, int size)
    {
        auto& stream = *static_cast<tls_stream*>(BIO_get_data(bio));
        return finish(bio, stream,
                      ::recv(stream.socket_.native_handle(), bytes, static_cast<std::size_t>(size), 0),
                      BIO_FLAGS_READ);
    }

    static int finish(BIO* bio, tls_stream& stream, ssize_t result, int direction)
    {
        BIO_clear_retry_flags(bio);
        if (result >= 0)
            return static_cast<int>(result);
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
            BIO_set_flags(bio, direction | BIO_FLAGS_SHOULD_RETRY);
        else
            stream.system_error_ = errno;
        return -1;
    }

    static long control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/)
    {
        return command == BIO_CTRL_FLUSH ? 1 : 0;
    }
};

tls_stream::tls_stream(asio::ip::tcp::socket socket, asio::ssl::context& context)
    : socket_(std::move(socket)), ssl_(SSL_new(context.native_handle()))
{
    BIO* const bio = BIO_new(socket_bio::method());
    if (!ssl_ || bio == nullptr) {
        BIO_free(bio);
        throw std::bad_alloc();
    }
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                 SSL_MODE_RELEASE_BUFFERS);
    SSL_set_connect_state(ssl_.get());
    error_code ignored;
    socket_.native_non_blocking(true, ignored);
}

asio::awaitable<error_code> tls_stream::handshake()
{
    while (true) {
        ERR_clear_error();
        int const result = SSL_do_handshake(native_handle());
        if (result == 1)
            co_return error_code();
        error_code const error = co_await wait_or_fail(result);
        if (error)
            co_return error;
    }
}

asio::awaitable<std::size_t> tls_stream::read_some(asio::mutable_buffer target, error_code& error)
{
    std::size_t filled = 0;
    error = {};
    auto* const bytes = static_cast<std::byte*>(target.data());
    if (read_in_turn_ >= bytes_per_turn) {
        // Others share the loop.
        read_in_turn_ = 0;
        co_await asio::post(get_executor(), asio::use_awaitable);
    }
    while (filled < target.size() && read_in_turn_ < bytes_per_turn) {
        std::size_t count = 0;
        ERR_clear_error();
        int const result = SSL_read_ex(native_handle(), bytes + filled, target.size() - filled, &count);
        if (result == 1) {
            filled += count;
            read_in_turn_ += count;
            continue;
        }
        // What went wrong is said to the next call.
        if (filled > 0)
            break;
        read_in_turn_ = 0;
        error = co_await wait_or_fail(result);
        if (error)
            break;
    }
    co_return filled;
}

asio::awaitable<std::size_t> tls_stream::write(asio::const_buffer source, error_code& error)
{
    std::size_t written = 0;
    std::size_t in_turn = 0;
    error = {};
    auto const* const bytes = static_cast<std::byte const*>(source.data());
    while (written < source.size()) {
        std::size_t count = 0;
        ERR_clear_error();
        more_follows_ = source.size() - written > SSL3_RT_MAX_PLAIN_LENGTH;
        int const result = SSL_write_ex(native_handle(), bytes + written, source.size() - written, &count);
        if (result == 1) {
            written += count;
            in_turn += count;
            if (in_turn < bytes_per_turn)
                continue;
            in_turn = 0;
            // Others share the loop.
            co_await asio::post(get_executor(), asio::use_awaitable);
            continue;
        }
        error = co_await wait_or_fail(result);
        in_turn = 0;
        if (error)
            break;
    }
    co_return written;
}

asio::awaitable<error_code> tls_stream::wait_or_fail(int result)
{
    int const reason = SSL_get_error(native_handle(), result);
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    switch (reason) {
    case SSL_ERROR_WANT_READ:
        co_await socket_.async_wait(asio::socket_base::wait_read, token);
        co_return error;
    case SSL_ERROR_WANT_WRITE:
        co_await socket_.async_wait(asio::socket_base::wait_write, token);
        co_return error;
    case SSL_ERROR_ZERO_RETURN:
        co_return asio::error::eof;
    case SSL_ERROR_SYSCALL:
        if (system_error_ != 0)
            co_return error_code(system_error_, boost::system::system_category());
        co_return asio::ssl::error::stream_truncated;
    default:
        break;
    }
    unsigned long const code = ERR_get_error();
    if (ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
        co_return asio::ssl::error::stream_truncated;
    co_return error_code(static_cast<int>(code), asio::error::get_ssl_category());
}

} // namespace glacier::net
