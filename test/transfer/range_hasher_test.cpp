#include "transfer/range_hasher.hpp"

#include "support/data.hpp"
#include "support/fake_service.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <string>

using namespace glacier;
using namespace glacier::test;
using transfer::common_bytes;
using transfer::range_hasher;
using transfer::range_hashes;

namespace {

constexpr std::uint64_t mib = 1'048'576;

/// Hashes in pieces of random sizes.
range_hashes hash(std::string const& content, byte_range const& range, std::optional<byte_range> const& kept,
                  std::uint64_t seed)
{
    number_source numbers(seed);
    range_hasher hasher(range, kept, std::nullopt);
    std::span<std::byte const> rest = as_bytes(content).subspan(range.first(), range.size());
    while (!rest.empty()) {
        std::size_t const count = std::min<std::size_t>(rest.size(), numbers.below(3 * mib));
        hasher.update(rest.first(count));
        rest = rest.subspan(count);
    }
    return hasher.finish();
}

std::string hash_of(std::string const& content, byte_range const& range)
{
    return reference_tree_hash(std::string_view(content).substr(range.first(), range.size())).hex();
}

} // namespace

BOOST_AUTO_TEST_SUITE(range_hasher_test)

// Neighbours share nothing.
BOOST_AUTO_TEST_CASE(common)
{
    byte_range const range(10, 19);
    BOOST_TEST(common_bytes(range, std::nullopt)->str() == "10-19");
    BOOST_TEST(common_bytes(range, byte_range(0, 10))->str() == "10-10");
    BOOST_TEST(common_bytes(range, byte_range(19, 100))->str() == "19-19");
    BOOST_TEST(common_bytes(range, byte_range(12, 13))->str() == "12-13");
    BOOST_TEST(common_bytes(range, byte_range(0, 100))->str() == "10-19");
    BOOST_TEST(!common_bytes(range, byte_range(0, 9)).has_value());
    BOOST_TEST(!common_bytes(range, byte_range(20, 20)).has_value());
}

// Whatever the pieces, the hashes are those of the range and of what is kept of it.
BOOST_DATA_TEST_CASE(hashes, boost::unit_test::data::xrange(1, 13))
{
    number_source numbers(static_cast<std::uint64_t>(sample));
    std::string const content = some_bytes(9 * mib + 17);
    std::uint64_t const first = numbers.below(3) * mib;
    byte_range const range(first, first + numbers.below(6 * mib));
    std::uint64_t const kept_first = numbers.below(range.last());
    byte_range const kept(kept_first, kept_first + numbers.below(4 * mib));

    BOOST_TEST(hash(content, range, std::nullopt, 7).whole.hex() == hash_of(content, range));
    BOOST_TEST(!hash(content, range, std::nullopt, 7).kept.has_value());
    range_hashes const both = hash(content, range, kept, 8);
    BOOST_TEST(both.whole.hex() == hash_of(content, range));
    auto const common = common_bytes(range, kept);
    BOOST_TEST(both.kept.has_value() == (common && *common != range));
    if (both.kept)
        BOOST_TEST(both.kept->hex() == hash_of(content, *common));
}

// What is not kept at all, and what is kept whole, has one hash.
BOOST_AUTO_TEST_CASE(nothing_kept_and_all_kept)
{
    std::string const content = some_bytes(3 * mib);
    byte_range const range(mib, 2 * mib - 1);
    BOOST_TEST(!hash(content, range, byte_range(0, 5), 1).kept.has_value());
    BOOST_TEST(!hash(content, range, byte_range(5, 2 * mib), 1).kept.has_value());
}

// Each path gives the same, and a step of it takes some leaves or less.
BOOST_AUTO_TEST_CASE(paths)
{
    std::string const content = some_bytes(5 * mib + 3);
    byte_range const range(0, content.size() - 1);
    for (hash_path const path : {hash_path::openssl, hash_path::sha_ni, hash_path::avx512}) {
        if (!is_available(path))
            continue;
        range_hasher hasher(range, std::nullopt, path);
        hasher.update(as_bytes(content));
        BOOST_TEST(hasher.finish().whole.hex() == hash_of(content, range));
        BOOST_TEST(range_hasher::step_bytes(path) <= 2 * mib);
        BOOST_TEST(range_hasher::step_bytes(path) >= mib / 2);
    }
}

BOOST_AUTO_TEST_SUITE_END()
