#include "protocol/payload_hasher.hpp"

#include "protocol/tree_hash.hpp"

#include "support/data.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace glacier::protocol {
namespace {

constexpr auto mebibyte = static_cast<std::size_t>(tree_hash_leaf_bytes);

/// Those that this processor can take.
std::vector<hash_path> paths()
{
    std::vector<hash_path> available;
    for (hash_path const path : {hash_path::openssl, hash_path::sha_ni, hash_path::avx512})
        if (is_available(path))
            available.push_back(path);
    return available;
}

/// Bytes that differ from place to place, without a period that leaves share.
std::vector<std::byte> content(std::size_t size, std::uint64_t seed)
{
    test::number_source numbers(seed);
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; i += 8) {
        std::uint64_t number = numbers.next();
        for (std::size_t j = i; j < std::min(i + 8, size); ++j, number >>= 8U)
            bytes[j] = static_cast<std::byte>(number & 0xffU);
    }
    return bytes;
}

/// The definition: each leaf and the whole by OpenSSL alone.
struct expectation {
    explicit expectation(std::span<std::byte const> bytes)
        : linear(crypto::sha256_of(bytes)), tree(linear.bytes())
    {
        for (std::size_t first = 0; first < bytes.size(); first += mebibyte)
            leaves.push_back(tree_hash(
                crypto::sha256_of(bytes.subspan(first, std::min(mebibyte, bytes.size() - first))).bytes()));
        if (!leaves.empty())
            tree = root_of(leaves);
    }

    sha256_digest linear;
    tree_hash tree;
    std::vector<tree_hash> leaves;
};

BOOST_AUTO_TEST_SUITE(payload_hasher_test)

// On every path, payloads of random sizes in random pieces have the hashes that OpenSSL gives.
BOOST_AUTO_TEST_CASE(random_sizes_and_cuts)
{
    test::number_source numbers(11);
    for (hash_path const path : paths())
        for (std::size_t const count : {1U, 2U, 3U, 7U, 16U}) {
            std::vector<std::vector<std::byte>> payloads;
            for (std::size_t i = 0; i < count; ++i)
                payloads.push_back(content(numbers.below((count < 4 ? 4 : 2) * mebibyte), numbers.next()));
            payload_group_hasher hasher(count, path);
            std::vector<std::size_t> taken(count);
            bool more = true;
            while (more) {
                more = false;
                std::vector<std::span<std::byte const>> pieces;
                for (std::size_t i = 0; i < count; ++i) {
                    std::size_t const left = payloads[i].size() - taken[i];
                    auto const size =
                        static_cast<std::size_t>(numbers.below(std::min<std::uint64_t>(left, 300'000) + 1));
                    pieces.push_back(std::span<std::byte const>(payloads[i]).subspan(taken[i], size));
                    taken[i] += size;
                    more = more || taken[i] != payloads[i].size();
                }
                hasher.update(pieces);
            }
            auto const hashes = hasher.finish();
            BOOST_TEST_REQUIRE(hashes.size() == count);
            for (std::size_t i = 0; i < count; ++i) {
                expectation const expected(payloads[i]);
                BOOST_TEST(hashes[i].bytes == payloads[i].size());
                BOOST_TEST(hashes[i].content_sha256.hex() == expected.linear.hex());
                BOOST_TEST(hashes[i].tree.hex() == expected.tree.hex());
                BOOST_TEST((hasher.leaves(i) == expected.leaves));
            }
        }
}

// Sizes around the ends of blocks and leaves, in one piece and cut just before and after those ends.
BOOST_AUTO_TEST_CASE(ends_of_blocks_and_leaves)
{
    auto const bytes = content(2 * mebibyte + 200, 3);
    for (hash_path const path : paths())
        for (std::size_t const end : {std::size_t(0), std::size_t(64), mebibyte, 2 * mebibyte})
            for (std::size_t const beyond : {0U, 1U, 63U, 64U, 65U}) {
                auto const whole = std::span<std::byte const>(bytes).first(end + beyond);
                expectation const expected(whole);
                for (std::size_t const cut : {std::size_t(0), std::size_t(1), end / 2, end}) {
                    payload_group_hasher hasher(1, path);
                    auto const first = whole.first(std::min(cut, whole.size()));
                    auto const second = whole.subspan(first.size());
                    hasher.update(std::span(&first, 1));
                    hasher.update(std::span(&second, 1));
                    payload_hashes const hashes = hasher.finish().front();
                    BOOST_TEST(hashes.content_sha256.hex() == expected.linear.hex(), end << "+" << beyond);
                    BOOST_TEST(hashes.tree.hex() == expected.tree.hex(), end << "+" << beyond);
                    BOOST_TEST((hasher.leaves(0) == expected.leaves));
                }
            }
}

// After finish() it begins anew; the leaves stay until the next bytes.
BOOST_AUTO_TEST_CASE(begins_anew_after_finish)
{
    auto const bytes = content(mebibyte + 100, 4);
    auto const whole = std::span<std::byte const>(bytes);
    for (hash_path const path : paths()) {
        payload_group_hasher hasher(1, path);
        for (std::size_t const size : {bytes.size(), std::size_t(10), std::size_t(0), bytes.size()}) {
            auto const piece = whole.first(size);
            hasher.update(std::span(&piece, 1));
            expectation const expected(piece);
            BOOST_TEST(hasher.finish().front().tree.hex() == expected.tree.hex());
            BOOST_TEST((hasher.leaves(0) == expected.leaves));
        }
        BOOST_TEST(hasher.finish().front().bytes == 0U);
        BOOST_TEST(hasher.leaves(0).empty());
    }
}

// OpenSSL is always there, and what is chosen by itself can run.
BOOST_AUTO_TEST_CASE(chosen_path_is_available)
{
    BOOST_TEST(is_available(hash_path::openssl));
    for (std::size_t const count : {1U, 2U, 16U})
        BOOST_TEST(is_available(quickest_hash_path(count)));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
