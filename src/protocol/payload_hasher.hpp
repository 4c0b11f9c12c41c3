#pragma once

#include "crypto/sha256.hpp"
#include "crypto/sha256_blocks.hpp"

#include <glacier/byte_range.hpp>
#include <glacier/hash_path.hpp>
#include <glacier/tree_hash.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace glacier::protocol {

/// The quickest one for so many payloads side by side.
hash_path quickest_hash_path(std::size_t payloads) noexcept;

/// The linear and the tree hash of a payload.
struct payload_hashes {
    sha256_digest content_sha256;
    tree_hash tree;
    std::uint64_t bytes = 0;
};

/**
 * Computes both hashes of several payloads that are read side by side, in one pass.
 *
 * SHA-256 takes in one block after the other, so a payload alone leaves most of a processor idle: its linear
 * hash and its leaves are computed together, and so are several payloads, where the processor can.
 */
class payload_group_hasher {
public:
    /// At once, at most.
    static constexpr std::size_t payloads_max = crypto::sha256_runs_max;

    /// 1 to payloads_max payloads. The path must be available.
    explicit payload_group_hasher(std::size_t payloads)
        : payload_group_hasher(payloads, quickest_hash_path(payloads))
    {}
    payload_group_hasher(std::size_t payloads, hash_path path);

    /// The next bytes of each payload, any number of them. Quickest if it is the same number for all.
    void update(std::span<std::span<std::byte const> const> pieces);

    /// The hashes of everything given so far; the hasher then begins anew.
    std::vector<payload_hashes> finish();

    /// The leaves of a payload that are complete; after finish(), all of them until the next update().
    std::vector<tree_hash> const& leaves(std::size_t payload) const noexcept
    {
        return lanes_[payload].leaves;
    }

private:
    struct lane {
        std::uint64_t bytes = 0;
        std::vector<tree_hash> leaves;

        // With OpenSSL.
        crypto::sha256 linear;
        crypto::sha256 leaf;

        // With instructions: the states after the last whole block, and what came since. Leaves begin and end with
        // a block, so one rest serves both.
        crypto::sha256_state linear_state = crypto::sha256_initial_state;
        crypto::sha256_state leaf_state = crypto::sha256_initial_state;
        std::array<std::byte, crypto::sha256_block_bytes> rest{};

        std::span<std::byte const> rest_of_block() const noexcept
        {
            return std::span(rest).first(bytes % crypto::sha256_block_bytes);
        }
    };

    crypto::sha256_instructions instructions() const noexcept;
    void update_with_openssl(lane& target, std::span<std::byte const> bytes);
    void update_with_instructions(std::span<std::span<std::byte const> const> pieces);
    void take_blocks(std::span<std::span<std::byte const>> waiting);
    void advance(lane& target, std::uint64_t bytes);
    sha256_digest finish_linear(lane& target);
    sha256_digest finish_leaf(lane& target);

    hash_path path_;
    std::vector<lane> lanes_;
    bool finished_ = false;
};

/// Both hashes of one payload.
class payload_hasher {
public:
    payload_hasher() : group_(1) {}

    /// Nothing: the quickest path. Another one must be available.
    explicit payload_hasher(std::optional<hash_path> path) : group_(1, path.value_or(quickest_hash_path(1)))
    {}

    void update(std::span<std::byte const> bytes) { group_.update(std::span(&bytes, 1)); }

    /// The hashes of everything given so far; the hasher then begins anew.
    payload_hashes finish() { return group_.finish().front(); }

    /// The leaves completed so far; after finish(), all of them until the next update().
    std::vector<tree_hash> const& leaves() const noexcept { return group_.leaves(0); }

private:
    payload_group_hasher group_;
};

} // namespace glacier::protocol
