#pragma once

// HTTP/1.1 over a stream of either kind. Included by the two files that instantiate it.

#include "base/printable.hpp"
#include "net/connection.hpp"
#include "net/deadline.hpp"
#include "net/tls_stream.hpp"
#include "net/translate_error.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/read_size.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include <openssl/ssl.h>

#include <algorithm>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace glacier::net {

namespace http = boost::beast::http;

/// Limits of what a peer may send as a head.
inline constexpr std::uint32_t header_bytes_max = 32 * 1'024;
inline constexpr int interim_responses_max = 16;
/// What is received and not yet understood: Beast itself sets no limit to the extension of a chunk and to trailers.
inline constexpr std::size_t buffer_bytes_max = std::size_t(64) * 1'024;

/// Whether the stream itself keeps bytes that were received and not read yet.
inline bool has_unread(asio::ip::tcp::socket const&) noexcept
{
    return false;
}

inline bool has_unread(tls_stream& stream) noexcept
{
    return SSL_has_pending(stream.native_handle()) == 1;
}

inline asio::awaitable<std::size_t> read_some(tls_stream& stream, asio::mutable_buffer target,
                                              error_code& error)
{
    return stream.read_some(target, error);
}

inline asio::awaitable<std::size_t> write(tls_stream& stream, asio::const_buffer source, error_code& error)
{
    return stream.write(source, error);
}

inline asio::awaitable<std::size_t> read_some(asio::ip::tcp::socket& stream, asio::mutable_buffer target,
                                              error_code& error)
{
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_return co_await stream.async_read_some(target, token);
}

inline asio::awaitable<std::size_t> write(asio::ip::tcp::socket& stream, asio::const_buffer source,
                                          error_code& error)
{
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_return co_await asio::async_write(stream, source, token);
}

/// `Stream`: asio::ip::tcp::socket or tls_stream, connected and ready.
template <class Stream>
class http_connection final : public connection {
public:
    explicit http_connection(std::unique_ptr<Stream> stream)
        : stream_(std::move(stream)), deadline_(stream_->get_executor(), [lowest = &stream_->lowest_layer()] {
              error_code ignored;
              lowest->close(ignored);
          })
    {
        // Without the room, bodies would arrive in reads of 512 bytes.
        buffer_.reserve(buffer_bytes_max);
    }

    asio::any_io_executor get_executor() override { return stream_->get_executor(); }

    void expires_after(std::chrono::milliseconds limit, errc reason) override
    {
        deadline_.expires_after(limit, reason);
    }

    asio::awaitable<void> write_head(protocol::http_request const& message,
                                     std::optional<std::uint64_t> content_length) override
    {
        // One text: Beast would allocate each field, and walk through them twice.
        bool const needs_length = message.method == protocol::http_method::put ||
                                  message.method == protocol::http_method::post || content_length;
        head_ = to_string(message.method);
        head_ += ' ';
        head_ += message.target;
        head_ += " HTTP/1.1\r\n";
        for (auto const& [name, value] : message.headers) {
            head_ += name;
            head_ += ": ";
            head_ += value;
            head_ += "\r\n";
        }
        if (needs_length)
            head_ +=
                "Content-Length: " + std::to_string(content_length.value_or(message.body.size())) + "\r\n";
        head_ += "\r\n";
        if (!content_length)
            head_ += message.body;

        head_answered_ = false;
        asio::const_buffer const buffer(head_.data(), head_.size());
        error_code error;
        bytes_written_ += co_await write(*stream_, buffer, error);
        check(error);
    }

    asio::awaitable<void> write_body(std::span<std::byte const> bytes) override
    {
        asio::const_buffer const buffer(bytes.data(), bytes.size());
        error_code error;
        bytes_written_ += co_await write(*stream_, buffer, error);
        check(error);
    }

    asio::awaitable<response_head> read_head() override
    {
        error_code error;
        for (int skipped = 0;; ++skipped) {
            parser_.emplace();
            parser_->header_limit(header_bytes_max);
            parser_->body_limit(boost::none);
            while (!parser_->is_header_done()) {
                co_await parse_some(error);
                check(error);
            }
            unsigned const status = parser_->get().result_int();
            if (status < 100 || status > 599)
                throw connection_error(errc::invalid_http_message,
                                       "the status " + std::to_string(status) + " does not exist");
            if (status >= 200)
                break;
            // 101 would change the protocol, which nobody asked for.
            if (skipped == interim_responses_max || status == 101)
                throw connection_error(errc::invalid_http_message, "unexpected interim answer");
        }
        check_transfer_encoding();
        head_answered_ = true;
        response_head head;
        head.message.status = static_cast<int>(parser_->get().result_int());
        for (auto const& field : parser_->get())
            head.message.headers.add(std::string(field.name_string()), std::string(field.value()));
        // A 204 has no body, whatever its headers say.
        if (parser_->is_done())
            head.content_length = 0;
        else if (parser_->content_length())
            head.content_length = *parser_->content_length();
        plain_remaining_ = parser_->chunked() ? std::nullopt : head.content_length;
        co_return head;
    }

    asio::awaitable<std::size_t> read_body(std::span<std::byte> buffer) override
    {
        if (buffer.empty())
            co_return 0;
        if (plain_remaining_)
            co_return co_await read_plain(buffer);
        co_return co_await read_parsed(buffer);
    }

    bool is_reusable() const override
    {
        if (!parser_ && bytes_written_ == 0)
            return is_new_reusable();
        bool const complete = plain_remaining_ ? *plain_remaining_ == 0 : parser_ && parser_->is_done();
        // Bytes that nobody asked for would become part of the next answer. The parser, unlike the message, knows
        // that a body without a length ended with the connection.
        error_code error;
        return head_answered_ && complete && parser_->keep_alive() && buffer_.size() == 0 &&
               !has_unread(*stream_) && stream_->lowest_layer().is_open() &&
               stream_->lowest_layer().available(error) == 0 && !error;
    }

    std::uint64_t bytes_written() const override { return bytes_written_; }

private:
    bool is_new_reusable() const
    {
        // A server of TLS 1.3 sends sessions unasked.
        bool const may_have_bytes = !std::is_same_v<Stream, asio::ip::tcp::socket>;
        error_code error;
        std::size_t const count = stream_->lowest_layer().available(error);
        return stream_->lowest_layer().is_open() && !error && (may_have_bytes || count == 0);
    }

    /// A body of known length goes straight from the stream to the caller.
    asio::awaitable<std::size_t> read_plain(std::span<std::byte> buffer)
    {
        auto const wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>(*plain_remaining_, buffer.size()));
        if (wanted == 0)
            co_return 0;
        asio::mutable_buffer const target(buffer.data(), wanted);
        std::size_t count = asio::buffer_copy(target, buffer_.data());
        buffer_.consume(count);
        if (count == 0) {
            error_code error;
            count = co_await read_some(*stream_, target, error);
            check(error);
        }
        *plain_remaining_ -= count;
        co_return count;
    }

    /// A chunked body, or one that ends with the connection.
    asio::awaitable<std::size_t> read_parsed(std::span<std::byte> buffer)
    {
        error_code error;
        while (!parser_->is_done()) {
            auto& target = parser_->get().body();
            target.data = buffer.data();
            target.size = buffer.size();
            co_await parse_some(error);
            if (error == http::error::need_buffer)
                error = {};
            check(error);
            if (std::size_t const count = buffer.size() - target.size; count > 0)
                co_return count;
        }
        co_return 0;
    }

    /// As http::async_read_some(), over a stream of either kind.
    asio::awaitable<void> parse_some(error_code& error)
    {
        error = {};
        while (true) {
            if (buffer_.size() > 0) {
                std::size_t const used = parser_->put(buffer_.data(), error);
                buffer_.consume(used);
                if (error != http::error::need_more)
                    co_return;
                error = {};
            }
            std::size_t const room = boost::beast::read_size(buffer_, buffer_bytes_max);
            if (room == 0) {
                error = http::error::buffer_overflow;
                co_return;
            }
            std::size_t const count = co_await read_some(*stream_, buffer_.prepare(room), error);
            buffer_.commit(count);
            if (error == asio::error::eof) {
                error = {};
                if (parser_->got_some())
                    parser_->put_eof(error);
                else
                    error = http::error::end_of_stream;
                co_return;
            }
            if (error)
                co_return;
        }
    }

    /// Beast takes what it does not know for no encoding at all.
    void check_transfer_encoding() const
    {
        auto const fields = parser_->get().equal_range(http::field::transfer_encoding);
        for (auto field = fields.first; field != fields.second; ++field)
            if (!boost::beast::iequals(field->value(), "chunked"))
                throw connection_error(errc::invalid_http_message, "Transfer-Encoding " +
                                                                       base::printable(field->value(), 100) +
                                                                       " is not understood");
    }

    void check(error_code const& error)
    {
        if (!error)
            return;
        if (auto const reason = deadline_.expired())
            throw connection_error(*reason, {});
        std::string detail;
        error_code const translated = translate(error, detail);
        throw connection_error(translated, std::move(detail));
    }

    std::unique_ptr<Stream> stream_;
    deadline deadline_;
    boost::beast::flat_buffer buffer_{buffer_bytes_max};
    // A parser serves one answer.
    std::optional<http::response_parser<http::buffer_body>> parser_;
    std::optional<std::uint64_t> plain_remaining_;
    // The head that is being written.
    std::string head_;
    std::uint64_t bytes_written_ = 0;
    bool head_answered_ = false;
};

} // namespace glacier::net
