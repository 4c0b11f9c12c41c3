#pragma once

#include "async/event.hpp"
#include "transfer/range_target.hpp"

#include <glacier/client.hpp>
#include <glacier/download.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

namespace glacier::transfer {

/// Gives ranges to a sink, in order. Each stays in memory, whole, until it was its turn.
class sink_target final : public range_target {
public:
    /// `kept`: the bytes of the output that the sink gets; nothing: all.
    sink_target(client const& service, std::shared_ptr<stream_sink> sink, std::optional<byte_range> kept);
    ~sink_target() override;

    /// A range that failed finds its memory where it was. If it had to wait for some, those behind it, which keep theirs
    /// until it is through, would have to wait for it.
    asio::awaitable<std::shared_ptr<reserved_buffer>> reserve(std::uint64_t piece, byte_range range) override;
    /// Nothing: a sink keeps nothing that could be taken up.
    asio::awaitable<std::optional<tree_hash>> recall(std::uint64_t piece, byte_range range,
                                                     std::shared_ptr<reserved_buffer> buffer) override;
    asio::awaitable<void> accept(std::uint64_t piece, byte_range range, range_hashes hashes,
                                 std::shared_ptr<reserved_buffer> buffer) override;

private:
    std::shared_ptr<async::budget> memory_;
    std::shared_ptr<stream_sink> sink_;
    std::optional<byte_range> kept_;
    // Of the ranges that have begun and were not written yet.
    std::map<std::uint64_t, std::shared_ptr<reserved_buffer>> buffers_;
    // The one that is to be written next.
    std::uint64_t next_ = 0;
    // Of the ranges that wait for their turn. They are nobody else's, so that coroutines that wait go with this.
    std::map<std::uint64_t, std::unique_ptr<async::event>> turns_;
};

} // namespace glacier::transfer
