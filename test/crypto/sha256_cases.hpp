#pragma once

#include "crypto/sha256.hpp"
#include "crypto/sha256_blocks.hpp"

#include "support/data.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace glacier::crypto::test {

/// Random bytes.
inline std::vector<std::byte> random_bytes(std::size_t size, std::uint64_t seed)
{
    glacier::test::number_source numbers(seed);
    std::vector<std::byte> bytes(size);
    for (std::byte& byte : bytes)
        byte = static_cast<std::byte>(numbers.next() & 0xffU);
    return bytes;
}

/// The digest that a state stands for after whole blocks, with the last block made by hand.
inline std::vector<std::byte> last_block(std::uint64_t bytes)
{
    std::vector<std::byte> block(sha256_block_bytes);
    block[0] = std::byte{0x80};
    for (std::size_t i = 0; i < 8; ++i)
        block[sha256_block_bytes - 1 - i] = static_cast<std::byte>((8 * bytes >> (8 * i)) & 0xffU);
    return block;
}

inline std::string hex_of(sha256_state const& state)
{
    std::string hex;
    for (std::uint32_t const word : state.words)
        for (int shift = 28; shift >= 0; shift -= 4)
            hex += "0123456789abcdef"[(word >> shift) & 0xfU];
    return hex;
}

/**
 * Gives a kernel as many lanes as `counts` has numbers, each with other bytes, in two calls, and compares with
 * OpenSSL. `take(data, state, blocks)` is called with vectors of the same size.
 */
template <class Take>
void check_lanes(std::size_t count, Take take)
{
    constexpr std::size_t blocks_before = 3;
    constexpr std::size_t blocks_after = 5;
    constexpr std::size_t bytes = (blocks_before + blocks_after) * sha256_block_bytes;
    std::vector<std::vector<std::byte>> contents;
    std::vector<sha256_state> states(count, sha256_initial_state);
    for (std::size_t i = 0; i < count; ++i)
        contents.push_back(random_bytes(bytes + 1, 100 * count + i));
    auto const pointers = [&](std::size_t offset) {
        std::vector<std::byte const*> data;
        // Bytes need no alignment.
        for (auto const& content : contents)
            data.push_back(content.data() + 1 + offset);
        return data;
    };
    take(pointers(0), states, blocks_before);
    take(pointers(blocks_before * sha256_block_bytes), states, blocks_after);
    auto const last = last_block(bytes);
    take(std::vector<std::byte const*>(count, last.data()), states, std::size_t(1));
    for (std::size_t i = 0; i < count; ++i)
        BOOST_TEST(hex_of(states[i]) == sha256_of(std::span<std::byte const>(contents[i]).subspan(1)).hex(),
                   "lane " << i << " of " << count);
}

} // namespace glacier::crypto::test
