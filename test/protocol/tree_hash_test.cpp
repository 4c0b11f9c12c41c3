#include "protocol/payload_hasher.hpp"
#include "protocol/tree_hash.hpp"

#include "support/data.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace glacier::protocol {
namespace {

constexpr std::size_t mebibyte = tree_hash_leaf_bytes;
constexpr char const* hash_of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Published values: bytes, tree hash of as many zeros, tree hash and SHA-256 of the pattern.
struct known_hashes {
    std::size_t bytes;
    char const* zeros;
    char const* pattern;
    /// Null where it is the same as the tree hash.
    char const* pattern_linear;
};

constexpr std::array known{
    known_hashes{0, hash_of_nothing, hash_of_nothing, nullptr},
    known_hashes{1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                 "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", nullptr},
    known_hashes{1'048'575, "ca7ed0c4a8e67cbdc461c4cb0d286d2fabbd9f0c41a7f42b665f72ebaa8aec56",
                 "1ea68b8770aa4678e84b8e03f20db2b289983dcd940e2d74ef0f486d943330cb", nullptr},
    known_hashes{1'048'576, "30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58",
                 "1d7368ef6f59e0c704a978b815288f1e464037959645bbfd79348d330269480d", nullptr},
    known_hashes{1'048'577, "28638dab8d5e1754a4ecb38b0ebe6df66c844f94aed142d4d0283d208bb786cd",
                 "4947c91298b8e0475e9c9fcce770f069f099d31e44de5798f6a487972fc5c5fe",
                 "ca3b3e542ffd1855d091b65a4f7a54785c738a060b4d7f7f656fec723d5b85d3"},
    known_hashes{2'097'152, "861890b487038d840e9d71d43bbc0fd4571453fb9d9b1f370caa3582a29b0ec7",
                 "59a809fa90a69b1bddfa6510e265a8feff1215476761de00271688fe4b20a776",
                 "f6291348c6978efe157ee733ecdc9c813342eb5618ad78cec7842df155ef5ecf"},
    known_hashes{3'145'728, "ca6cc129a4514ec765de86a4e7a49adf44842c9cac213c383ebe4071271bdf21",
                 "3138e17d3a26b2f8fb3f6fb62026a43ad7367744cc3d02a79822b8fe8cadac79",
                 "dbb9c845aeccbc43cc5f0fc30cb7ead3510aaeb1ae8a46ff6db922c497b2cb1e"},
    known_hashes{4'194'304, "27b557ba335a688f779a95e258a886ffa3b39b13533d6f9dcaa0497a2ed1fe18",
                 "433994c5d2abb18c11fc3a722aaa56607d6b7a5caefab7b180fd108d2b068f09",
                 "26efda19a89b1ae34de2169af098efae009fa114888ee0eca303a18b4e423606"},
    known_hashes{5'242'880, "3de9bfb690ff216d907474b4aa56a6f77a8c846a08b26885d4ab2282092a757e",
                 "43ab1597126a713f2a3cee9b1795571c5a70be0560e8589b975e0325631a629b",
                 "002787e68a7c43f6af1a24f6253adc1840de27c97ebd96d3f09acc1b64775377"},
    known_hashes{6'815'744, "7fce0b2525bccf5bd8ed75ec7b7eb52de9b5c0aac4cf60f485aed45a934e9cf5",
                 "3153c34c590f89dce106c147aa5893bae8aa32dc031594f116c0363690b4d1eb",
                 "a7dcf94ef267b0280dfea00d98859c9b913111254be50a66b7b7443d1b62f5ba"},
    known_hashes{7'340'032, "091961d52b7a7681230b75c5652a1750690133b6762b02f012513265e80dde30",
                 "1f85c4584f7e481fb798e4c73c06989df5607da135a85f03da499d91c24f0875",
                 "987f3c7e1f412cf0bd5200334eb3184f6a8123b31a8c8ccead89df6db598b560"},
    known_hashes{8'388'609, "ab504a5879ea629c610cf21e6c81dc743027c0060deec88f98135a360d5d79cb",
                 "e9618a7e02818f6a4e60b82619dc7a47959aa1c8bb7c730201c333a7c51fd5b7",
                 "89d06ee19c7ed16e5fd471829347cd9a06edb4d07d6ea668d14256df9f648a96"},
    known_hashes{16'777'216, "ded1dbf9095e9084314764a4c1586070e3074849716e24cd9c547ad45808f541",
                 "70b2ad282349b8e3a562ec63a52813babc795a4af22a19798af64e788d2aef62",
                 "2e09103a483c6b911c2e85b1b60a58116836414fa606073f334dbd4213c50a31"},
    known_hashes{17'825'792, "b06910158d0b44a1d16cd4a39901bd20674c823ccee9473a72005624eae442a4",
                 "e00607a1a4fbdd152be90d66599f252a7cb864fbade6d6758be801087a28e3e3",
                 "b61d94dd4e1e2bb9eee9b1b0d812145b1dd1a826db4fde2a5e4bc010f9dc0b28"},
};

/// The longest pattern of the table; shorter ones are its beginning.
std::vector<std::byte> const& longest_pattern()
{
    static std::vector<std::byte> const bytes = test::pattern(known.back().bytes);
    return bytes;
}

std::span<std::byte const> pattern_of(std::size_t size)
{
    return std::span(longest_pattern()).first(size);
}

/// A made-up leaf.
tree_hash leaf(std::size_t number)
{
    return tree_hash(crypto::sha256_of("leaf " + std::to_string(number)).bytes());
}

std::vector<tree_hash> leaves(std::size_t count)
{
    std::vector<tree_hash> made;
    for (std::size_t i = 0; i < count; ++i)
        made.push_back(leaf(i));
    return made;
}

BOOST_AUTO_TEST_SUITE(tree_hash_test)

// The published tree hashes of zeros.
BOOST_AUTO_TEST_CASE(known_hashes_of_zeros)
{
    std::vector<std::byte> const zeros(known.back().bytes);
    for (auto const& expected : known)
        BOOST_TEST(tree_hash_of(std::span(zeros).first(expected.bytes)).hex() == expected.zeros,
                   expected.bytes << " bytes");
}

// The published tree hashes and SHA-256 values of the pattern, from one pass.
BOOST_AUTO_TEST_CASE(known_hashes_of_the_pattern)
{
    for (auto const& expected : known) {
        BOOST_TEST(tree_hash_of(pattern_of(expected.bytes)).hex() == expected.pattern,
                   expected.bytes << " bytes");
        payload_hasher hasher;
        hasher.update(pattern_of(expected.bytes));
        payload_hashes const hashes = hasher.finish();
        BOOST_TEST(hashes.tree.hex() == expected.pattern, expected.bytes << " bytes");
        BOOST_TEST(hashes.content_sha256.hex() ==
                       (expected.pattern_linear != nullptr ? expected.pattern_linear : expected.pattern),
                   expected.bytes << " bytes");
        BOOST_TEST(hashes.bytes == expected.bytes);
        BOOST_TEST(hasher.leaves().size() == (expected.bytes + mebibyte - 1) / mebibyte);
    }
}

// It does not matter how the bytes are cut.
BOOST_AUTO_TEST_CASE(any_cutting_gives_the_same)
{
    auto const& expected = known[9]; // six MiB and a half
    test::number_source numbers(7);
    for (std::size_t const piece_max : {std::size_t(1'000), std::size_t(70'000), mebibyte, 3 * mebibyte})
        for (int round = 0; round < (piece_max < 10'000 ? 1 : 3); ++round) {
            tree_hasher tree;
            payload_hasher both;
            auto rest = pattern_of(expected.bytes);
            while (!rest.empty()) {
                // Empty pieces, too.
                auto const size =
                    static_cast<std::size_t>(numbers.below(std::min(rest.size(), piece_max) + 1));
                tree.update(rest.first(size));
                both.update(rest.first(size));
                rest = rest.subspan(size);
            }
            BOOST_TEST(tree.finish().hex() == expected.pattern);
            payload_hashes const hashes = both.finish();
            BOOST_TEST(hashes.tree.hex() == expected.pattern);
            BOOST_TEST(hashes.content_sha256.hex() == expected.pattern_linear);
        }
}

// Cuts at a leaf's end, one byte before and one after.
BOOST_AUTO_TEST_CASE(cuts_around_the_end_of_a_leaf)
{
    auto const& expected = known[5]; // two MiB
    for (std::size_t const cut : {mebibyte - 1, mebibyte, mebibyte + 1, 2 * mebibyte - 1}) {
        tree_hasher hasher;
        hasher.update(pattern_of(cut));
        hasher.update(pattern_of(expected.bytes).subspan(cut));
        BOOST_TEST(hasher.finish().hex() == expected.pattern, "cut at " << cut);
    }
}

// After finish() a hasher begins anew, whatever it had in it.
BOOST_AUTO_TEST_CASE(begins_anew_after_finish)
{
    tree_hasher hasher;
    for (int round = 0; round < 2; ++round)
        for (std::size_t const which : {4U, 0U, 1U, 6U, 5U}) {
            hasher.update(pattern_of(known[which].bytes));
            BOOST_TEST(hasher.finish().hex() == known[which].pattern);
        }
    BOOST_TEST(hasher.finish().hex() == hash_of_nothing);

    payload_hasher both;
    for (std::size_t const which : {4U, 0U, 1U, 5U}) {
        both.update(pattern_of(known[which].bytes));
        payload_hashes const hashes = both.finish();
        BOOST_TEST(hashes.tree.hex() == known[which].pattern);
        BOOST_TEST(hashes.bytes == known[which].bytes);
    }
    payload_hashes const nothing = both.finish();
    BOOST_TEST(nothing.tree.hex() == hash_of_nothing);
    BOOST_TEST(nothing.content_sha256.hex() == hash_of_nothing);
    BOOST_TEST(nothing.bytes == 0U);
    BOOST_TEST(both.leaves().empty());
}

// What was hashed so far goes along when a hasher is moved.
BOOST_AUTO_TEST_CASE(moving_keeps_the_state)
{
    tree_hasher first;
    first.update(pattern_of(mebibyte + 5));
    tree_hasher second(std::move(first));
    tree_hasher third;
    third.update(pattern_of(1));
    third = std::move(second);
    third.update(pattern_of(2 * mebibyte).subspan(mebibyte + 5));
    BOOST_TEST(third.finish().hex() == known[5].pattern);
}

// The leaves are there as soon as they are complete; after finish() with the short last one, until more comes.
BOOST_AUTO_TEST_CASE(leaves_are_kept)
{
    payload_hasher hasher;
    hasher.update(pattern_of(mebibyte - 1));
    BOOST_TEST(hasher.leaves().empty());
    hasher.update(pattern_of(mebibyte + 10).subspan(mebibyte - 1));
    BOOST_TEST(hasher.leaves().size() == 1U);
    BOOST_TEST(hasher.leaves()[0].hex() == known[3].pattern);
    payload_hashes const hashes = hasher.finish();
    BOOST_TEST(hasher.leaves().size() == 2U);
    BOOST_TEST((root_of(hasher.leaves()) == hashes.tree));

    hasher.update(pattern_of(5));
    BOOST_TEST(hasher.leaves().empty());
    hasher.finish();
    BOOST_TEST(hasher.leaves().size() == 1U);
}

// The parent of two nodes is the SHA-256 of their bytes, the left one first; nothing else goes in.
BOOST_AUTO_TEST_CASE(parent_of_two_nodes)
{
    tree_hash const left = leaf(1);
    tree_hash const right = leaf(2);
    std::vector<std::byte> both(left.bytes().begin(), left.bytes().end());
    both.insert(both.end(), right.bytes().begin(), right.bytes().end());
    BOOST_TEST(parent_hash(left, right).hex() == crypto::sha256_of(std::span<std::byte const>(both)).hex());
    BOOST_TEST((parent_hash(left, right) != parent_hash(right, left)));
}

// A lone last node of a level goes up unchanged.
BOOST_AUTO_TEST_CASE(lone_node_goes_up_unchanged)
{
    BOOST_TEST((root_of(leaves(1)) == leaf(0)));
    BOOST_TEST((root_of(leaves(2)) == parent_hash(leaf(0), leaf(1))));
    tree_hash const first_two = parent_hash(leaf(0), leaf(1));
    tree_hash const next_two = parent_hash(leaf(2), leaf(3));
    BOOST_TEST((root_of(leaves(3)) == parent_hash(first_two, leaf(2))));
    BOOST_TEST((root_of(leaves(4)) == parent_hash(first_two, next_two)));
    BOOST_TEST((root_of(leaves(5)) == parent_hash(parent_hash(first_two, next_two), leaf(4))));
    BOOST_TEST(
        (root_of(leaves(6)) == parent_hash(parent_hash(first_two, next_two), parent_hash(leaf(4), leaf(5)))));
    BOOST_TEST((root_of(leaves(7)) == parent_hash(parent_hash(first_two, next_two),
                                                  parent_hash(parent_hash(leaf(4), leaf(5)), leaf(6)))));
}

/// The definition, level by level.
tree_hash root_by_levels(std::vector<tree_hash> level)
{
    while (level.size() > 1) {
        std::vector<tree_hash> above;
        for (std::size_t i = 0; i + 1 < level.size(); i += 2)
            above.push_back(parent_hash(level[i], level[i + 1]));
        if (level.size() % 2 == 1)
            above.push_back(level.back());
        level = std::move(above);
    }
    return level.front();
}

// The builder, which keeps few nodes, gives what the definition gives, for every number of leaves.
BOOST_AUTO_TEST_CASE(builder_follows_the_definition)
{
    tree_builder builder;
    for (std::size_t count = 1; count <= 300; ++count) {
        BOOST_TEST_REQUIRE(builder.empty());
        for (std::size_t i = 0; i < count; ++i)
            builder.add(leaf(i));
        BOOST_TEST_REQUIRE(!builder.empty());
        BOOST_TEST_REQUIRE((builder.finish() == root_by_levels(leaves(count))), count << " leaves");
    }
}

/// The hashes of parts of so many leaves each.
std::vector<tree_hash> parts_of(std::vector<tree_hash> const& all, std::size_t leaves_per_part)
{
    std::vector<tree_hash> parts;
    for (std::size_t first = 0; first < all.size(); first += leaves_per_part)
        parts.push_back(
            root_of(std::span(all).subspan(first, std::min(leaves_per_part, all.size() - first))));
    return parts;
}

// The hashes of parts combine to that of the whole where the parts have a power of two of leaves each.
BOOST_AUTO_TEST_CASE(parts_of_a_power_of_two_combine)
{
    for (std::size_t count = 1; count <= 100; ++count) {
        auto const all = leaves(count);
        tree_hash const whole = root_of(all);
        for (std::size_t leaves_per_part = 1; leaves_per_part <= 128; leaves_per_part *= 2)
            BOOST_TEST((combine_tree_hashes(parts_of(all, leaves_per_part)) == whole),
                       count << " leaves in parts of " << leaves_per_part);
    }
}

// They do not where a part has three leaves: such a size must be refused.
BOOST_AUTO_TEST_CASE(parts_of_three_leaves_do_not_combine)
{
    for (std::size_t count = 4; count <= 50; ++count) {
        auto const all = leaves(count);
        BOOST_TEST((combine_tree_hashes(parts_of(all, 3)) != root_of(all)), count << " leaves");
    }
}

// The same with real bytes: parts of 2 MiB of the pattern give the published hash, parts of 3 MiB another.
BOOST_AUTO_TEST_CASE(parts_of_the_pattern_combine)
{
    auto const& expected = known[10]; // seven MiB
    auto const combined = [&expected](std::size_t part_bytes) {
        std::vector<tree_hash> parts;
        for (std::size_t first = 0; first < expected.bytes; first += part_bytes)
            parts.push_back(tree_hash_of(
                pattern_of(expected.bytes).subspan(first, std::min(part_bytes, expected.bytes - first))));
        return combine_tree_hashes(parts).hex();
    };
    BOOST_TEST(combined(mebibyte) == expected.pattern);
    BOOST_TEST(combined(2 * mebibyte) == expected.pattern);
    BOOST_TEST(combined(4 * mebibyte) == expected.pattern);
    BOOST_TEST(combined(8 * mebibyte) == expected.pattern);
    BOOST_TEST(combined(3 * mebibyte) != expected.pattern);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
