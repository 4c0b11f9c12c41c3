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

std::optional<sha256_instructions> instructions_of(hash_path path) noexcept
{
    switch (path) {
    case hash_path::openssl:
        break;
    case hash_path::sha_ni:
        return sha256_instructions::sha_ni;
    case hash_path::avx512:
        return sha256_instructions::avx512;
    }
    return std::nullopt;
}

} // namespace

// A leaf alone leaves most of a processor idle, whatever it is hashed with, and OpenSSL has the SHA extensions too.
leaf_hasher::leaf_hasher(std::optional<hash_path> path)
    : side_by_side_(instructions_of(path.value_or(quickest_hash_path(2)))),
      bytes_side_by_side_min_((path ? 1 : 2) * tree_hash_leaf_bytes),
      pieces_(path.value_or(hash_path::openssl))
{}

void leaf_hasher::update(std::span<std::byte const> bytes, std::vector<tree_hash>& leaves)
{
    while (!bytes.empty()) {
        if (side_by_side_ && leaf_bytes_ == 0 && bytes.size() >= bytes_side_by_side_min_)
            bytes = hash_side_by_side(*side_by_side_, bytes, leaves);
        auto const wanted = static_cast<std::size_t>(
            std::min<std::uint64_t>(tree_hash_leaf_bytes - leaf_bytes_, bytes.size()));
        pieces_.update(bytes.first(wanted));
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
    // The hash of a single leaf is that of its bytes.
    leaves.push_back(pieces_.finish().tree);
    leaf_bytes_ = 0;
}

} // namespace glacier::protocol
