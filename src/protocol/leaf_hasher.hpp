#pragma once

#include "crypto/sha256.hpp"

#include <glacier/byte_range.hpp>
#include <glacier/tree_hash.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace glacier::protocol {

/// Splits bytes into leaves and hashes each; several at once if they come at once and the processor can.
class leaf_hasher {
public:
    /// Appends the hash of each leaf that the bytes complete.
    void update(std::span<std::byte const> bytes, std::vector<tree_hash>& leaves);

    /// Appends the hash of a last, short leaf, if there is one. The hasher then begins anew.
    void finish(std::vector<tree_hash>& leaves);

private:
    crypto::sha256 leaf_;
    std::uint64_t leaf_bytes_ = 0;
};

} // namespace glacier::protocol
