#include "transfer/body_parts.hpp"

#include "async/offload.hpp"

#include <memory>
#include <mutex>
#include <utility>

namespace glacier::transfer {

namespace {

/// Parts are hashed and sent at the same time, on more than one thread.
class locked_source final : public body_source {
public:
    explicit locked_source(std::shared_ptr<body_source const> source) : source_(std::move(source)) {}

    std::uint64_t size() const override { return source_->size(); }

    void read(std::uint64_t offset, std::span<std::byte> bytes) const override
    {
        std::lock_guard const lock(mutex_);
        source_->read(offset, bytes);
    }

    std::optional<std::span<std::byte const>> in_memory() const override { return source_->in_memory(); }

    void release(std::uint64_t offset, std::uint64_t size) const override
    {
        std::lock_guard const lock(mutex_);
        source_->release(offset, size);
    }

private:
    std::shared_ptr<body_source const> source_;
    mutable std::mutex mutex_;
};

} // namespace

body_parts::body_parts(body content, asio::any_io_executor blocking, std::function<void()> check)
    : content_(std::move(content)), blocking_(std::move(blocking)), check_(std::move(check))
{}

body body_parts::part(std::uint64_t /*number*/, byte_range const& range) const
{
    return content_.slice(range.first(), range.size());
}

asio::awaitable<void> body_parts::let_go(std::uint64_t /*number*/, byte_range range)
{
    auto release = [source = content_.source(), range] { source->release(range.first(), range.size()); };
    co_await async::offload(blocking_, std::move(release));
}

asio::awaitable<void> body_parts::check()
{
    if (!check_)
        co_return;
    auto look = [check = check_] { check(); };
    co_await async::offload(blocking_, std::move(look));
}

asio::awaitable<std::uint64_t> body_parts::read()
{
    co_return 0;
}

body one_at_a_time(body content)
{
    return content.source() ? body(std::make_shared<locked_source>(content.source())) : content;
}

} // namespace glacier::transfer
