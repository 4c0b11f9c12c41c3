#include "net/http_exchanger.hpp"

#include "async/offload.hpp"
#include "async/rate_limiter.hpp"
#include "async/run_on.hpp"
#include "base/printable.hpp"
#include "net/connection_pool.hpp"
#include "net/warm_up.hpp"
#include "plan/throughput.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/strand.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace glacier::net {

namespace {

constexpr std::size_t send_block_bytes = std::size_t(256) * 1'024;
constexpr std::uint64_t body_block_bytes = 16 * 1'024;
// Without TLS one read copies all that the socket has, and others have to wait for that.
constexpr std::size_t receive_block_bytes = std::size_t(256) * 1'024;

bool is_cancellation(error_code const& error) noexcept
{
    return error == asio::error::operation_aborted;
}

/// What the body of one message may take in one direction: it must neither stall nor be too slow.
class body_limits {
public:
    explicit body_limits(timeout_settings const& timeouts) noexcept
        : stall_(timeouts.stall), speed_(timeouts.throughput_min, timeouts.throughput_window)
    {}

    /// Before a step that moves `pending` bytes when it ends; 0: it ends with the first byte.
    void begin(connection& peer, std::size_t pending)
    {
        if (!speed_.has_limit()) {
            peer.expires_after(stall_, errc::transfer_stalled);
            return;
        }
        begin_ = clock::now();
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(speed_.time_left(pending)) +
                          std::chrono::milliseconds(1);
        if (stall_ == std::chrono::milliseconds::zero() || left < stall_)
            peer.expires_after(left, errc::throughput_too_low);
        else
            peer.expires_after(stall_, errc::transfer_stalled);
    }

    void end(std::size_t moved)
    {
        if (!speed_.has_limit())
            return;
        auto const taken = std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - begin_);
        if (!speed_.on_moved(moved, taken))
            throw connection_error(errc::throughput_too_low, {});
    }

private:
    using clock = std::chrono::steady_clock;

    std::chrono::milliseconds stall_;
    plan::throughput speed_;
    clock::time_point begin_;
};

/// Lets bytes of a body wait for their turn. What they wait for is not the peer's fault, so no deadline runs.
asio::awaitable<void> pass(async::rate_limiter& limiter, connection& peer, std::size_t bytes)
{
    peer.expires_after(std::chrono::milliseconds(0), errc());
    co_await limiter.pass(bytes);
}

bool has_limit(std::shared_ptr<async::rate_limiter> const& limiter) noexcept
{
    return limiter && limiter->has_limit();
}

/// The coding of a body that nobody asked for; empty: none.
std::string_view unexpected_coding(protocol::http_response const& message) noexcept
{
    std::string_view const coding = message.headers.get("content-encoding");
    return protocol::equal_names(coding, "identity") ? std::string_view() : coding;
}

/// Hands the body of an answer out, and the connection back when it is read to its end.
class leased_body final : public job_output_stream::source {
public:
    leased_body(lease held, asio::any_io_executor strand, timeout_settings const& timeouts,
                std::shared_ptr<async::rate_limiter> rate)
        : state_(std::make_shared<state>(std::move(held), timeouts, std::move(rate))),
          strand_(std::move(strand))
    {}

    asio::awaitable<std::size_t> read_some(std::span<std::byte> buffer) override
    {
        return async::run_on(strand_, read_on_strand(state_, buffer));
    }

    asio::awaitable<std::size_t> read(std::span<std::byte> buffer) override
    {
        return async::run_on(strand_, fill_on_strand(state_, buffer));
    }

private:
    struct state {
        state(lease its_held, timeout_settings const& timeouts, std::shared_ptr<async::rate_limiter> its_rate)
            : held(std::move(its_held)), limits(timeouts), rate(std::move(its_rate))
        {}

        std::optional<lease> held;
        /// What the stream has failed with. It cannot go on.
        std::optional<connection_error> failed;
        body_limits limits;
        std::shared_ptr<async::rate_limiter> rate;
    };

    static asio::awaitable<std::size_t> read_on_strand(std::shared_ptr<state> self,
                                                       std::span<std::byte> buffer)
    {
        if (self->failed)
            throw connection_error(*self->failed);
        if (!self->held)
            co_return 0;
        connection& source = **self->held;
        bool const paced = has_limit(self->rate);
        if (paced)
            buffer = buffer.first(self->rate->block_bytes(buffer.size()));
        std::size_t count = 0;
        try {
            self->limits.begin(source, 0);
            count = co_await source.read_body(buffer);
            source.expires_after(std::chrono::milliseconds(0), errc());
            if (count > 0)
                self->limits.end(count);
        } catch (connection_error const& error) {
            if (!is_cancellation(error.code())) {
                self->failed = error;
                self->held.reset();
            }
            throw;
        }
        if (paced && count > 0)
            co_await pass(*self->rate, source, count);
        if (count == 0 && !buffer.empty()) {
            if (source.is_reusable())
                self->held->mark_reusable();
            self->held.reset();
        }
        co_return count;
    }

    static asio::awaitable<std::size_t> fill_on_strand(std::shared_ptr<state> self,
                                                       std::span<std::byte> buffer)
    {
        std::size_t filled = 0;
        while (filled < buffer.size()) {
            std::span<std::byte> const rest = buffer.subspan(filled);
            std::size_t const count =
                co_await read_on_strand(self, rest.first(std::min(rest.size(), receive_block_bytes)));
            if (count == 0)
                break;
            filled += count;
        }
        co_return filled;
    }

    std::shared_ptr<state> state_;
    asio::any_io_executor strand_;
};

pool_environment pool_environment_of(asio::any_io_executor const& executor,
                                     exchanger_settings const& settings)
{
    pool_environment environment(executor);
    environment.endpoint = settings.endpoint;
    environment.observer = settings.observer;
    return environment;
}

class http_exchanger final : public exchanger, public std::enable_shared_from_this<http_exchanger> {
public:
    http_exchanger(asio::any_io_executor executor, asio::any_io_executor blocking_executor,
                   std::shared_ptr<dialer> dialer, exchanger_settings const& settings)
        : executor_(std::move(executor)), blocking_executor_(std::move(blocking_executor)),
          dialer_(std::move(dialer)), settings_(settings),
          pool_(std::make_shared<connection_pool>(pool_environment_of(executor_, settings), settings.pool,
                                                  settings.timeouts.connection_wait))
    {}

    asio::awaitable<exchange_result> exchange(exchange_request request) override
    {
        return exchange_by(shared_from_this(), std::move(request));
    }

    pool_statistics statistics() const override
    {
        pool_statistics now = pool_->statistics();
        now.resumed = dialer_->resumed_handshakes();
        return now;
    }

    asio::awaitable<std::size_t> warm_up(std::size_t connections) override
    {
        return net::warm_up(executor_, pool_, dialer_, connections);
    }

private:
    using self_pointer = std::shared_ptr<http_exchanger>;

    static asio::awaitable<exchange_result> exchange_by(self_pointer self, exchange_request request)
    {
        try {
            lease held = co_await self->pool_->acquire();
            asio::any_io_executor strand = asio::make_strand(self->executor_);
            if (held.get() != nullptr)
                strand = held->get_executor();
            co_return co_await async::run_on(
                strand, exchange_on_strand(self, std::move(request), std::move(held), strand));
        } catch (boost::system::system_error const& error) {
            if (is_cancellation(error.code()))
                throw;
            exchange_result failed;
            failed.error = error.code();
            co_return failed;
        }
    }

    static asio::awaitable<exchange_result> exchange_on_strand(self_pointer self, exchange_request request,
                                                               lease held, asio::any_io_executor strand)
    {
        exchange_result result;
        // Bytes that came while nobody used the connection would be taken for the answer to this request.
        if (held.get() != nullptr && !held->is_reusable())
            held.drop_connection();
        result.reused_connection = held.get() != nullptr;
        bool cut_short = false;
        std::uint64_t written_before = 0;
        try {
            if (held.get() == nullptr)
                held.set_connection(co_await self->dialer_->dial(strand));
            written_before = held->bytes_written();
            response_head head = co_await self->send_and_read_head(*held, request);
            result.response = std::move(head.message);
            result.sent = true;
            co_await self->take_body(result, head.content_length, request.streams_answer, held, strand);
        } catch (connection_error const& error) {
            result.error = error.code();
            result.detail = error.detail();
        } catch (operation_error const& error) {
            // From the body's source, as the next.
            cut_short = true;
            result.error = error.code();
            result.detail = error.details().message;
        } catch (std::system_error const& error) {
            cut_short = true;
            result.error = error.code();
            result.detail = error.what();
        }
        if (result.error && is_cancellation(result.error))
            throw boost::system::system_error(result.error);
        // A streamed answer has taken the connection with it. A request that ends before its length is never acted on.
        if (held.get() != nullptr)
            result.sent = !cut_short && held->bytes_written() > written_before &&
                          result.error != errc::proxy_authentication_required;
        co_return result;
    }

    asio::awaitable<response_head> send_and_read_head(connection& peer, exchange_request const& request)
    {
        std::exception_ptr send_error;
        try {
            co_await send(peer, request);
        } catch (connection_error const& error) {
            if (is_cancellation(error.code()) || error.code() == condition::timeout ||
                peer.bytes_written() == 0)
                throw;
            send_error = std::current_exception();
        }
        if (!send_error) {
            peer.expires_after(settings_.timeouts.response, errc::response_timeout);
            co_return co_await peer.read_head();
        }
        // A peer that refuses a request may answer and close before it has read all of it: the answer says why.
        try {
            peer.expires_after(std::chrono::seconds(2), errc::response_timeout);
            co_return co_await peer.read_head();
        } catch (connection_error const& error) {
            if (is_cancellation(error.code()))
                throw;
        }
        std::rethrow_exception(send_error);
    }

    static void before_last_byte(exchange_request const& request) noexcept
    {
        if (request.may_have_arrived)
            *request.may_have_arrived = true;
    }

    asio::awaitable<void> send(connection& peer, exchange_request const& request)
    {
        std::uint64_t const size = request.content.size();
        peer.expires_after(settings_.timeouts.stall, errc::transfer_stalled);
        if (size == 0) {
            before_last_byte(request);
            co_await peer.write_head(request.message, std::nullopt);
            co_return;
        }
        co_await peer.write_head(request.message, size);
        body_limits limits(settings_.timeouts);
        std::shared_ptr<body_source const> const source = request.content.source();
        if (auto const bytes = source->in_memory()) {
            for (std::size_t offset = 0; offset < bytes->size();) {
                auto const block =
                    bytes->subspan(offset, std::min(next_block_bytes(), bytes->size() - offset));
                offset += block.size();
                exchange_request const* const ends = offset == size ? &request : nullptr;
                co_await send_block(peer, limits, block, ends);
            }
            co_return;
        }
        auto const buffer =
            std::make_shared<std::vector<std::byte>>(std::min<std::uint64_t>(send_block_bytes, size));
        for (std::uint64_t offset = 0; offset < size;) {
            auto const count = static_cast<std::size_t>(
                std::min<std::uint64_t>(std::min(buffer->size(), next_block_bytes()), size - offset));
            auto read = [source, buffer, offset, count] {
                source->read(offset, std::span(*buffer).first(count));
            };
            co_await async::offload(blocking_executor_, std::move(read));
            offset += count;
            auto const block = std::span<std::byte const>(*buffer).first(count);
            exchange_request const* const ends = offset == size ? &request : nullptr;
            co_await send_block(peer, limits, block, ends);
        }
    }

    std::size_t next_block_bytes() const noexcept
    {
        return settings_.upload_rate ? settings_.upload_rate->block_bytes(send_block_bytes)
                                     : send_block_bytes;
    }

    /// `ends`: the request that ends with this block, if it does.
    asio::awaitable<void> send_block(connection& peer, body_limits& limits, std::span<std::byte const> block,
                                     exchange_request const* ends)
    {
        if (has_limit(settings_.upload_rate))
            co_await pass(*settings_.upload_rate, peer, block.size());
        if (ends != nullptr)
            before_last_byte(*ends);
        limits.begin(peer, block.size());
        co_await peer.write_body(block);
        limits.end(block.size());
    }

    asio::awaitable<void> take_body(exchange_result& result, std::optional<std::uint64_t> content_length,
                                    bool streams_answer, lease& held, asio::any_io_executor strand)
    {
        std::string_view const coding = unexpected_coding(result.response);
        if (!coding.empty() && result.response.status < 400)
            throw connection_error(errc::invalid_http_message, "Content-Encoding " +
                                                                   base::printable(coding, 100) +
                                                                   ", which was not asked for");
        if (streams_answer && (result.response.status == 200 || result.response.status == 206)) {
            held->expires_after(std::chrono::milliseconds(0), errc());
            result.stream = std::make_unique<leased_body>(std::move(held), strand, settings_.timeouts,
                                                          settings_.download_rate);
            co_return;
        }
        if (content_length && *content_length > settings_.response_bytes_max)
            throw connection_error(errc::response_too_large, std::to_string(*content_length) + " bytes");
        // Most answers are small, and room for more would have to be cleared each time.
        std::uint64_t const room =
            std::clamp<std::uint64_t>(content_length.value_or(body_block_bytes), 1, body_block_bytes);
        std::vector<std::byte> buffer(static_cast<std::size_t>(room));
        body_limits limits(settings_.timeouts);
        while (true) {
            limits.begin(*held, 0);
            std::size_t const count = co_await held->read_body(buffer);
            if (count == 0)
                break;
            limits.end(count);
            if (result.response.body.size() + count > settings_.response_bytes_max)
                throw connection_error(errc::response_too_large,
                                       "more than " + std::to_string(settings_.response_bytes_max) +
                                           " bytes");
            result.response.body.append(reinterpret_cast<char const*>(buffer.data()), count);
        }
        held->expires_after(std::chrono::milliseconds(0), errc());
        // The status of an error says enough; its words cannot be read.
        if (!unexpected_coding(result.response).empty())
            result.response.body.clear();
        if (held->is_reusable())
            held.mark_reusable();
    }

    asio::any_io_executor executor_;
    asio::any_io_executor blocking_executor_;
    std::shared_ptr<dialer> dialer_;
    exchanger_settings settings_;
    std::shared_ptr<connection_pool> pool_;
};

} // namespace

std::shared_ptr<exchanger> make_http_exchanger(asio::any_io_executor executor,
                                               asio::any_io_executor blocking_executor,
                                               std::shared_ptr<dialer> dialer,
                                               exchanger_settings const& settings)
{
    return std::make_shared<http_exchanger>(std::move(executor), std::move(blocking_executor),
                                            std::move(dialer), settings);
}

} // namespace glacier::net
