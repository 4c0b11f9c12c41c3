#include <glacier/sha256_digest.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <type_traits>

namespace glacier {
namespace {

constexpr char const* some_hex = "1f85c4584f7e481fb798e4c73c06989df5607da135a85f03da499d91c24f0875";

BOOST_AUTO_TEST_SUITE(sha256_digest_test)

// A digest is 64 lower-case digits on the wire, the first byte first.
BOOST_AUTO_TEST_CASE(round_trips_as_hex)
{
    auto const digest = tree_hash::from_hex(some_hex);
    BOOST_TEST_REQUIRE(digest.has_value());
    BOOST_TEST(digest->hex() == some_hex);
    BOOST_TEST(std::to_integer<int>(digest->bytes()[0]) == 0x1f);
    BOOST_TEST(std::to_integer<int>(digest->bytes()[31]) == 0x75);
    BOOST_TEST(tree_hash(digest->bytes()).hex() == some_hex);
}

// Capital digits are read, and written small.
BOOST_AUTO_TEST_CASE(capital_digits_are_read)
{
    auto const digest =
        sha256_digest::from_hex("1F85C4584F7E481FB798E4C73C06989DF5607DA135A85F03DA499D91C24F0875");
    BOOST_TEST_REQUIRE(digest.has_value());
    BOOST_TEST(digest->hex() == some_hex);
}

// Anything but 64 digits is errc::invalid_hash.
BOOST_AUTO_TEST_CASE(other_texts_are_refused)
{
    std::string const digits(some_hex);
    for (std::string const& text :
         {std::string(), digits.substr(1), digits + "0", digits.substr(0, 62), digits.substr(0, 63) + "g",
          " " + digits.substr(1), digits.substr(0, 63) + "\n", "0x" + digits.substr(2)}) {
        BOOST_TEST((sha256_digest::from_hex(text).error() == errc::invalid_hash), "accepted: " << text);
        BOOST_TEST((tree_hash::from_hex(text).error() == errc::invalid_hash), "accepted: " << text);
    }
}

// A new digest is all zero; digests are equal only if all bytes are.
BOOST_AUTO_TEST_CASE(digests_compare_by_value)
{
    sha256_digest const zero;
    BOOST_TEST(zero.hex() == std::string(64, '0'));
    BOOST_TEST((zero == sha256_digest()));
    for (std::size_t i = 0; i < sha256_digest::size; ++i) {
        std::array<std::byte, sha256_digest::size> bytes{};
        bytes[i] = std::byte{1};
        BOOST_TEST((sha256_digest(bytes) != zero));
    }
}

// The linear and the tree hash of the same bytes are different things and cannot be mixed up.
BOOST_AUTO_TEST_CASE(kinds_are_kept_apart)
{
    static_assert(!std::is_convertible_v<sha256_digest, tree_hash>);
    static_assert(!std::is_constructible_v<tree_hash, sha256_digest>);
    static_assert(!std::is_assignable_v<sha256_digest&, tree_hash>);
    BOOST_TEST(true);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier
