#pragma once

#include <cstddef>
#include <cstdint>

namespace glacier::crypto {

/// Bytes that SHA-256 takes in at once.
inline constexpr std::size_t sha256_block_bytes = 64;

/// SHA-256 between two blocks.
struct sha256_state {
    std::uint32_t words[8];
};

/// Before the first block.
inline constexpr sha256_state sha256_initial_state{
    {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};

/// Bytes that one or two states take in: the linear and the tree hash see the same ones.
struct sha256_run {
    std::byte const* data = nullptr;
    sha256_state* first = nullptr;
    /// Null if there is only one.
    sha256_state* second = nullptr;
};

/// The most runs of one call to sha256_blocks().
inline constexpr std::size_t sha256_runs_max = 16;

} // namespace glacier::crypto
