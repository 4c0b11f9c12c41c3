#include "base/hex.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace glacier::base {
namespace {

BOOST_AUTO_TEST_SUITE(hex_test)

// Every byte is written as two lower-case digits and read back.
BOOST_AUTO_TEST_CASE(every_byte_round_trips)
{
    std::array<std::byte, 256> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::byte>(i);

    std::string const text = to_hex(bytes);
    BOOST_TEST(text.size() == 512U);
    BOOST_TEST(text.substr(0, 8) == "00010203");
    BOOST_TEST(text.substr(0x9a * 2, 6) == "9a9b9c");
    BOOST_TEST(text.substr(508) == "feff");
    BOOST_TEST(text.find_first_not_of("0123456789abcdef") == std::string::npos);

    std::array<std::byte, 256> read{};
    BOOST_TEST(from_hex(text, read));
    BOOST_TEST((read == bytes));
}

// No bytes are the empty text, and the other way round.
BOOST_AUTO_TEST_CASE(nothing_is_the_empty_text)
{
    BOOST_TEST(to_hex({}).empty());
    BOOST_TEST(from_hex("", {}));
}

// Digits may be upper case, lower case or mixed when they are read.
BOOST_AUTO_TEST_CASE(both_cases_are_read)
{
    std::array<std::byte, 3> read{};
    BOOST_TEST(from_hex("aBCdEf", read));
    BOOST_TEST(to_hex(read) == "abcdef");
}

// The text must have exactly twice as many digits as there are bytes.
BOOST_AUTO_TEST_CASE(length_must_fit)
{
    std::array<std::byte, 2> read{};
    for (std::string_view const text : {"", "0", "00", "000", "00000", "000000"})
        BOOST_TEST(!from_hex(text, read), "accepted: '" << text << "'");
    BOOST_TEST(from_hex("0000", read));
}

// The neighbours of the digits in ASCII are no digits, in either place of a pair.
BOOST_AUTO_TEST_CASE(other_characters_are_refused)
{
    std::array<std::byte, 1> read{};
    for (char const c : std::string("/:@G`g -x\0\n\x80\xff", 13)) {
        BOOST_TEST(!from_hex(std::string{c, '0'}, read), "accepted first: " << static_cast<int>(c));
        BOOST_TEST(!from_hex(std::string{'0', c}, read), "accepted second: " << static_cast<int>(c));
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::base
