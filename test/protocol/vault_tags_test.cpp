#include <glacier/vault_tags.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

namespace glacier {
namespace {

using namespace std::string_literals;

std::string repeated(std::string_view character, std::size_t count)
{
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += character;
    return text;
}

/// One character of each length in UTF-8: 1, 2, 3 and 4 bytes.
constexpr std::string_view characters[] = {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9d\x92\x9c"};

constexpr std::string_view signs = " _.:/=+-@";

bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

template <class Text>
void check_good(std::string const& text)
{
    auto const parsed = Text::parse(text);
    BOOST_TEST_REQUIRE(parsed.has_value(), "refused: '" << text << "'");
    BOOST_TEST(parsed->str() == text);
}

template <class Text>
void check_bad(std::string const& text)
{
    auto const parsed = Text::parse(text);
    BOOST_TEST_REQUIRE(parsed.has_error(), "accepted: '" << text << "'");
    BOOST_TEST((parsed.error() == Text::rule::error));
    BOOST_CHECK_THROW(Text{text}, invalid_value);
}

BOOST_AUTO_TEST_SUITE(vault_tags_test)

// The errors tell which of the two was wrong.
BOOST_AUTO_TEST_CASE(errors_of_keys_and_values)
{
    static_assert(tag_key_rule::error == errc::invalid_tag_key);
    static_assert(tag_value_rule::error == errc::invalid_tag_value);
    static_assert(!std::is_convertible_v<tag_key, tag_value>);
    BOOST_CHECK_EXCEPTION(tag_key("aws:a"), invalid_value, [](invalid_value const& error) {
        return error.what() ==
               "\"aws:a\": invalid tag key: 1 to 128 characters in UTF-8, letters, digits, space and "
               "_ . : / = + - @, not beginning with aws:"s;
    });
}

// 128 characters are the most for a key and 255 for a value, however many bytes they have.
BOOST_AUTO_TEST_CASE(lengths_are_counted_in_characters)
{
    for (std::string_view const character : characters) {
        check_good<tag_key>(repeated(character, 1));
        check_good<tag_key>(repeated(character, 128));
        check_bad<tag_key>(repeated(character, 129));
        check_good<tag_value>(repeated(character, 129));
        check_good<tag_value>(repeated(character, 255));
        check_bad<tag_value>(repeated(character, 256));
    }
}

// A value may be empty, a key may not.
BOOST_AUTO_TEST_CASE(empty_texts)
{
    check_good<tag_value>("");
    check_bad<tag_key>("");
    BOOST_TEST(!tag_key_rule::allows(tag_key().str()));
    BOOST_TEST(tag_value_rule::allows(tag_value().str()));
}

// Of ASCII, letters, digits and nine signs are allowed, at each end and alone.
BOOST_AUTO_TEST_CASE(characters_of_ascii)
{
    for (int code = 0; code < 0x80; ++code) {
        char const c = static_cast<char>(code);
        bool const allowed = is_letter_or_digit(c) || signs.find(c) != std::string_view::npos;
        for (std::string const& text :
             {std::string(1, c), "a" + std::string(1, c), std::string(1, c) + "a"}) {
            BOOST_TEST(tag_key_rule::allows(text) == allowed, "key with the character " << code);
            BOOST_TEST(tag_value_rule::allows(text) == allowed, "value with the character " << code);
        }
    }
}

// What is no UTF-8 is refused: it would not arrive as it was.
BOOST_AUTO_TEST_CASE(invalid_utf8)
{
    for (std::string const text : {"\x80", "a\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
        check_bad<tag_key>(text);
        check_bad<tag_value>(text);
    }
}

// Keys with `aws:` in front, in any case, belong to AWS. Elsewhere, and in values, it is a text like any other.
BOOST_AUTO_TEST_CASE(reserved_keys)
{
    for (std::string const text : {"aws:", "aws:a", "AWS:a", "Aws:a", "aWs:", "awS:x"}) {
        check_bad<tag_key>(text);
        check_good<tag_value>(text);
    }
    for (std::string const text : {"aws", "aw:s", "awsa:", "xaws:", " aws:", "a:aws:", "AWS"})
        check_good<tag_key>(text);
}

// Upper and lower case are two keys, in the order of their bytes.
BOOST_AUTO_TEST_CASE(keys_compare_as_texts)
{
    BOOST_TEST((tag_key("Box") != tag_key("box")));
    BOOST_TEST((tag_key("Box") < tag_key("box")));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier
