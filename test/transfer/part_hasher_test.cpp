#include "transfer/part_hasher.hpp"

#include "crypto/sha256.hpp"
#include "support/fake_service.hpp"
#include "support/printing.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <stdexcept>

using namespace glacier;
using namespace glacier::test;
using transfer::part_hasher;

namespace {

constexpr std::size_t mib = 1'048'576;

/// Bytes that must be read, and the longest piece that was asked for at once.
class read_source final : public body_source {
public:
    explicit read_source(std::string bytes) : bytes_(std::move(bytes)) {}

    std::uint64_t size() const override { return bytes_.size(); }

    void read(std::uint64_t offset, std::span<std::byte> bytes) const override
    {
        if (offset + bytes.size() > bytes_.size())
            throw std::logic_error("read beyond the end");
        longest = std::max(longest, bytes.size());
        total += bytes.size();
        auto const part = as_bytes(bytes_).subspan(offset, bytes.size());
        std::copy(part.begin(), part.end(), bytes.begin());
    }

    mutable std::size_t longest = 0;
    mutable std::size_t total = 0;

private:
    std::string bytes_;
};

/// Some lengths: whole and broken leaves, blocks and steps; what is short ends while others go on.
std::vector<std::size_t> lengths_of(std::size_t parts)
{
    std::vector<std::size_t> const all = {
        2 * mib, 1, 65'536, 65'537,      3 * mib + 64 * 1'024 + 5, mib - 1, mib + 1, 63, 64, 4 * mib, 200'000,
        131'072, 5, mib,    2 * mib + 1, mib + 64 * 1'024};
    return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(parts)};
}

std::vector<body_hashes> hashes_of(part_hasher& hasher)
{
    int steps = 0;
    while (hasher.hash_some())
        BOOST_TEST_REQUIRE(++steps < 1'000);
    return hasher.finish();
}

void check(std::vector<body_hashes> const& computed, std::vector<std::string> const& contents)
{
    BOOST_TEST_REQUIRE(computed.size() == contents.size());
    for (std::size_t i = 0; i < contents.size(); ++i) {
        BOOST_TEST(computed[i].content_sha256.hex() == crypto::sha256_of(contents[i]).hex());
        BOOST_TEST(computed[i].tree_hash.hex() == reference_tree_hash(contents[i]).hex());
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(part_hasher_test)

// Both hashes of each part are those of the definition, whatever it is computed with, in memory and read in blocks,
// which are as small as was said; each byte is read once.
BOOST_DATA_TEST_CASE(both_hashes,
                     boost::unit_test::data::make({1U, 2U, 5U, 16U}) * boost::unit_test::data::xrange(3),
                     parts, path_number)
{
    auto const path = static_cast<hash_path>(path_number);
    if (!is_available(path))
        return;
    std::vector<std::string> contents;
    std::vector<body> in_memory;
    std::vector<body> to_read;
    std::vector<std::shared_ptr<read_source>> sources;
    for (std::size_t const length : lengths_of(parts)) {
        contents.push_back(some_bytes(length, static_cast<std::uint32_t>(contents.size())));
        in_memory.emplace_back(contents.back());
        sources.push_back(std::make_shared<read_source>(contents.back()));
        to_read.emplace_back(sources.back());
    }

    part_hasher in_place(std::move(in_memory), path);
    BOOST_TEST(in_place.buffer_bytes() == 0U);
    check(hashes_of(in_place), contents);

    part_hasher in_blocks(std::move(to_read), path);
    BOOST_TEST(in_blocks.buffer_bytes() <= parts * part_hasher::block_bytes);
    check(hashes_of(in_blocks), contents);
    for (std::size_t i = 0; i < parts; ++i) {
        BOOST_TEST(sources[i]->longest <= part_hasher::block_bytes);
        BOOST_TEST(sources[i]->total == contents[i].size());
    }
}

// Short bodies need no more memory than they have bytes.
BOOST_AUTO_TEST_CASE(little_memory_for_little)
{
    std::vector<body> parts;
    parts.emplace_back(std::make_shared<read_source>("12345"));
    parts.emplace_back(std::string("in memory"));
    BOOST_TEST(part_hasher(std::move(parts), std::nullopt).buffer_bytes() == 5U);
}

// A step is some milliseconds of work, not a part.
BOOST_AUTO_TEST_CASE(steps_are_short)
{
    std::vector<body> parts(1, body(some_bytes(8 * mib)));
    part_hasher hasher(std::move(parts), std::nullopt);
    int steps = 1;
    while (hasher.hash_some())
        ++steps;
    BOOST_TEST(steps >= 4);
    BOOST_TEST(steps <= 8);
}

// What reading throws comes through.
BOOST_AUTO_TEST_CASE(reading_fails)
{
    class broken_source final : public body_source {
        std::uint64_t size() const override { return 10; }
        void read(std::uint64_t, std::span<std::byte>) const override { throw std::runtime_error("no disk"); }
    };
    std::vector<body> parts(1, body(std::make_shared<broken_source>()));
    part_hasher hasher(std::move(parts), std::nullopt);
    BOOST_CHECK_THROW(hasher.hash_some(), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
