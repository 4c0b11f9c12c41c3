#include "transfer/page_in.hpp"

#include "async/offload.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace glacier::transfer {

namespace {

// The smallest that there are.
constexpr std::size_t page_bytes = 4'096;
constexpr std::size_t step_bytes = std::size_t(1'024) * 1'024;

class page_reader {
public:
    page_reader(std::shared_ptr<body_source const> source, std::span<std::byte const> bytes)
        : source_(std::move(source)), left_(bytes)
    {}

    /// False at the end.
    bool read_some()
    {
        std::span<std::byte const> const step = left_.first(std::min(step_bytes, left_.size()));
        left_ = left_.subspan(step.size());
        for (std::size_t offset = 0; offset < step.size(); offset += page_bytes)
            read(step[offset]);
        // It may lie on another page than the last of them.
        if (!step.empty())
            read(step.back());
        return !left_.empty();
    }

private:
    void read(std::byte const& byte) { last_ = static_cast<std::byte const volatile&>(byte); }

    std::shared_ptr<body_source const> source_;
    std::span<std::byte const> left_;
    std::byte last_{};
};

} // namespace

asio::awaitable<void> page_in(client service, body content)
{
    if (!content.source())
        co_return;
    auto const bytes = content.source()->in_memory();
    if (!bytes)
        co_return;
    auto const reader = std::make_shared<page_reader>(content.source(), *bytes);
    auto step = [reader] { return reader->read_some(); };
    co_await async::offload_steps(service.get_blocking_executor(), std::move(step));
}

} // namespace glacier::transfer
