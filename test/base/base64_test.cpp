#include "base/base64.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using glacier::base::parse_base64;
using glacier::base::to_base64;

BOOST_AUTO_TEST_SUITE(base64)

// The vectors of RFC 4648, section 10.
BOOST_AUTO_TEST_CASE(known_texts)
{
    std::pair<char const*, char const*> const vectors[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    for (auto const& [bytes, text] : vectors) {
        BOOST_TEST(to_base64(bytes) == text);
        BOOST_TEST_REQUIRE(parse_base64(text).has_value());
        BOOST_TEST(*parse_base64(text) == bytes);
    }
}

BOOST_AUTO_TEST_CASE(every_byte)
{
    std::string bytes;
    for (int i = 0; i < 256; ++i)
        bytes += static_cast<char>(i);
    BOOST_TEST(to_base64(bytes).find_first_of("+/") != std::string::npos);
    BOOST_TEST((parse_base64(to_base64(bytes)) == bytes));
}

BOOST_AUTO_TEST_CASE(other_forms)
{
    for (char const* const text :
         {"Z", "Zg", "Zg=", "Zg==Zg==", "Z===", "====", "Zh==", "Zm9=", "Zm-v", "Zm 9", "Zm9v\n"})
        BOOST_TEST(!parse_base64(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
