#include "protocol/leaf_hasher.hpp"

#include "crypto/sha256_blocks.hpp"

#include <algorithm>
#include <array>

namespace glacier::protocol {

namespace {

using crypto::sha256_instructions;

/// Hashes whole leaves side by side, as many as there are, and returns the bytes that are left.
std::span<std::byte const> hash_side_by_side(sha256_instructions which, std::span<std::byte const> bytes,
                                             std::vector<tree_hash>& leaves)
{
    constexpr auto leaf_bytes = static_cast<std::size_t>(tree_hash_leaf_bytes);
    while (bytes.size() >= leaf_bytes) {
        std::size_t const count = std::min(bytes.size() / leaf_bytes, crypto::sha256_runs_max);
        std::array<crypto::sha256_state, crypto::sha256_runs_max> states;
        std::array<crypto::sha256_run, crypto::sha256_runs_max> runs;
        for (std::size_t i = 0; i < count; ++i) {
            states[i] = crypto::sha256_initial_state;
            runs[i] = {bytes.data() + i * leaf_bytes, &states[i], nullptr};
        }
        crypto::sha256_blocks(which, std::span(runs).first(count), leaf_bytes / crypto::sha256_block_bytes);
        for (std::size_t i = 0; i < count; ++i)
            leaves.push_back(tree_hash(crypto::finish_sha256(which, states[i], {}, leaf_bytes).bytes()));
        bytes = bytes.subspan(count * leaf_bytes);
    }
    return bytes;
}

} // namespace

void leaf_hasher::update(std::span<std::byte const> bytes, std::vector<tree_hash>& leaves)
{
    while (!bytes.empty()) {
        if (leaf_bytes_ == 0 && bytes.size() >= 2 * tree_hash_leaf_bytes) {
            if (crypto::has_instructions(sha256_instructions::avx512))
                bytes = hash_side_by_side(sha256_instructions::avx512, bytes, leaves);
            else if (crypto::has_instructions(sha256_instructions::sha_ni))
                bytes = hash_side_by_side(sha256_instructions::sha_ni, bytes, leaves);
        }
        auto const wanted = static_cast<std::size_t>(
            std::min<std::uint64_t>(tree_hash_leaf_bytes - leaf_bytes_, bytes.size()));
        leaf_.update(bytes.first(wanted));
        leaf_bytes_ += wanted;
        bytes = bytes.subspan(wanted);
        if (leaf_bytes_ == tree_hash_leaf_bytes)
            finish(leaves);
    }
}

void leaf_hasher::finish(std::vector<tree_hash>& leaves)
{
    if (leaf_bytes_ == 0)
        return;
    leaves.push_back(tree_hash(leaf_.finish().bytes()));
    leaf_bytes_ = 0;
}

} // namespace glacier::protocol
