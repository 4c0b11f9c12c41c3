#include "emulator/server.hpp"

#include "emulator/connection_table.hpp"
#include "emulator/event_limit.hpp"
#include "emulator/head_parser.hpp"
#include "emulator/ids.hpp"

#include "base/printable.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace glacier::emulation {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using namespace std::chrono_literals;

// Most heads fit into one piece. Connections without a request hold no more than that.
constexpr std::size_t head_piece_bytes = 2 * 1024;
constexpr std::size_t block_bytes = 256 * 1024;

// An unread body up to this size is read to its end so that the connection can go on.
constexpr std::uint64_t skipped_body_bytes_max = 64 * 1024;
// So much is read before a connection is closed; the rest of a greater body is not waited for.
constexpr std::uint64_t drained_bytes_max = 64 * 1024 * 1024;

// So much of a body, or its rest, must arrive within server_limits::body_stall_max.
constexpr std::uint64_t progress_bytes = 4 * 1024;
// For the next block of an answer to leave.
constexpr auto block_limit = 30s;
constexpr auto drain_limit = 3s;
constexpr auto stop_limit = 900ms;
constexpr std::uint64_t connection_errors_per_second_max = 10;
constexpr auto pause_slice = 20ms;

using clock_time = std::chrono::steady_clock::time_point;

/// `Mon, 23 Nov 2026 03:53:43 GMT`.
std::string http_date(timestamp time)
{
    constexpr std::array weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    auto const day = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day const date(day);
    std::chrono::hh_mm_ss const clock(std::chrono::floor<std::chrono::seconds>(time - day));
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                  weekdays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                  months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text.data();
}

/// What all connections share.
struct shared_state {
    shared_state(application& served, server_options const& options)
        : app(served), on_request(options.on_request), on_connection_error(options.on_connection_error),
          limits(options.limits), connections(options.limits.connections_max)
    {}

    /// One line for the log, unless there were too many of late.
    void report(std::string const& client, std::string_view reason)
    {
        if (!on_connection_error)
            return;
        timestamp const now = app.wall_clock.now();
        auto const left_out = error_limit.admit(now);
        if (left_out)
            on_connection_error(
                emulator_connection_error{now, client, base::printable(reason, 300), *left_out});
    }

    application& app;
    std::function<void(emulator_request const&)> on_request;
    std::function<void(emulator_connection_error const&)> on_connection_error;
    server_limits limits;
    connection_table connections;
    event_limit error_limit{connection_errors_per_second_max};
    std::atomic<bool> stopping = false;
    std::mutex mutex;
    std::condition_variable idle;
    std::size_t requests_in_progress = 0;
};

/// Counts a request as long as it is being served.
class request_in_progress {
public:
    explicit request_in_progress(shared_state& shared) : shared_(shared)
    {
        std::lock_guard const lock(shared_.mutex);
        ++shared_.requests_in_progress;
    }

    request_in_progress(request_in_progress const&) = delete;
    request_in_progress& operator=(request_in_progress const&) = delete;

    ~request_in_progress()
    {
        std::lock_guard const lock(shared_.mutex);
        if (--shared_.requests_in_progress == 0)
            shared_.idle.notify_all();
    }

private:
    shared_state& shared_;
};

/// `127.0.0.1:50123`.
std::string name_of(tcp::socket const& socket)
{
    error_code error;
    auto const remote = socket.remote_endpoint(error);
    if (error)
        return "unknown";
    std::string const address = remote.address().to_string();
    return (remote.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(remote.port());
}

/// Status line and headers. Answers of 204 have no length, all others do.
std::string head_text(reply const& answer, std::uint64_t body_bytes, bool keep_alive, timestamp now)
{
    auto const status = static_cast<unsigned>(answer.response.status);
    std::string text = "HTTP/1.1 " + std::to_string(status) + " ";
    text += std::string_view(http::obsolete_reason(http::int_to_status(status)));
    text += "\r\nDate: " + http_date(now) + "\r\n";
    for (auto const& [name, value] : answer.response.headers)
        text += name + ": " + value + "\r\n";
    if (status != 204)
        text += "Content-Length: " + std::to_string(body_bytes) + "\r\n";
    if (!keep_alive)
        text += "Connection: close\r\n";
    return text + "\r\n";
}

/// One connection.
template <class Stream>
class session : public std::enable_shared_from_this<session<Stream>> {
public:
    session(std::shared_ptr<shared_state> shared, Stream stream)
        : shared_(std::move(shared)), stream_(std::move(stream)), read_timer_(stream_.get_executor()),
          client_(name_of(beast::get_lowest_layer(stream_).socket())),
          buffer_(shared_->limits.head.bytes_max + head_piece_bytes)
    {}

    session(session const&) = delete;
    session& operator=(session const&) = delete;

    ~session()
    {
        if (number_)
            shared_->connections.remove(*number_);
    }

    /// False if there are too many connections.
    bool enter()
    {
        auto const close = [weak = this->weak_from_this(), executor = stream_.get_executor()] {
            asio::post(executor, [weak] {
                if (auto const self = weak.lock())
                    self->close();
            });
        };
        number_ = shared_->connections.add(close);
        if (!number_)
            report("it was turned away: all connections are busy");
        return number_.has_value();
    }

    asio::awaitable<void> run()
    {
        bool go_on = co_await begin();
        if (!go_on)
            co_return;
        while (go_on && !shared_->stopping)
            go_on = co_await serve_request();
        co_await end();
    }

private:
    static constexpr bool is_tls = !std::is_same_v<Stream, beast::tcp_stream>;

    template <class Duration>
    void expires_after(Duration limit)
    {
        beast::get_lowest_layer(stream_).expires_after(limit);
    }

    asio::awaitable<bool> begin()
    {
        error_code error;
        if constexpr (is_tls) {
            expires_after(shared_->limits.head_time_max);
            co_await stream_.async_handshake(asio::ssl::stream_base::server,
                                             asio::redirect_error(asio::use_awaitable, error));
            if (error)
                report("the TLS handshake failed: " + error.message());
        }
        co_return !error;
    }

    void report(std::string const& reason) { shared_->report(client_, reason); }

    void close()
    {
        report("it was closed: there are too many connections, and this one was idle");
        beast::get_lowest_layer(stream_).close();
    }

    /// Says that nothing more comes, and takes what the client is still sending, so that it comes to read the
    /// last answer: closing a socket with unread bytes would destroy that.
    asio::awaitable<void> end()
    {
        error_code error;
        expires_after(drain_limit);
        if constexpr (is_tls)
            co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, error));
        auto& lowest = beast::get_lowest_layer(stream_);
        lowest.socket().shutdown(tcp::socket::shutdown_send, error);
        std::vector<std::byte> block(16 * 1024);
        std::uint64_t left = drained_bytes_max;
        while (!error && left > 0) {
            std::size_t const size = co_await lowest.async_read_some(
                asio::buffer(block), asio::redirect_error(asio::use_awaitable, error));
            left -= std::min<std::uint64_t>(left, size);
        }
    }

    /// Has the read that follows cancelled at that time. Other than the stream's own limit, this leaves the
    /// connection open for an answer.
    void limit_read(clock_time deadline)
    {
        beast::get_lowest_layer(stream_).expires_never();
        read_timer_.expires_at(deadline);
        read_timer_.async_wait(
            [weak = this->weak_from_this(), number = ++read_number_](error_code const& error) {
                auto const self = weak.lock();
                if (error || !self || self->read_number_ != number)
                    return;
                self->is_read_late_ = true;
                error_code ignored;
                beast::get_lowest_layer(self->stream_).socket().cancel(ignored);
            });
    }

    /// Reads what there is; beast::error::timeout if that is nothing until the deadline.
    asio::awaitable<std::size_t> read_some(asio::mutable_buffer block, clock_time deadline, error_code& error)
    {
        is_read_late_ = false;
        limit_read(deadline);
        std::size_t const size =
            co_await stream_.async_read_some(block, asio::redirect_error(asio::use_awaitable, error));
        // A timer that has fallen due already is not stopped by this, but sees the number.
        ++read_number_;
        read_timer_.cancel();
        if (is_read_late_ && error)
            error = beast::error::timeout;
        co_return size;
    }

    asio::awaitable<error_code> read_into_buffer(clock_time deadline)
    {
        error_code error;
        std::size_t const size = co_await read_some(buffer_.prepare(head_piece_bytes), deadline, error);
        buffer_.commit(size);
        co_return error;
    }

    /// Reads the head of the next request; waits long for its first byte, but not for the rest.
    asio::awaitable<error_code> read_head(head_parser& parser)
    {
        error_code error;
        if (buffer_.size() == 0) {
            buffer_.shrink_to_fit();
            error =
                co_await read_into_buffer(std::chrono::steady_clock::now() + shared_->limits.idle_time_max);
        }
        clock_time const deadline = std::chrono::steady_clock::now() + shared_->limits.head_time_max;
        while (!error && parser.feed(buffered()) == head_parser::progress::incomplete)
            error = co_await read_into_buffer(deadline);
        co_return error;
    }

    std::string_view buffered() const noexcept
    {
        return {static_cast<char const*>(buffer_.data().data()), buffer_.size()};
    }

    /// Ends a connection on which no complete head arrived.
    asio::awaitable<void> give_up_on_head(error_code error)
    {
        // Nobody waits for an answer where nothing was asked.
        if (buffer_.size() == 0)
            co_return;
        if (error == beast::error::timeout)
            co_await refuse(408, service_errc::request_timeout, "its head arrived too slowly");
        else
            report("it ended within the head of a request: " + error.message());
    }

    /// Reads the next part of a body, at most as much as fits into `block`; what the buffer has comes first.
    asio::awaitable<std::size_t> read_body(asio::mutable_buffer block, clock_time deadline, error_code& error)
    {
        if (buffer_.size() > 0) {
            std::size_t const size = asio::buffer_copy(block, buffer_.data());
            buffer_.consume(size);
            co_return size;
        }
        std::size_t const size = co_await read_some(block, deadline, error);
        co_return size;
    }

    asio::awaitable<error_code> write_text(std::string text)
    {
        error_code error;
        expires_after(block_limit);
        co_await asio::async_write(stream_, asio::buffer(text),
                                   asio::redirect_error(asio::use_awaitable, error));
        co_return error;
    }

    /// Serves one request; whether another one can follow on the connection.
    asio::awaitable<bool> serve_request()
    {
        head_parser parser(shared_->limits.head);
        error_code const error = co_await read_head(parser);
        fault_.reset();
        start_ = std::chrono::steady_clock::now();
        entry_ = emulator_request();
        entry_.time = shared_->app.wall_clock.now();
        entry_.method = base::printable(parser.head().method, 32);
        entry_.target = base::printable(parser.head().target, 2'000);
        if (!shared_->connections.begin_request(*number_))
            co_return false;
        bool go_on = false;
        if (error)
            co_await give_up_on_head(error);
        else if (parser.error().reason.empty())
            go_on = co_await serve_head(parser);
        else
            co_await refuse(parser.error().status, service_errc::bad_request, parser.error().reason);
        shared_->connections.end_request(*number_);
        co_return go_on;
    }

    asio::awaitable<bool> serve_head(head_parser& parser)
    {
        request_in_progress const counted(*shared_);
        buffer_.consume(parser.size());
        if (parser.has_transfer_encoding()) {
            co_await refuse_with(parameter_missing("Content-Length"));
            co_return false;
        }
        std::uint64_t const body_bytes = parser.head().content_length.value_or(0);
        exchange current(shared_->app, std::move(parser.head()));
        if (meet_fault(current) == resets::yes)
            co_return false;
        bool const go_on =
            co_await serve_exchange(current, body_bytes, parser.keep_alive(), parser.waits_for_continue());
        co_return go_on;
    }

    asio::awaitable<bool> serve_exchange(exchange& current, std::uint64_t body_bytes, bool keep_alive,
                                         bool waits_for_continue)
    {
        std::uint64_t left = body_bytes;
        if (waits_for_continue && left > 0 && !current.refused()) {
            std::string permission = "HTTP/1.1 100 Continue\r\n\r\n";
            error_code const error = co_await write_text(std::move(permission));
            if (error)
                co_return false;
            waits_for_continue = false;
        }
        std::vector<std::byte> block(static_cast<std::size_t>(std::min<std::uint64_t>(left, block_bytes)));
        clock_time deadline = std::chrono::steady_clock::now() + shared_->limits.body_stall_max;
        std::uint64_t progress = 0;
        while (left > 0) {
            co_await stall_request();
            // What the emulator waited for on purpose is no delay of the client's.
            if (fault_)
                deadline = std::chrono::steady_clock::now() + shared_->limits.body_stall_max;
            // A client that waits for a permission it does not get may or may not send the body.
            if (current.refused() && (waits_for_continue || left > skipped_body_bytes_max))
                break;
            error_code error;
            auto const wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, block.size()));
            std::size_t const size = co_await read_body(asio::buffer(block.data(), wanted), deadline, error);
            if (error == beast::error::timeout) {
                co_await refuse_with(
                    error_of(service_errc::request_timeout, "The body of the request arrived too slowly."));
                co_return false;
            }
            if (error) {
                report("it ended within the body of a request: " + error.message());
                co_return false;
            }
            current.on_body(std::span<std::byte const>(block.data(), size));
            left -= size;
            entry_.bytes_received += size;
            progress += size;
            if (progress >= progress_bytes) {
                progress = 0;
                deadline = std::chrono::steady_clock::now() + shared_->limits.body_stall_max;
            }
        }

        reply const answer = current.finish();
        entry_.operation = current.operation_name();
        entry_.failure = current.failure();
        bool const can_go_on = keep_alive && left == 0 && !shared_->stopping;
        bool const sent = co_await send(answer, can_go_on);
        co_return sent&& can_go_on;
    }

    asio::awaitable<bool> send(reply const& answer, bool keep_alive)
    {
        std::uint64_t body_bytes = answer.response.body.size();
        if (answer.bytes)
            body_bytes = answer.bytes->size();
        std::string text = head_text(answer, body_bytes, keep_alive, shared_->app.wall_clock.now());
        // The answer to HEAD would have a body if it were one to GET.
        bool const has_body = entry_.method != "HEAD";
        if (has_body)
            text += answer.response.body;
        entry_.status = answer.response.status;
        entry_.request_id = answer.response.headers.get("x-amzn-RequestId");
        bool sent = false;
        if (fault_)
            sent = co_await send_with_fault(answer, std::move(text));
        else
            sent = co_await send_whole(answer, std::move(text));
        log();
        co_return sent;
    }

    /// `text`: the head and what of the body is in memory.
    asio::awaitable<bool> send_whole(reply const& answer, std::string text)
    {
        error_code const error = co_await write_text(std::move(text));
        bool sent = !error;
        if (sent && entry_.method != "HEAD")
            entry_.bytes_sent = answer.response.body.size();
        if (sent && answer.bytes)
            sent = co_await send_output(*answer.bytes);
        co_return sent;
    }

    asio::awaitable<bool> send_output(output& bytes)
    {
        std::vector<std::byte> block(
            static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), block_bytes)));
        std::uint64_t offset = 0;
        while (offset < bytes.size()) {
            auto const size =
                static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size() - offset, block.size()));
            if (!read_output(bytes, offset, std::span(block).first(size)))
                co_return false;
            error_code error;
            expires_after(block_limit);
            co_await asio::async_write(stream_, asio::buffer(block.data(), size),
                                       asio::redirect_error(asio::use_awaitable, error));
            if (error)
                co_return false;
            offset += size;
            entry_.bytes_sent = offset;
        }
        co_return true;
    }

    /// The head has been sent, so a failure can only cut the answer short.
    bool read_output(output& bytes, std::uint64_t offset, std::span<std::byte> block)
    {
        try {
            bytes.read(offset, block);
            return true;
        } catch (std::exception const& error) {
            entry_.failure = error.what();
            return false;
        }
    }

    asio::awaitable<void> refuse_with(protocol::service_error error)
    {
        reply answer;
        answer.response = protocol::to_response(error);
        answer.response.headers.add("x-amzn-RequestId",
                                    new_id(shared_->app.services.random, request_id_length));
        co_await send(answer, false);
    }

    /// Answers something that is no HTTP, or not the HTTP that is spoken here.
    asio::awaitable<void> refuse(int status, service_errc code, std::string reason)
    {
        report("the request was refused: " + reason);
        protocol::service_error error = error_of(code, "The request is not valid HTTP: " + reason);
        error.status = status;
        is_request_ = false;
        co_await refuse_with(std::move(error));
    }

    // --- Faults on request --------------------------------------------------------------------------------------

    enum class resets : bool { no, yes };

    /// Learns what goes wrong with the request on purpose, and resets the connection if that is it.
    resets meet_fault(exchange const& current)
    {
        fault_ = current.fault();
        if (!fault_)
            return resets::no;
        stalled_ = false;
        entry_.fault = to_string(fault_->effect);
        if (fault_->effect != emulator_fault_effect::reset_before)
            return resets::no;
        entry_.operation = current.operation_name();
        reset_connection();
        log();
        return resets::yes;
    }

    void reset_connection()
    {
        auto& socket = beast::get_lowest_layer(stream_).socket();
        error_code ignored;
        socket.set_option(asio::socket_base::linger(true, 0), ignored);
        socket.close(ignored);
    }

    /// In short waits, so that a server that stops need not wait for the end of all of them.
    asio::awaitable<void> pause(std::chrono::milliseconds time)
    {
        asio::steady_timer timer(stream_.get_executor());
        auto const end = std::chrono::steady_clock::now() + time;
        error_code ignored;
        while (!shared_->stopping && std::chrono::steady_clock::now() < end) {
            timer.expires_at(std::min(end, std::chrono::steady_clock::now() + pause_slice));
            co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        }
    }

    asio::awaitable<void> stall_request()
    {
        if (!fault_ || fault_->effect != emulator_fault_effect::stall_request || stalled_ ||
            entry_.bytes_received < fault_->bytes)
            co_return;
        stalled_ = true;
        co_await pause(fault_->time);
    }

    /// `text`: the head and what of the body is in memory. Whether the connection can go on.
    asio::awaitable<bool> send_with_fault(reply const& answer, std::string text)
    {
        std::uint64_t const head_bytes = text.find("\r\n\r\n") + 4;
        std::uint64_t const all = text.size() + (answer.bytes ? answer.bytes->size() : 0);
        // Where it happens: at the latest before the last byte.
        std::uint64_t const place = std::min(head_bytes + std::min(fault_->bytes, all), all - 1);
        switch (fault_->effect) {
        case emulator_fault_effect::delay:
            co_await pause(fault_->time);
            break;
        case emulator_fault_effect::reset_after:
            reset_connection();
            co_return false;
        case emulator_fault_effect::garbage:
            text = "\x16\x03\x01 nothing that a client of HTTP can read\r\n\r\n";
            co_await write_text(std::move(text));
            co_return false;
        case emulator_fault_effect::cut_body:
            co_await send_pieces(answer, text, 0, place);
            co_return false;
        case emulator_fault_effect::stall_answer: {
            bool const begun = co_await send_pieces(answer, text, 0, place);
            if (!begun)
                co_return false;
            co_await pause(fault_->time);
            bool const ended = co_await send_pieces(answer, text, place, all);
            co_return ended;
        }
        case emulator_fault_effect::duplicate_answer: {
            // In one piece if it is in memory, so that what the client sees does not depend on its timing.
            if (!answer.bytes) {
                std::string both = text + text;
                error_code const error = co_await write_text(std::move(both));
                entry_.bytes_sent = 2 * (all - head_bytes);
                co_return !error;
            }
            bool const once = co_await send_pieces(answer, text, 0, all);
            if (!once)
                co_return false;
            bool const twice = co_await send_pieces(answer, text, 0, all);
            co_return twice;
        }
        case emulator_fault_effect::flip_byte:
            if (place >= head_bytes)
                flipped_ = place;
            break;
        default:
            break;
        }
        bool const sent = co_await send_pieces(answer, text, 0, all);
        flipped_.reset();
        co_return sent;
    }

    /// Sends the bytes from `first` to before `last` of the whole answer.
    asio::awaitable<bool> send_pieces(reply const& answer, std::string const& text, std::uint64_t first,
                                      std::uint64_t last)
    {
        std::uint64_t const body = text.find("\r\n\r\n") + 4;
        std::vector<std::byte> block(
            static_cast<std::size_t>(std::min<std::uint64_t>(last - first, block_bytes)));
        while (first < last) {
            bool const in_memory = first < text.size();
            std::uint64_t const end = in_memory ? std::min<std::uint64_t>(last, text.size()) : last;
            auto const piece = std::span(block).first(
                static_cast<std::size_t>(std::min<std::uint64_t>(end - first, block.size())));
            if (in_memory)
                std::memcpy(piece.data(), text.data() + first, piece.size());
            else if (!read_output(*answer.bytes, first - text.size(), piece))
                co_return false;
            if (flipped_ && *flipped_ >= first && *flipped_ < first + piece.size())
                piece[static_cast<std::size_t>(*flipped_ - first)] ^= std::byte{1};
            error_code error;
            expires_after(block_limit);
            co_await asio::async_write(stream_, asio::buffer(piece.data(), piece.size()),
                                       asio::redirect_error(asio::use_awaitable, error));
            if (error)
                co_return false;
            first += piece.size();
            entry_.bytes_sent = first > body ? first - body : 0;
        }
        co_return true;
    }

    // ------------------------------------------------------------------------------------------------------------

    void log()
    {
        entry_.duration =
            std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start_);
        if (is_request_ && shared_->on_request)
            shared_->on_request(entry_);
    }

    std::shared_ptr<shared_state> shared_;
    Stream stream_;
    asio::steady_timer read_timer_;
    // Tells the timer whether the read that it limits is still the one in progress.
    std::uint64_t read_number_ = 0;
    bool is_read_late_ = false;
    std::optional<connection_table::number> number_;
    std::string client_;
    beast::flat_buffer buffer_;
    // What is no request stands in the log of connection errors only.
    bool is_request_ = true;
    // Of the request that is being served.
    emulator_request entry_;
    std::optional<emulator_fault> fault_;
    // Whether the fault has stalled the request already, and the byte of the whole answer that it changes.
    bool stalled_ = false;
    std::optional<std::uint64_t> flipped_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

template <class Stream>
asio::awaitable<void> run_session(std::shared_ptr<session<Stream>> connection)
{
    co_await connection->run();
}

/// A session that fails ends alone; the server goes on.
void ignore_failure(std::exception_ptr const& /*failure*/) noexcept {}

template <class Stream>
void start_session(asio::any_io_executor const& executor, std::shared_ptr<shared_state> shared, Stream stream)
{
    auto connection = std::make_shared<session<Stream>>(std::move(shared), std::move(stream));
    if (connection->enter())
        asio::co_spawn(executor, run_session(std::move(connection)), ignore_failure);
}

tcp::endpoint parse_endpoint(std::string const& address, std::uint16_t port)
{
    error_code error;
    auto const parsed = asio::ip::make_address(address, error);
    if (error)
        throw std::runtime_error("cannot listen on " + address + ": it is no IP address");
    return {parsed, port};
}

} // namespace

struct server::state {
    state(application& app, server_options options)
        : shared(std::make_shared<shared_state>(app, options)),
          context(std::make_unique<asio::io_context>(static_cast<int>(options.threads)))
    {
        acceptor.emplace(asio::make_strand(*context));
        if (options.tls)
            load_certificate(*options.tls);
        listen(options.address, options.port);
    }

    void load_certificate(tls_files const& files)
    {
        try {
            tls.emplace(asio::ssl::context::tls_server);
            tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                             asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                             asio::ssl::context::no_tlsv1_1);
            tls->use_certificate_chain_file(files.certificate_chain.string());
            tls->use_private_key_file(files.key.string(), asio::ssl::context::pem);
        } catch (boost::system::system_error const& error) {
            throw std::runtime_error("cannot use the certificate " + files.certificate_chain.string() +
                                     " with the key " + files.key.string() + ": " + error.code().message());
        }
    }

    void listen(std::string const& address, std::uint16_t wanted_port)
    {
        tcp::endpoint const endpoint = parse_endpoint(address, wanted_port);
        try {
            acceptor->open(endpoint.protocol());
            acceptor->set_option(asio::socket_base::reuse_address(true));
            acceptor->bind(endpoint);
            acceptor->listen(asio::socket_base::max_listen_connections);
            port = acceptor->local_endpoint().port();
        } catch (boost::system::system_error const& error) {
            throw std::runtime_error("cannot listen on " + address + " port " + std::to_string(wanted_port) +
                                     ": " + error.code().message());
        }
    }

    asio::awaitable<void> accept_connections()
    {
        asio::steady_timer pause(acceptor->get_executor());
        while (!shared->stopping) {
            error_code error;
            tcp::socket socket =
                co_await acceptor->async_accept(asio::any_io_executor(asio::make_strand(*context)),
                                                asio::redirect_error(asio::use_awaitable, error));
            if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor)
                co_return;
            if (error) {
                // Out of file descriptors, for instance: there may be some again soon.
                shared->connections.close_idle();
                pause.expires_after(100ms);
                co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
                continue;
            }
            accept(std::move(socket));
        }
    }

    void accept(tcp::socket socket)
    {
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        asio::any_io_executor const executor = socket.get_executor();
        beast::tcp_stream stream(std::move(socket));
        if (tls)
            start_session(executor, shared, asio::ssl::stream<beast::tcp_stream>(std::move(stream), *tls));
        else
            start_session(executor, shared, std::move(stream));
    }

    void start(unsigned count)
    {
        asio::co_spawn(acceptor->get_executor(), accept_connections(), ignore_failure);
        for (unsigned i = 0; i < count; ++i)
            threads.emplace_back([this] { context->run(); });
    }

    void stop()
    {
        std::lock_guard const once(stop_mutex);
        if (!context)
            return;
        shared->stopping = true;
        asio::post(acceptor->get_executor(), [this] {
            error_code ignored;
            acceptor->close(ignored);
        });
        {
            std::unique_lock lock(shared->mutex);
            shared->idle.wait_for(lock, stop_limit, [this] { return shared->requests_in_progress == 0; });
        }
        context->stop();
        for (std::thread& thread : threads)
            thread.join();
        threads.clear();
        acceptor.reset();
        // Destroys the sessions, and so closes their connections.
        context.reset();
    }

    std::shared_ptr<shared_state> shared;
    std::optional<asio::ssl::context> tls;
    std::unique_ptr<asio::io_context> context;
    std::optional<tcp::acceptor> acceptor;
    std::uint16_t port = 0;
    std::vector<std::thread> threads;
    std::mutex stop_mutex;
};

server::server(application& app, server_options options)
{
    unsigned const threads = std::max(options.threads, 1U);
    state_ = std::make_unique<state>(app, std::move(options));
    state_->start(threads);
}

server::~server()
{
    stop();
}

std::uint16_t server::port() const noexcept
{
    return state_->port;
}

void server::stop()
{
    state_->stop();
}

} // namespace glacier::emulation
