#pragma once

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace glacier::test {

/// A file below test/, such as `golden/create_vault.plain.request.http`. In data_path.cpp, which a test that
/// needs it lists.
std::filesystem::path data_path(std::string_view name);

inline std::string read_file(std::filesystem::path const& path)
{
    std::ifstream file(path, std::ios::binary);
    BOOST_TEST_REQUIRE(file.good(), path.string() + " cannot be read");
    return std::string(std::istreambuf_iterator<char>(file), {});
}

inline std::span<std::byte const> bytes_of(std::string_view text)
{
    return std::as_bytes(std::span(text.data(), text.size()));
}

/// The bytes of pattern(n): byte at offset o = (7 * (o mod 256) + 13 * floor(o / 2^20)) mod 256.
inline std::vector<std::byte> pattern(std::size_t size)
{
    std::vector<std::byte> bytes(size);
    for (std::size_t offset = 0; offset < size; ++offset)
        bytes[offset] = static_cast<std::byte>((7 * (offset % 256) + 13 * (offset >> 20U)) % 256);
    return bytes;
}

/// Numbers that look random and are the same in each run.
class number_source {
public:
    explicit number_source(std::uint64_t seed) noexcept : state_(seed) {}

    /// SplitMix64.
    std::uint64_t next() noexcept
    {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
        return mixed ^ (mixed >> 31U);
    }

    /// A number from 0 to `bound` - 1.
    std::uint64_t below(std::uint64_t bound) noexcept { return next() % bound; }

    /// Whether something of this many per cent happens.
    bool percent(unsigned chance) noexcept { return below(100) < chance; }

private:
    std::uint64_t state_;
};

} // namespace glacier::test
