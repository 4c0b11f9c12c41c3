#include "transfer/stream_parts.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace glacier::transfer {

stream_parts::stream_parts(std::shared_ptr<stream_source> source, part_size size, std::uint64_t bytes_max,
                           std::shared_ptr<async::memory_budget> memory)
    : source_(std::move(source)), size_(size), bytes_max_(bytes_max), memory_(std::move(memory))
{}

body stream_parts::part(std::uint64_t number, byte_range const& /*range*/) const
{
    held_part const& held = held_.at(number);
    return body::view(std::span<std::byte const>(held.bytes.get(), held.size));
}

asio::awaitable<void> stream_parts::let_go(std::uint64_t number, byte_range /*range*/)
{
    held_.erase(number);
    co_return;
}

asio::awaitable<void> stream_parts::check()
{
    co_return;
}

asio::awaitable<std::uint64_t> stream_parts::read()
{
    if (ended_)
        co_return 0;
    auto const most = static_cast<std::size_t>(std::min(size_.bytes(), bytes_max_ - bytes_read_));
    held_part next;
    next.room = co_await memory_->reserve(most);
    // Not cleared, which for megabytes would take milliseconds on the loop.
    next.bytes.reset(new std::byte[most]);
    next.size = co_await fill(std::span<std::byte>(next.bytes.get(), most));
    std::size_t const filled = next.size;
    bytes_read_ += filled;
    if (bytes_read_ == bytes_max_)
        co_await check_end();
    if (filled > 0)
        held_.emplace(parts_read_++, std::move(next));
    co_return filled;
}

asio::awaitable<std::size_t> stream_parts::fill(std::span<std::byte> room)
{
    std::size_t filled = 0;
    while (filled < room.size()) {
        std::size_t const count = co_await source_->read_some(room.subspan(filled));
        if (count == 0) {
            ended_ = true;
            break;
        }
        filled += std::min(count, room.size() - filled);
    }
    co_return filled;
}

asio::awaitable<void> stream_parts::check_end()
{
    if (ended_)
        co_return;
    auto const one_more = std::make_shared<std::array<std::byte, 1>>();
    std::span<std::byte> const room(*one_more);
    std::size_t const count = co_await source_->read_some(room);
    if (count > 0) {
        error_details details;
        details.operation = "upload";
        details.resource = "stream";
        details.message = "more than the " + std::to_string(bytes_max_) + " bytes that were promised";
        throw operation_error(errc::archive_too_large, std::move(details));
    }
    ended_ = true;
}

} // namespace glacier::transfer
