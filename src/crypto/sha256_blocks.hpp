#pragma once

#include "crypto/sha256_state.hpp"

#include <glacier/sha256_digest.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace glacier::crypto {

/// Processor instructions that advance several states at once.
enum class sha256_instructions {
    /// SHA extensions: two states in turn, so that one computes while the other waits.
    sha_ni,
    /// AVX-512: sixteen states side by side.
    avx512,
};

/// Whether this processor has them.
bool has_instructions(sha256_instructions which) noexcept;

/**
 * Takes `blocks` blocks from each run. The processor must have the instructions. With avx512 those states are left
 * to the SHA extensions that they serve more quickly: half-empty lanes cost as much as full ones.
 */
void sha256_blocks(sha256_instructions which, std::span<sha256_run const> runs, std::size_t blocks) noexcept;

/// The digest after `bytes` bytes, of which the last ones, less than a block, are in `tail`.
sha256_digest finish_sha256(sha256_instructions which, sha256_state state, std::span<std::byte const> tail,
                            std::uint64_t bytes) noexcept;

} // namespace glacier::crypto
