#include "base/decimal.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <string_view>

namespace glacier::base {
namespace {

BOOST_AUTO_TEST_SUITE(decimal_test)

// Digits only make a number, up to the last of 64 bits.
BOOST_AUTO_TEST_CASE(digits_are_a_number)
{
    BOOST_TEST(parse_decimal("0").value() == 0U);
    BOOST_TEST(parse_decimal("7").value() == 7U);
    BOOST_TEST(parse_decimal("0010").value() == 10U);
    BOOST_TEST(parse_decimal("4294967296").value() == 4'294'967'296U);
    BOOST_TEST(parse_decimal("18446744073709551615").value() == std::numeric_limits<std::uint64_t>::max());
}

// A sign, a space, a fraction, an exponent, another base, nothing at all: no number.
BOOST_AUTO_TEST_CASE(everything_else_is_no_number)
{
    using namespace std::string_view_literals;
    for (std::string_view const text :
         {""sv, " "sv, " 1"sv, "1 "sv, "+1"sv, "-1"sv, "-0"sv, "1.0"sv, "1e3"sv, "0x10"sv, "1,000"sv, "12a"sv,
          "a"sv, "1\n"sv, "1\0"sv, "\0001"sv, "\xd9\xa1"sv})
        BOOST_TEST(!parse_decimal(text).has_value(), "read as a number: '" << text << "'");
}

// A number beyond 64 bits is no number, rather than a small one.
BOOST_AUTO_TEST_CASE(overflow_is_no_number)
{
    BOOST_TEST(!parse_decimal("18446744073709551616").has_value());
    BOOST_TEST(!parse_decimal("99999999999999999999999").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::base
