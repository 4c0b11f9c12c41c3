#pragma once

#include "crypto/sha256_blocks.hpp"
#include "protocol/payload_hasher.hpp"

#include <glacier/byte_range.hpp>
#include <glacier/hash_path.hpp>
#include <glacier/tree_hash.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace glacier::protocol {

/// Splits bytes into leaves and hashes each; several at once if they come at once and the processor can.
class leaf_hasher {
public:
    /// Nothing: the quickest path. Another one must be available.
    explicit leaf_hasher(std::optional<hash_path> path = std::nullopt);

    /// Appends the hash of each leaf that the bytes complete.
    void update(std::span<std::byte const> bytes, std::vector<tree_hash>& leaves);

    /// Appends the hash of a last, short leaf, if there is one. The hasher then begins anew.
    void finish(std::vector<tree_hash>& leaves);

private:
    // For leaves that come whole, from so many at once on. Nothing: OpenSSL.
    std::optional<crypto::sha256_instructions> side_by_side_;
    std::uint64_t bytes_side_by_side_min_;
    // Of one leaf, which comes in pieces.
    payload_hasher pieces_;
    std::uint64_t leaf_bytes_ = 0;
};

} // namespace glacier::protocol
