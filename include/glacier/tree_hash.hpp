#pragma once

#include <glacier/sha256_digest.hpp>

#include <cstddef>
#include <memory>
#include <span>

namespace glacier {

/**
 * Computes the tree hash of bytes that arrive in pieces of any size.
 *
 * The data is split into leaves of 1 MiB (the last may be shorter), each hashed with SHA-256; neighbours
 * are hashed together level by level, a lone last one goes up unchanged. Memory does not depend on the
 * amount of data.
 *
 * Thread safety: none; different objects are independent.
 */
class tree_hasher {
public:
    /// Has seen no bytes yet.
    tree_hasher();
    /// Takes over what the other one has seen; that may then only be assigned to or destroyed.
    tree_hasher(tree_hasher&&) noexcept;
    /// Takes over what the other one has seen; that may then only be assigned to or destroyed.
    tree_hasher& operator=(tree_hasher&&) noexcept;
    ~tree_hasher();

    /// Adds the next bytes, any number of them.
    void update(std::span<std::byte const> bytes);

    /// The hash of everything given so far; the hasher then begins anew. Of nothing: the SHA-256 of no bytes.
    tree_hash finish();

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// The tree hash of bytes in memory.
tree_hash tree_hash_of(std::span<std::byte const> bytes);

/**
 * Combines the tree hashes of consecutive parts into that of the whole.
 *
 * The result is the archive's tree hash if every part but the last has the same size, a power of two of
 * MiB, as the parts of a multipart upload have. `parts` must not be empty.
 */
tree_hash combine_tree_hashes(std::span<tree_hash const> parts);

} // namespace glacier
