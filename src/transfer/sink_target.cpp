#include "transfer/sink_target.hpp"

#include "async/transfer_limits.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <span>
#include <utility>

namespace glacier::transfer {

sink_target::sink_target(client const& service, std::shared_ptr<stream_sink> sink,
                         std::optional<byte_range> kept)
    : memory_(service.limits().shared()->memory), sink_(std::move(sink)), kept_(kept)
{}

sink_target::~sink_target() = default;

asio::awaitable<std::shared_ptr<reserved_buffer>> sink_target::reserve(std::uint64_t piece, byte_range range)
{
    if (auto const found = buffers_.find(piece); found != buffers_.end())
        co_return found->second;
    std::shared_ptr<reserved_buffer> made =
        co_await reserve_buffer(memory_, static_cast<std::size_t>(range.size()));
    buffers_.emplace(piece, made);
    co_return made;
}

asio::awaitable<std::optional<tree_hash>> sink_target::recall(std::uint64_t /*piece*/, byte_range /*range*/,
                                                              std::shared_ptr<reserved_buffer> /*buffer*/)
{
    co_return std::nullopt;
}

asio::awaitable<void> sink_target::accept(std::uint64_t piece, byte_range range, range_hashes /*hashes*/,
                                          std::shared_ptr<reserved_buffer> buffer)
{
    if (piece != next_) {
        async::event& turn = *turns_.emplace(piece, std::make_unique<async::event>()).first->second;
        bool const came = co_await turn.wait();
        turns_.erase(piece);
        if (!came)
            throw boost::system::system_error(asio::error::operation_aborted);
    }
    if (auto const both = common_bytes(range, kept_)) {
        std::span<std::byte const> const bytes = buffer->bytes().subspan(
            static_cast<std::size_t>(both->first() - range.first()), static_cast<std::size_t>(both->size()));
        co_await sink_->write(bytes);
    }
    buffers_.erase(piece);
    ++next_;
    if (auto const waiting = turns_.find(next_); waiting != turns_.end())
        waiting->second->set();
}

} // namespace glacier::transfer
