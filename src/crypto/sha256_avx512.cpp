#include "crypto/sha256_kernels.hpp"

#if GLACIER_HAS_SHA256_KERNELS

#include <immintrin.h>

namespace glacier::crypto {

namespace {

constexpr std::size_t lanes_max = 16;

/// Eight words of sixteen states.
struct vector_state {
    __m512i word[8];
};

/// Where unused lanes read and write.
struct idle_lane {
    alignas(64) std::byte data[sha256_block_bytes]{};
    sha256_state state{};
};

struct lane_table {
    std::byte const* data[lanes_max];
    // Unused lanes stay at their one block.
    std::size_t stride[lanes_max];
};

inline __m512i xor3(__m512i a, __m512i b, __m512i c) noexcept
{
    return _mm512_ternarylogic_epi32(a, b, c, 0x96);
}

inline __m512i choice(__m512i e, __m512i f, __m512i g) noexcept
{
    return _mm512_ternarylogic_epi32(e, f, g, 0xca);
}

inline __m512i majority(__m512i a, __m512i b, __m512i c) noexcept
{
    return _mm512_ternarylogic_epi32(a, b, c, 0xe8);
}

/// Turns sixteen rows of sixteen words into columns.
inline void transpose(__m512i (&row)[16]) noexcept
{
    __m512i pairs[16];
    for (int i = 0; i < 16; i += 2) {
        pairs[i] = _mm512_unpacklo_epi32(row[i], row[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_epi32(row[i], row[i + 1]);
    }
    __m512i quads[16];
    for (int i = 0; i < 16; i += 4) {
        quads[i] = _mm512_unpacklo_epi64(pairs[i], pairs[i + 2]);
        quads[i + 1] = _mm512_unpackhi_epi64(pairs[i], pairs[i + 2]);
        quads[i + 2] = _mm512_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
        quads[i + 3] = _mm512_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
    }
    for (int i = 0; i < 4; ++i) {
        __m512i const even_low = _mm512_shuffle_i32x4(quads[i], quads[i + 4], 0x88);
        __m512i const odd_low = _mm512_shuffle_i32x4(quads[i], quads[i + 4], 0xdd);
        __m512i const even_high = _mm512_shuffle_i32x4(quads[i + 8], quads[i + 12], 0x88);
        __m512i const odd_high = _mm512_shuffle_i32x4(quads[i + 8], quads[i + 12], 0xdd);
        row[i] = _mm512_shuffle_i32x4(even_low, even_high, 0x88);
        row[i + 4] = _mm512_shuffle_i32x4(odd_low, odd_high, 0x88);
        row[i + 8] = _mm512_shuffle_i32x4(even_low, even_high, 0xdd);
        row[i + 12] = _mm512_shuffle_i32x4(odd_low, odd_high, 0xdd);
    }
}

/// Word t of the block of each lane, in message[t].
inline void load_message(__m512i (&message)[16], lane_table const& lanes, std::size_t block) noexcept
{
    __m512i const big_endian = _mm512_broadcast_i32x4(_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
    for (std::size_t i = 0; i < lanes_max; ++i)
        message[i] =
            _mm512_shuffle_epi8(_mm512_loadu_si512(lanes.data[i] + block * lanes.stride[i]), big_endian);
    transpose(message);
}

/// Replaces word t by word t + 16.
inline void expand(__m512i (&message)[16], int t) noexcept
{
    __m512i const fifteen_back = message[(t + 1) % 16];
    __m512i const two_back = message[(t + 14) % 16];
    __m512i const low = xor3(_mm512_ror_epi32(fifteen_back, 7), _mm512_ror_epi32(fifteen_back, 18),
                             _mm512_srli_epi32(fifteen_back, 3));
    __m512i const high =
        xor3(_mm512_ror_epi32(two_back, 17), _mm512_ror_epi32(two_back, 19), _mm512_srli_epi32(two_back, 10));
    message[t % 16] = _mm512_add_epi32(_mm512_add_epi32(message[t % 16], low),
                                       _mm512_add_epi32(message[(t + 9) % 16], high));
}

/// A to H, 0 to 7, of round t. Instead of moving eight words along in each round, their roles move.
inline __m512i& word_of(vector_state& state, int t, int letter) noexcept
{
    return state.word[(letter - t % 8 + 8) % 8];
}

inline void one_round(vector_state& state, int t, __m512i word) noexcept
{
    __m512i const e = word_of(state, t, 4);
    __m512i const a = word_of(state, t, 0);
    __m512i const high = xor3(_mm512_ror_epi32(e, 6), _mm512_ror_epi32(e, 11), _mm512_ror_epi32(e, 25));
    __m512i const low = xor3(_mm512_ror_epi32(a, 2), _mm512_ror_epi32(a, 13), _mm512_ror_epi32(a, 22));
    __m512i const first =
        _mm512_add_epi32(_mm512_add_epi32(word_of(state, t, 7), word),
                         _mm512_add_epi32(high, choice(e, word_of(state, t, 5), word_of(state, t, 6))));
    word_of(state, t, 3) = _mm512_add_epi32(word_of(state, t, 3), first);
    word_of(state, t, 7) = _mm512_add_epi32(
        first, _mm512_add_epi32(low, majority(a, word_of(state, t, 1), word_of(state, t, 2))));
}

inline void add(vector_state& state, vector_state const& before) noexcept
{
    for (int i = 0; i < 8; ++i)
        state.word[i] = _mm512_add_epi32(state.word[i], before.word[i]);
}

inline vector_state gather(sha256_state* const (&states)[lanes_max]) noexcept
{
    alignas(64) std::uint32_t columns[8][lanes_max];
    for (std::size_t lane = 0; lane < lanes_max; ++lane)
        for (std::size_t i = 0; i < 8; ++i)
            columns[i][lane] = states[lane]->words[i];
    vector_state gathered;
    for (int i = 0; i < 8; ++i)
        gathered.word[i] = _mm512_load_si512(columns[i]);
    return gathered;
}

inline void scatter(vector_state const& gathered, sha256_state* const (&states)[lanes_max]) noexcept
{
    alignas(64) std::uint32_t columns[8][lanes_max];
    for (int i = 0; i < 8; ++i)
        _mm512_store_si512(columns[i], gathered.word[i]);
    for (std::size_t lane = 0; lane < lanes_max; ++lane)
        for (std::size_t i = 0; i < 8; ++i)
            states[lane]->words[i] = columns[i][lane];
}

inline __m512i next_word(__m512i (&message)[16], int t) noexcept
{
    return _mm512_add_epi32(message[t % 16], _mm512_set1_epi32(static_cast<int>(sha256_constants[t])));
}

void take_blocks(lane_table const& lanes, std::size_t blocks, vector_state& state) noexcept
{
    for (std::size_t block = 0; block < blocks; ++block) {
        __m512i message[16];
        load_message(message, lanes, block);
        vector_state const before = state;
#pragma GCC unroll 64
        for (int t = 0; t < 64; ++t) {
            one_round(state, t, next_word(message, t));
            if (t < 48)
                expand(message, t);
        }
        add(state, before);
    }
}

/// Two states in each lane: the message is expanded once for both.
void take_blocks(lane_table const& lanes, std::size_t blocks, vector_state& first,
                 vector_state& second) noexcept
{
    for (std::size_t block = 0; block < blocks; ++block) {
        __m512i message[16];
        load_message(message, lanes, block);
        vector_state const first_before = first;
        vector_state const second_before = second;
#pragma GCC unroll 64
        for (int t = 0; t < 64; ++t) {
            __m512i const word = next_word(message, t);
            one_round(first, t, word);
            one_round(second, t, word);
            if (t < 48)
                expand(message, t);
        }
        add(first, first_before);
        add(second, second_before);
    }
}

} // namespace

void sha256_by_avx512(sha256_lane const* lanes, std::size_t count, std::size_t blocks) noexcept
{
    idle_lane idle;
    lane_table table;
    sha256_state* states[lanes_max];
    for (std::size_t i = 0; i < lanes_max; ++i) {
        bool const used = i < count;
        table.data[i] = used ? lanes[i].data : idle.data;
        table.stride[i] = used ? sha256_block_bytes : 0;
        states[i] = used ? lanes[i].state : &idle.state;
    }
    vector_state state = gather(states);
    take_blocks(table, blocks, state);
    scatter(state, states);
    _mm256_zeroupper();
}

void sha256_pairs_by_avx512(sha256_run const* runs, std::size_t count, std::size_t blocks) noexcept
{
    idle_lane idle;
    lane_table table;
    sha256_state* first[lanes_max];
    sha256_state* second[lanes_max];
    for (std::size_t i = 0; i < lanes_max; ++i) {
        bool const used = i < count;
        table.data[i] = used ? runs[i].data : idle.data;
        table.stride[i] = used ? sha256_block_bytes : 0;
        first[i] = used ? runs[i].first : &idle.state;
        second[i] = used && runs[i].second != nullptr ? runs[i].second : &idle.state;
    }
    vector_state first_state = gather(first);
    vector_state second_state = gather(second);
    take_blocks(table, blocks, first_state, second_state);
    scatter(first_state, first);
    scatter(second_state, second);
    _mm256_zeroupper();
}

} // namespace glacier::crypto

#endif
