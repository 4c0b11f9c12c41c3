#include <glacier/byte_range.hpp>

#include "crypto/sha256.hpp"
#include "protocol/tree_hash.hpp"
#include "support/printing.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace glacier {
namespace {

constexpr std::uint64_t mebibyte = tree_hash_leaf_bytes;
constexpr std::uint64_t greatest = std::numeric_limits<std::uint64_t>::max();

BOOST_AUTO_TEST_SUITE(byte_range_test)

// Both ends belong to the range.
BOOST_AUTO_TEST_CASE(both_ends_are_included)
{
    byte_range const range(5, 9);
    BOOST_TEST(range.first() == 5U);
    BOOST_TEST(range.last() == 9U);
    BOOST_TEST(range.size() == 5U);
    BOOST_TEST(range.str() == "5-9");
    BOOST_TEST(byte_range(7, 7).size() == 1U);
    BOOST_TEST(byte_range(0, greatest - 1).size() == greatest);
}

// A range that ends before it begins is refused, as is one whose size 64 bits cannot hold.
BOOST_AUTO_TEST_CASE(impossible_ranges_are_refused)
{
    auto const is_it = [](invalid_value const& error) {
        return error.code() == errc::invalid_byte_range &&
               std::string_view(error.what()).starts_with("\"6-5\"");
    };
    BOOST_CHECK_EXCEPTION(byte_range(6, 5), invalid_value, is_it);
    BOOST_CHECK_THROW(byte_range(0, greatest), invalid_value);
    BOOST_CHECK_THROW(byte_range(greatest, greatest), invalid_value);
}

// The text of a range is two numbers with a hyphen between.
BOOST_AUTO_TEST_CASE(reads_its_text)
{
    for (std::string const text :
         {"0-0", "0-1048575", "1048576-42949672959999", "18446744073709551614-18446744073709551614"})
        BOOST_TEST(byte_range::parse(text).value().str() == text);
    for (std::string_view const text : {"",
                                        "-",
                                        "5",
                                        "5-",
                                        "-5",
                                        "1-0",
                                        "a-b",
                                        "1-2-3",
                                        "1--2",
                                        " 1-2",
                                        "1-2 ",
                                        "1 - 2",
                                        "+1-2",
                                        "1-+2",
                                        "1.0-2",
                                        "0-18446744073709551615",
                                        "0-18446744073709551616",
                                        "bytes 0-1",
                                        "bytes=0-1",
                                        "0-1/*",
                                        "1,2"})
        BOOST_TEST((byte_range::parse(text).error() == errc::invalid_byte_range), "accepted: " << text);
}

// Ranges are equal if both ends are.
BOOST_AUTO_TEST_CASE(ranges_compare_by_value)
{
    BOOST_TEST((byte_range(1, 2) == byte_range(1, 2)));
    BOOST_TEST((byte_range(1, 2) != byte_range(1, 3)));
    BOOST_TEST((byte_range(0, 2) != byte_range(1, 2)));
}

// A range of an output has an end, or goes as far as the output does.
BOOST_AUTO_TEST_CASE(output_ranges)
{
    output_range const closed = byte_range(5, 9);
    BOOST_TEST(closed.first() == 5U);
    BOOST_TEST((closed.last() == std::uint64_t(9)));
    BOOST_TEST(closed.str() == "5-9");
    output_range const open = output_range::from(5);
    BOOST_TEST(open.first() == 5U);
    BOOST_TEST(!open.last().has_value());
    BOOST_TEST(open.str() == "5-");
    BOOST_TEST(output_range::from(greatest).str() == "18446744073709551615-");
}

// The text of a range of an output: the end may be left out, the beginning may not.
BOOST_AUTO_TEST_CASE(output_ranges_are_read)
{
    for (std::string const text : {"0-0", "0-", "1048576-", "0-1048575", "18446744073709551615-",
                                   "18446744073709551614-18446744073709551614"})
        BOOST_TEST(output_range::parse(text).value().str() == text);
    BOOST_TEST((output_range::parse("7-").value() == output_range::from(7)));
    for (std::string_view const text : {"",
                                        "-",
                                        "--",
                                        "5",
                                        "-5",
                                        "1-0",
                                        "a-",
                                        "5--",
                                        "5-6-",
                                        "1-2,4-",
                                        " 5-",
                                        "5- ",
                                        "5 -",
                                        "+5-",
                                        "5.0-",
                                        "18446744073709551616-",
                                        "0-18446744073709551615",
                                        "bytes=5-",
                                        "5-/10",
                                        "*-",
                                        "5-*"})
        BOOST_TEST((output_range::parse(text).error() == errc::invalid_byte_range), "accepted: " << text);
}

// Ranges of outputs are equal if both ends are; an end that is left out is not the same as any.
BOOST_AUTO_TEST_CASE(output_ranges_compare_by_value)
{
    BOOST_TEST((output_range(byte_range(1, 2)) == output_range(byte_range(1, 2))));
    BOOST_TEST((output_range(byte_range(1, 2)) != output_range(byte_range(1, 3))));
    BOOST_TEST((output_range::from(1) != output_range(byte_range(1, 2))));
    BOOST_TEST((output_range::from(1) == output_range::from(1)));
    BOOST_TEST((output_range::from(1) != output_range::from(2)));
}

// A range for a retrieval begins on a whole MiB, and ends on one or with the archive.
BOOST_AUTO_TEST_CASE(megabyte_alignment)
{
    // An archive of three MiB and a bit.
    std::uint64_t const size = 3 * mebibyte + 100;
    for (auto const& [first, last, expected] : {
             std::tuple(std::uint64_t(0), size - 1, true),
             std::tuple(std::uint64_t(0), mebibyte - 1, true),
             std::tuple(mebibyte, 3 * mebibyte - 1, true),
             std::tuple(2 * mebibyte, size - 1, true),
             std::tuple(3 * mebibyte, size - 1, true),
             std::tuple(std::uint64_t(1), mebibyte - 1, false),
             std::tuple(std::uint64_t(0), mebibyte, false),
             std::tuple(std::uint64_t(0), mebibyte - 2, false),
             std::tuple(mebibyte - 1, 2 * mebibyte - 1, false),
             std::tuple(std::uint64_t(0), size - 2, false),
             std::tuple(std::uint64_t(0), size, false),
             std::tuple(std::uint64_t(0), 4 * mebibyte - 1, false),
             std::tuple(4 * mebibyte, 5 * mebibyte - 1, false),
         })
        BOOST_TEST(is_megabyte_aligned(byte_range(first, last), size) == expected, first << "-" << last);

    BOOST_TEST(is_megabyte_aligned(byte_range(0, 0), 1));
    BOOST_TEST(!is_megabyte_aligned(byte_range(0, 0), 2));
    BOOST_TEST(!is_megabyte_aligned(byte_range(0, 0), 0));
}

/// The nodes of the tree over so many leaves, as the ranges of leaves [first, end) that they cover, with
/// their hashes. Built level by level, as the service describes it.
struct tree {
    struct node {
        std::size_t first;
        std::size_t end;
        tree_hash hash;
    };

    explicit tree(std::size_t leaf_count)
    {
        std::vector<node> level;
        for (std::size_t i = 0; i < leaf_count; ++i) {
            auto const hash = tree_hash(crypto::sha256_of("leaf " + std::to_string(i)).bytes());
            leaves.push_back(hash);
            level.push_back({i, i + 1, hash});
        }
        while (true) {
            nodes.insert(nodes.end(), level.begin(), level.end());
            if (level.size() == 1)
                return;
            std::vector<node> above;
            for (std::size_t i = 0; i + 1 < level.size(); i += 2)
                above.push_back({level[i].first, level[i + 1].end,
                                 protocol::parent_hash(level[i].hash, level[i + 1].hash)});
            if (level.size() % 2 == 1)
                above.push_back(level.back());
            level = std::move(above);
        }
    }

    bool has_node(std::size_t first, std::size_t end) const
    {
        for (node const& n : nodes)
            if (n.first == first && n.end == end)
                return true;
        return false;
    }

    bool has_hash(tree_hash const& hash) const
    {
        for (node const& n : nodes)
            if (n.hash == hash)
                return true;
        return false;
    }

    std::vector<tree_hash> leaves;
    std::vector<node> nodes;
};

// For all ranges of whole leaves in archives of 1 to 69 leaves, the last one short or not: aligned are those
// that are nodes of the tree.
BOOST_AUTO_TEST_CASE(tree_hash_alignment_of_all_ranges)
{
    for (std::size_t leaf_count = 1; leaf_count <= 69; ++leaf_count) {
        tree const whole(leaf_count);
        for (std::uint64_t const short_by : {std::uint64_t(0), std::uint64_t(1), mebibyte - 1}) {
            std::uint64_t const size = leaf_count * mebibyte - short_by;
            for (std::size_t first = 0; first < leaf_count; ++first)
                for (std::size_t end = first + 1; end <= leaf_count; ++end) {
                    byte_range const range(first * mebibyte, std::min(end * mebibyte, size) - 1);
                    if (is_tree_hash_aligned(range, size) != whole.has_node(first, end))
                        BOOST_ERROR("leaves " << first << " to " << end << " of " << leaf_count);
                }
        }
    }
}

// The hash over an aligned range of leaves is a hash of the tree, and that over any other is not.
BOOST_AUTO_TEST_CASE(hash_of_an_aligned_range_is_in_the_tree)
{
    for (std::size_t const leaf_count : {1U, 2U, 3U, 5U, 7U, 8U, 11U, 16U, 21U}) {
        tree const whole(leaf_count);
        for (std::size_t first = 0; first < leaf_count; ++first)
            for (std::size_t end = first + 1; end <= leaf_count; ++end) {
                auto const hash = protocol::root_of(std::span(whole.leaves).subspan(first, end - first));
                byte_range const range(first * mebibyte, end * mebibyte - 1);
                BOOST_TEST(is_tree_hash_aligned(range, leaf_count * mebibyte) == whole.has_hash(hash),
                           "leaves " << first << " to " << end << " of " << leaf_count);
            }
    }
}

// The aligned ranges of an archive of seven leaves, as the reference lists them.
BOOST_AUTO_TEST_CASE(tree_hash_alignment_of_seven_leaves)
{
    std::set<std::pair<int, int>> const expected{{0, 1}, {0, 2}, {0, 4}, {0, 7}, {1, 2}, {2, 3}, {2, 4},
                                                 {3, 4}, {4, 5}, {4, 6}, {4, 7}, {5, 6}, {6, 7}};
    std::set<std::pair<int, int>> aligned;
    for (int first = 0; first < 7; ++first)
        for (int end = first + 1; end <= 7; ++end)
            if (is_tree_hash_aligned(byte_range(static_cast<std::uint64_t>(first) * mebibyte,
                                                static_cast<std::uint64_t>(end) * mebibyte - 1),
                                     7 * mebibyte))
                aligned.insert({first, end});
    BOOST_TEST((aligned == expected));
}

// A range that is not aligned to a MiB is not aligned to the tree, nor is one that reaches past the end.
BOOST_AUTO_TEST_CASE(tree_hash_alignment_needs_megabyte_alignment)
{
    std::uint64_t const size = 4 * mebibyte;
    BOOST_TEST(is_tree_hash_aligned(byte_range(0, size - 1), size));
    BOOST_TEST(!is_tree_hash_aligned(byte_range(0, size - 2), size));
    BOOST_TEST(!is_tree_hash_aligned(byte_range(1, size - 1), size));
    BOOST_TEST(!is_tree_hash_aligned(byte_range(0, size), size));
    BOOST_TEST(!is_tree_hash_aligned(byte_range(size, 2 * size - 1), size));
    BOOST_TEST(!is_tree_hash_aligned(byte_range(0, mebibyte + 5), size));
}

// The smallest aligned range around any bytes is the one that a search through all of them finds.
BOOST_AUTO_TEST_CASE(smallest_aligned_ranges)
{
    auto const same = [](byte_range const& one, byte_range const& other) {
        return one.first() == other.first() && one.last() == other.last();
    };
    for (std::size_t leaf_count = 1; leaf_count <= 13; ++leaf_count)
        for (std::uint64_t const short_by : {std::uint64_t(0), mebibyte - 1}) {
            std::uint64_t const size = leaf_count * mebibyte - short_by;
            std::vector<byte_range> of_megabytes;
            for (std::size_t first = 0; first < leaf_count; ++first)
                for (std::size_t end = first + 1; end <= leaf_count; ++end)
                    of_megabytes.emplace_back(first * mebibyte, std::min(end * mebibyte, size) - 1);
            auto const smallest = [&](byte_range const& around, auto is_aligned) {
                std::optional<byte_range> found;
                for (byte_range const& each : of_megabytes)
                    if (each.first() <= around.first() && around.last() <= each.last() &&
                        is_aligned(each, size) && (!found || each.size() < found->size()))
                        found = each;
                return found.value();
            };
            for (byte_range const& around : of_megabytes)
                for (std::uint64_t const inset : {std::uint64_t(0), std::uint64_t(1), mebibyte / 2}) {
                    if (around.first() + inset > around.last() - std::min(inset, around.last()))
                        continue;
                    byte_range const bytes(around.first() + inset, around.last() - inset);
                    BOOST_TEST(same(*megabyte_aligned(bytes, size), smallest(bytes, is_megabyte_aligned)),
                               bytes.str() << " of " << size);
                    BOOST_TEST(same(*tree_hash_aligned(bytes, size), smallest(bytes, is_tree_hash_aligned)),
                               bytes.str() << " of " << size);
                }
        }
}

// Around bytes that an archive does not have there is no range; and the largest numbers are no special case.
BOOST_AUTO_TEST_CASE(aligned_ranges_at_the_end)
{
    for (auto const& [range, size] :
         {std::pair(byte_range(0, 0), std::uint64_t(0)), std::pair(byte_range(5, 10), std::uint64_t(10)),
          std::pair(byte_range(2 * mebibyte, 2 * mebibyte), 2 * mebibyte)}) {
        BOOST_TEST(megabyte_aligned(range, size).error() == errc::invalid_byte_range);
        BOOST_TEST(tree_hash_aligned(range, size).error() == errc::invalid_byte_range);
    }
    std::uint64_t const largest = std::numeric_limits<std::uint64_t>::max();
    byte_range const last(largest - 1, largest - 1);
    BOOST_TEST(megabyte_aligned(last, largest)->str() ==
               byte_range(largest - mebibyte + 1, largest - 1).str());
    BOOST_TEST(tree_hash_aligned(last, largest)->str() == megabyte_aligned(last, largest)->str());
    BOOST_TEST(tree_hash_aligned(byte_range(0, largest - 1), largest)->str() ==
               byte_range(0, largest - 1).str());
}

// The end of the largest archive is no special case.
BOOST_AUTO_TEST_CASE(largest_archive)
{
    std::uint64_t const size = 42'949'672'960'000;
    BOOST_TEST(is_tree_hash_aligned(byte_range(0, size - 1), size));
    std::uint64_t const part = 4'294'967'296;
    BOOST_TEST(is_tree_hash_aligned(byte_range(9'999 * part, size - 1), size));
    BOOST_TEST(is_tree_hash_aligned(byte_range(9'998 * part, size - 1), size));
    BOOST_TEST(!is_tree_hash_aligned(byte_range(9'997 * part, size - 1), size));
    BOOST_TEST(is_megabyte_aligned(byte_range(9'997 * part, size - 1), size));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier
