#pragma once

#include "transfer/range_hasher.hpp"
#include "transfer/reserved_buffer.hpp"

#include <glacier/byte_range.hpp>
#include <glacier/tree_hash.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace glacier::transfer {

class output_file;

/// Where the ranges of a download go. Everything is called on the strand of the download, and this outlives it.
class range_target {
public:
    range_target() = default;
    range_target(range_target const&) = delete;
    range_target& operator=(range_target const&) = delete;
    virtual ~range_target() = default;

    /// Memory for a range. Called in the order in which ranges start, and again for one that is fetched again.
    virtual asio::awaitable<std::shared_ptr<reserved_buffer>> reserve(std::uint64_t piece,
                                                                      byte_range range) = 0;

    /// The hash of a range that an earlier run left, if its bytes are still there. Nothing: it must be fetched.
    virtual asio::awaitable<std::optional<tree_hash>> recall(std::uint64_t piece, byte_range range,
                                                             std::shared_ptr<reserved_buffer> buffer) = 0;

    /// The file that the bytes are written into while they come; null if they stay in the buffer.
    virtual std::shared_ptr<output_file> file() const { return nullptr; }

    /// Takes a range that is verified. What it throws ends the download.
    virtual asio::awaitable<void> accept(std::uint64_t piece, byte_range range, range_hashes hashes,
                                         std::shared_ptr<reserved_buffer> buffer) = 0;

    /// No range starts for now: memory that was kept for the next one can go.
    virtual void trim() noexcept {}
};

} // namespace glacier::transfer
