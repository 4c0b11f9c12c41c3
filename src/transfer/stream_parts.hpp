#pragma once

#include "async/budget.hpp"
#include "transfer/part_source.hpp"

#include <glacier/part_size.hpp>
#include <glacier/upload.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>

namespace glacier::transfer {

/// The parts of a stream, each in memory from its first byte until it is let go and nobody uses it any more.
class stream_parts final : public part_source {
public:
    stream_parts(std::shared_ptr<stream_source> source, part_size size, std::uint64_t bytes_max,
                 std::shared_ptr<async::budget> memory);

    body part(std::uint64_t number, byte_range const& range) const override;
    asio::awaitable<void> let_go(std::uint64_t number, byte_range range) override;
    asio::awaitable<void> check() override;
    /// Waits until there is memory for a part. Errors: errc::archive_too_large for more bytes than were promised; what
    /// the source throws.
    asio::awaitable<std::uint64_t> read() override;
    bool has_ended() const noexcept override { return ended_; }

private:
    asio::awaitable<std::size_t> fill(std::span<std::byte> room);
    asio::awaitable<std::size_t> read_some(std::span<std::byte> room);
    asio::awaitable<void> check_end();

    std::shared_ptr<stream_source> source_;
    part_size size_;
    std::uint64_t bytes_max_;
    std::shared_ptr<async::budget> memory_;
    std::map<std::uint64_t, body> held_;
    std::uint64_t parts_read_ = 0;
    std::uint64_t bytes_read_ = 0;
    bool ended_ = false;
};

} // namespace glacier::transfer
