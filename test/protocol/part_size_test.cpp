#include <glacier/part_size.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace glacier {
namespace {

constexpr std::uint64_t mebibyte = 1'048'576;
constexpr std::uint64_t gibibyte = 1'024 * mebibyte;

BOOST_AUTO_TEST_SUITE(part_size_test)

// The powers of two from 1 MiB to 4 GiB are part sizes: thirteen of them.
BOOST_AUTO_TEST_CASE(powers_of_two_are_allowed)
{
    int count = 0;
    for (std::uint64_t bytes = 1; bytes != 0; bytes *= 2) {
        bool const expected = bytes >= mebibyte && bytes <= 4 * gibibyte;
        BOOST_TEST(part_size::from_bytes(bytes).has_value() == expected, bytes);
        count += expected ? 1 : 0;
        if (expected) {
            BOOST_TEST(part_size(bytes).bytes() == bytes);
            BOOST_TEST((part_size::from_bytes(bytes - 1).error() == errc::invalid_part_size));
            BOOST_TEST((part_size::from_bytes(bytes + 1).error() == errc::invalid_part_size));
        }
    }
    BOOST_TEST(count == 13);
}

// Any other value is refused, and the error names it.
BOOST_AUTO_TEST_CASE(other_values_are_refused)
{
    for (std::uint64_t const bytes :
         {std::uint64_t(0), std::uint64_t(1), std::uint64_t(1'000'000), 3 * mebibyte, mebibyte / 2,
          8 * gibibyte, std::numeric_limits<std::uint64_t>::max()}) {
        BOOST_TEST((part_size::from_bytes(bytes).error() == errc::invalid_part_size), bytes);
        BOOST_CHECK_EXCEPTION(part_size{bytes}, invalid_value, [bytes](invalid_value const& error) {
            return error.code() == errc::invalid_part_size &&
                   std::string_view(error.what()).starts_with("\"" + std::to_string(bytes) + "\"");
        });
    }
}

// An archive gets the smallest part size with which it fits into 10,000 parts.
BOOST_AUTO_TEST_CASE(smallest_size_that_fits)
{
    for (auto const& [archive, expected] : {
             std::pair(std::uint64_t(0), mebibyte),
             std::pair(std::uint64_t(1), mebibyte),
             std::pair(10'000 * mebibyte, mebibyte),
             std::pair(10'000 * mebibyte + 1, 2 * mebibyte),
             std::pair(20'000 * mebibyte, 2 * mebibyte),
             std::pair(20'000 * mebibyte + 1, 4 * mebibyte),
             std::pair(10'000 * 2 * gibibyte, 2 * gibibyte),
             std::pair(10'000 * 2 * gibibyte + 1, 4 * gibibyte),
             std::pair(10'000 * 4 * gibibyte, 4 * gibibyte),
         })
        BOOST_TEST(part_size::for_archive(archive).value().bytes() == expected, archive << " bytes");
}

// It is no smaller than what was asked for, and no larger than that if it fits.
BOOST_AUTO_TEST_CASE(no_smaller_than_asked_for)
{
    part_size const eight(8 * mebibyte);
    BOOST_TEST(part_size::for_archive(1, eight).value().bytes() == 8 * mebibyte);
    BOOST_TEST(part_size::for_archive(80'000 * mebibyte, eight).value().bytes() == 8 * mebibyte);
    BOOST_TEST(part_size::for_archive(80'000 * mebibyte + 1, eight).value().bytes() == 16 * mebibyte);
}

// More than 10,000 parts of 4 GiB is no archive.
BOOST_AUTO_TEST_CASE(too_large_for_an_archive)
{
    BOOST_TEST((part_size::for_archive(42'949'672'960'001).error() == errc::archive_too_large));
    BOOST_TEST((part_size::for_archive(std::numeric_limits<std::uint64_t>::max()).error() ==
                errc::archive_too_large));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier
