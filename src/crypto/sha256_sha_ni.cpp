#include "crypto/sha256_kernels.hpp"

#if GLACIER_HAS_SHA256_KERNELS

#include <immintrin.h>

namespace glacier::crypto {

namespace {

/// A state as the instructions want it, and the block that it is taking in.
struct registers {
    // Words A, B, E, F and C, D, G, H.
    __m128i abef;
    __m128i cdgh;
    // Four words each: the newest sixteen of the expanded message.
    __m128i message[4];
};

inline __m128i load(void const* from) noexcept
{
    return _mm_loadu_si128(static_cast<__m128i const*>(from));
}

inline void load_state(registers& lane, sha256_state const& state) noexcept
{
    __m128i const dcba = _mm_shuffle_epi32(load(state.words), 0xb1);
    __m128i const efgh = _mm_shuffle_epi32(load(state.words + 4), 0x1b);
    lane.abef = _mm_alignr_epi8(dcba, efgh, 8);
    lane.cdgh = _mm_blend_epi16(efgh, dcba, 0xf0);
}

inline void store_state(registers const& lane, sha256_state& state) noexcept
{
    __m128i const feba = _mm_shuffle_epi32(lane.abef, 0x1b);
    __m128i const dchg = _mm_shuffle_epi32(lane.cdgh, 0xb1);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(state.words), _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(state.words + 4), _mm_alignr_epi8(dchg, feba, 8));
}

inline void load_block(registers& lane, std::byte const* data) noexcept
{
    __m128i const big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    for (std::size_t i = 0; i < 4; ++i)
        lane.message[i] = _mm_shuffle_epi8(load(data + 16 * i), big_endian);
}

/// Four of the 64 rounds, and, where they are still needed, the words of the message sixteen rounds on.
template <std::size_t Quad>
inline void four_rounds(registers& lane) noexcept
{
    constexpr std::size_t now = Quad % 4;
    __m128i const words = _mm_add_epi32(lane.message[now], load(sha256_constants + 4 * Quad));
    lane.cdgh = _mm_sha256rnds2_epu32(lane.cdgh, lane.abef, words);
    lane.abef = _mm_sha256rnds2_epu32(lane.abef, lane.cdgh, _mm_shuffle_epi32(words, 0x0e));
    if constexpr (Quad < 12) {
        __m128i const next = lane.message[(now + 1) % 4];
        __m128i const newest = lane.message[(now + 3) % 4];
        __m128i const seven_back = _mm_alignr_epi8(newest, lane.message[(now + 2) % 4], 4);
        __m128i const sum = _mm_add_epi32(_mm_sha256msg1_epu32(lane.message[now], next), seven_back);
        lane.message[now] = _mm_sha256msg2_epu32(sum, newest);
    }
}

template <std::size_t Quad, class... Lane>
inline void rounds_from(Lane&... lane) noexcept
{
    if constexpr (Quad < 16) {
        (four_rounds<Quad>(lane), ...);
        rounds_from<Quad + 1>(lane...);
    }
}

inline void add(registers& lane, __m128i abef, __m128i cdgh) noexcept
{
    lane.abef = _mm_add_epi32(lane.abef, abef);
    lane.cdgh = _mm_add_epi32(lane.cdgh, cdgh);
}

void one_lane(sha256_lane const& lane, std::size_t blocks) noexcept
{
    registers a;
    load_state(a, *lane.state);
    for (std::size_t i = 0; i < blocks; ++i) {
        __m128i const abef = a.abef;
        __m128i const cdgh = a.cdgh;
        load_block(a, lane.data + i * sha256_block_bytes);
        rounds_from<0>(a);
        add(a, abef, cdgh);
    }
    store_state(a, *lane.state);
}

void two_lanes(sha256_lane const& first, sha256_lane const& second, std::size_t blocks) noexcept
{
    registers a;
    registers b;
    load_state(a, *first.state);
    load_state(b, *second.state);
    for (std::size_t i = 0; i < blocks; ++i) {
        __m128i const a_abef = a.abef;
        __m128i const a_cdgh = a.cdgh;
        __m128i const b_abef = b.abef;
        __m128i const b_cdgh = b.cdgh;
        load_block(a, first.data + i * sha256_block_bytes);
        load_block(b, second.data + i * sha256_block_bytes);
        rounds_from<0>(a, b);
        add(a, a_abef, a_cdgh);
        add(b, b_abef, b_cdgh);
    }
    store_state(a, *first.state);
    store_state(b, *second.state);
}

} // namespace

void sha256_by_sha_ni(sha256_lane const* lanes, std::size_t count, std::size_t blocks) noexcept
{
    for (; count >= 2; count -= 2, lanes += 2)
        two_lanes(lanes[0], lanes[1], blocks);
    if (count != 0)
        one_lane(lanes[0], blocks);
}

} // namespace glacier::crypto

#endif
