#include "base/utf8.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace glacier::base {
namespace {

using namespace std::string_literals;

/// A number as UTF-8 would write it, in so many bytes, whether that is allowed or not.
std::string encoded(std::uint32_t character, int bytes)
{
    constexpr unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    std::string text;
    for (int i = bytes - 1; i > 0; --i) {
        text.insert(text.begin(), static_cast<char>(0x80U | (character & 0x3fU)));
        character >>= 6U;
    }
    text.insert(text.begin(), static_cast<char>(leads[bytes] | character));
    return text;
}

int shortest_form(std::uint32_t character)
{
    return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
}

bool is_surrogate(std::uint32_t character)
{
    return character >= 0xd800 && character <= 0xdfff;
}

BOOST_AUTO_TEST_SUITE(utf8_test)

// Characters are counted, not bytes.
BOOST_AUTO_TEST_CASE(characters_are_counted)
{
    BOOST_TEST(count_utf8_characters("").value() == 0U);
    BOOST_TEST(count_utf8_characters("abc").value() == 3U);
    BOOST_TEST(count_utf8_characters("\0\x7f"s).value() == 2U);
    BOOST_TEST(count_utf8_characters("a\xc3\xa9\xe2\x82\xac\xf0\x9d\x92\x9c"
                                     "b")
                   .value() == 5U);
    // A letter and its accent are two.
    BOOST_TEST(count_utf8_characters("e\xcc\x81").value() == 2U);
}

// Each character of Unicode is one in its shortest form; surrogates are none.
BOOST_AUTO_TEST_CASE(every_character)
{
    for (std::uint32_t character = 0; character <= 0x10ffff; ++character) {
        auto const count = count_utf8_characters(encoded(character, shortest_form(character)));
        if (is_surrogate(character) ? count.has_value() : count != 1U)
            BOOST_ERROR("wrong for the character " << character);
    }
}

// Longer forms than needed, and numbers beyond Unicode, are no characters.
BOOST_AUTO_TEST_CASE(overlong_forms_and_great_numbers)
{
    for (auto const& [character, bytes] :
         {std::pair{0x00U, 2}, std::pair{0x2fU, 2}, std::pair{0x7fU, 2}, std::pair{0x2fU, 3},
          std::pair{0x7ffU, 3}, std::pair{0x2fU, 4}, std::pair{0xffffU, 4}, std::pair{0x110000U, 4},
          std::pair{0x1fffffU, 4}})
        BOOST_TEST(!count_utf8_characters(encoded(character, bytes)).has_value(),
                   character << " in " << bytes << " bytes");
    for (std::string const text : {"\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80", "\xfe", "\xff"})
        BOOST_TEST(!count_utf8_characters(text).has_value());
}

// A character that is cut off, or interrupted, spoils the text wherever it stands.
BOOST_AUTO_TEST_CASE(incomplete_characters)
{
    for (std::string const character : {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9d\x92\x9c"})
        for (std::size_t length = 1; length < character.size(); ++length) {
            std::string const cut = character.substr(0, length);
            for (std::string const& text : {cut, "a" + cut, cut + "a", cut + character, character + cut})
                BOOST_TEST(!count_utf8_characters(text).has_value());
        }
    for (std::string const text : {"\x80", "a\xbf", "\xc3\xa9\xa9"})
        BOOST_TEST(!count_utf8_characters(text).has_value());
}

// Each byte that is no UTF-8 becomes U+FFFD, and the rest stays.
BOOST_AUTO_TEST_CASE(invalid_bytes_are_replaced)
{
    BOOST_TEST(glacier::base::valid_utf8("") == "");
    BOOST_TEST(glacier::base::valid_utf8("h\xc3\xb6he") == "h\xc3\xb6he");
    BOOST_TEST(glacier::base::valid_utf8("\xff"
                                         "a\xc3") == "\xef\xbf\xbd"
                                                     "a\xef\xbf\xbd");
    BOOST_TEST(glacier::base::valid_utf8("\xed\xa0\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::base
