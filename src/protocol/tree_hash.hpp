#pragma once

#include "crypto/sha256.hpp"

#include <glacier/byte_range.hpp>
#include <glacier/tree_hash.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace glacier::protocol {

/// SHA-256 of two neighbours in the tree.
tree_hash parent_hash(tree_hash const& left, tree_hash const& right);

/// Builds a tree from hashes of equal width that arrive from left to right; keeps O(log n) of them.
class tree_builder {
public:
    void add(tree_hash const& node);

    /// The root; a lone last node of a level goes up unchanged. There must be at least one node. The
    /// builder then begins anew.
    tree_hash finish();

    bool empty() const noexcept { return pending_.empty(); }

private:
    struct node {
        unsigned level;
        tree_hash hash;
    };

    // Complete subtrees, from the widest to the narrowest; no two of the same level.
    std::vector<node> pending_;
};

/// Splits bytes into leaves and hashes each.
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

/// The linear and the tree hash of a payload, and the hashes of its leaves.
struct payload_hashes {
    sha256_digest content_sha256;
    tree_hash tree;
    std::uint64_t bytes = 0;
};

/// Computes both hashes of a payload in one pass.
class payload_hasher {
public:
    void update(std::span<std::byte const> bytes);

    /// The hashes of everything given so far; the hasher then begins anew.
    payload_hashes finish();

    /// The leaves completed so far; after finish(), all of them until the next update().
    std::vector<tree_hash> const& leaves() const noexcept { return leaves_; }

private:
    crypto::sha256 linear_;
    leaf_hasher leaf_hasher_;
    std::vector<tree_hash> leaves_;
    std::uint64_t bytes_ = 0;
    bool finished_ = false;
};

/// The root over hashes of neighbouring leaves or equal parts. `nodes` must not be empty.
tree_hash root_of(std::span<tree_hash const> nodes);

} // namespace glacier::protocol
