#include "protocol/leaf_hasher.hpp"

#include "support/data.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace glacier::protocol {
namespace {

constexpr auto mebibyte = static_cast<std::size_t>(tree_hash_leaf_bytes);

BOOST_AUTO_TEST_SUITE(leaf_hasher_test)

// Many leaves that come at once are hashed side by side: the same values in the same order, wherever the bytes
// are cut.
BOOST_AUTO_TEST_CASE(leaves_at_once_equal_leaves_one_by_one)
{
    auto const bytes = test::pattern(19 * mebibyte + 77);
    auto const whole = std::span<std::byte const>(bytes);
    std::vector<tree_hash> expected;
    for (std::size_t first = 0; first < bytes.size(); first += mebibyte)
        expected.push_back(tree_hash(
            crypto::sha256_of(whole.subspan(first, std::min(mebibyte, bytes.size() - first))).bytes()));
    for (std::size_t const cut :
         {std::size_t(0), std::size_t(1), mebibyte, 2 * mebibyte + 5, 17 * mebibyte, bytes.size()}) {
        leaf_hasher hasher;
        std::vector<tree_hash> leaves;
        hasher.update(whole.first(cut), leaves);
        BOOST_TEST(leaves.size() == cut / mebibyte);
        hasher.update(whole.subspan(cut), leaves);
        hasher.finish(leaves);
        BOOST_TEST((leaves == expected), "cut at " << cut);
    }
}

// Every path gives the same leaves, wherever the bytes are cut: those of OpenSSL's plain SHA-256.
BOOST_AUTO_TEST_CASE(forced_paths)
{
    auto const bytes = test::pattern(3 * mebibyte + 77);
    auto const whole = std::span<std::byte const>(bytes);
    std::vector<tree_hash> expected;
    for (std::size_t first = 0; first < bytes.size(); first += mebibyte)
        expected.push_back(tree_hash(
            crypto::sha256_of(whole.subspan(first, std::min(mebibyte, bytes.size() - first))).bytes()));
    for (hash_path const path : {hash_path::openssl, hash_path::sha_ni, hash_path::avx512}) {
        if (!is_available(path))
            continue;
        for (std::size_t const cut : {std::size_t(0), std::size_t(1), std::size_t(64), mebibyte - 1, mebibyte,
                                      mebibyte + 100, 2 * mebibyte + 5, bytes.size()}) {
            leaf_hasher hasher(path);
            for (int again = 0; again < 2; ++again) {
                std::vector<tree_hash> leaves;
                hasher.update(whole.first(cut), leaves);
                hasher.update(whole.subspan(cut), leaves);
                hasher.finish(leaves);
                BOOST_TEST((leaves == expected), "cut at " << cut);
            }
        }
    }
}

// A short leaf is hashed by finish(), which then leaves nothing behind.
BOOST_AUTO_TEST_CASE(short_leaf)
{
    auto const bytes = test::pattern(10);
    leaf_hasher hasher;
    std::vector<tree_hash> leaves;
    hasher.finish(leaves);
    BOOST_TEST(leaves.empty());
    hasher.update(bytes, leaves);
    BOOST_TEST(leaves.empty());
    hasher.finish(leaves);
    hasher.finish(leaves);
    BOOST_TEST_REQUIRE(leaves.size() == 1U);
    BOOST_TEST(leaves[0].hex() == crypto::sha256_of(std::span<std::byte const>(bytes)).hex());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
