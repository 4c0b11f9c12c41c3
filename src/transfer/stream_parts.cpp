#include "transfer/stream_parts.hpp"

#include "transfer/reserved_buffer.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace glacier::transfer {

namespace {

// Of a part, read before the memory for all of it is reserved: a source that has nothing to give yet must not keep
// memory from others.
constexpr std::size_t first_bytes_max = 4'096;

/// Shared with the threads that hash it, since those end later than a coroutine that is dropped.
class held_part final : public body_source {
public:
    held_part(std::shared_ptr<reserved_buffer> buffer, std::size_t size)
        : buffer_(std::move(buffer)), size_(size)
    {}

    std::uint64_t size() const override { return size_; }

    void read(std::uint64_t offset, std::span<std::byte> bytes) const override
    {
        auto const from = content().subspan(static_cast<std::size_t>(offset), bytes.size());
        std::copy(from.begin(), from.end(), bytes.begin());
    }

    std::optional<std::span<std::byte const>> in_memory() const override { return content(); }

private:
    std::span<std::byte const> content() const noexcept { return buffer_->bytes().first(size_); }

    std::shared_ptr<reserved_buffer> buffer_;
    std::size_t size_;
};

} // namespace

stream_parts::stream_parts(std::shared_ptr<stream_source> source, part_size size, std::uint64_t bytes_max,
                           std::shared_ptr<async::budget> memory)
    : source_(std::move(source)), size_(size), bytes_max_(bytes_max), memory_(std::move(memory))
{}

body stream_parts::part(std::uint64_t number, byte_range const& /*range*/) const
{
    return held_.at(number);
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
    auto const first = std::make_shared<std::array<std::byte, first_bytes_max>>();
    std::span<std::byte> const some = std::span(*first).first(std::min(first->size(), most));
    std::size_t const begun = co_await read_some(some);
    std::shared_ptr<reserved_buffer> buffer;
    std::size_t filled = begun;
    if (begun > 0) {
        buffer = co_await reserve_buffer(memory_, most);
        std::copy_n(first->begin(), begun, buffer->bytes().begin());
        filled += co_await fill(buffer->bytes().subspan(begun));
    }
    bytes_read_ += filled;
    if (bytes_read_ == bytes_max_)
        co_await check_end();
    if (filled > 0)
        held_.emplace(parts_read_++, body(std::make_shared<held_part>(buffer, filled)));
    co_return filled;
}

asio::awaitable<std::size_t> stream_parts::fill(std::span<std::byte> room)
{
    std::size_t filled = 0;
    while (filled < room.size() && !ended_)
        filled += co_await read_some(room.subspan(filled));
    co_return filled;
}

asio::awaitable<std::size_t> stream_parts::read_some(std::span<std::byte> room)
{
    std::size_t const count = co_await source_->read_some(room);
    ended_ = count == 0;
    co_return std::min(count, room.size());
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
