#pragma once

#include "crypto/sha256_state.hpp"

#include <cstddef>
#include <cstdint>

// Each kernel stands in a file of its own that is compiled for its instructions: SHA instructions between
// AVX-512 ones cost several times as much, since the processor keeps the upper halves of the registers in step.
// Such a file uses no inline function of a library, nor does what it includes: the linker keeps one copy of each
// for the whole program, and might keep the one that only this processor can run.
#if defined(__x86_64__) || defined(__i386__)
#define GLACIER_HAS_SHA256_KERNELS 1
#else
#define GLACIER_HAS_SHA256_KERNELS 0
#endif

namespace glacier::crypto {

/// Of FIPS 180-4, section 4.2.2.
alignas(64) inline constexpr std::uint32_t sha256_constants[64]{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/// One state and its bytes.
struct sha256_lane {
    std::byte const* data = nullptr;
    sha256_state* state = nullptr;
};

/// SHA extensions; any number of lanes.
void sha256_by_sha_ni(sha256_lane const* lanes, std::size_t count, std::size_t blocks) noexcept;

/// AVX-512; at most 16 lanes.
void sha256_by_avx512(sha256_lane const* lanes, std::size_t count, std::size_t blocks) noexcept;

/// AVX-512; at most 16 runs, each with two states or one. One expansion of the message serves both.
void sha256_pairs_by_avx512(sha256_run const* runs, std::size_t count, std::size_t blocks) noexcept;

} // namespace glacier::crypto
