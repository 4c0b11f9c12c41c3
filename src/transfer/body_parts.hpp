#pragma once

#include "transfer/part_source.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>

namespace glacier::transfer {

/// The parts of what can be read more than once.
class body_parts final : public part_source {
public:
    /// `blocking`: where release() of the content is called. `check`: called there too; may throw.
    body_parts(body content, asio::any_io_executor blocking, std::function<void()> check);

    body part(std::uint64_t number, byte_range const& range) const override;
    asio::awaitable<void> let_go(std::uint64_t number, byte_range range) override;
    asio::awaitable<void> check() override;
    asio::awaitable<std::uint64_t> read() override;
    bool has_ended() const noexcept override { return true; }

private:
    body content_;
    asio::any_io_executor blocking_;
    std::function<void()> check_;
};

/// The same content, whose source is used by one thread at a time only, as body_source promises to those who write one.
body one_at_a_time(body content);

} // namespace glacier::transfer
