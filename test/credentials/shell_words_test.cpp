#include "credentials/shell_words.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <vector>

namespace glacier::credentials_sources {

BOOST_AUTO_TEST_SUITE(shell_words_test)

// Words, quotations and backslashes as a POSIX shell reads them.
BOOST_AUTO_TEST_CASE(quotation)
{
    std::map<std::string, std::vector<std::string>> const table{{"", {}},
                                                                {" \t\n", {}},
                                                                {"a  b\tc", {"a", "b", "c"}},
                                                                {"'a b' \"c d\"", {"a b", "c d"}},
                                                                {"a'b'\"c\"d", {"abcd"}},
                                                                {"''  \"\"", {"", ""}},
                                                                {R"(a\ b \'c)", {"a b", "'c"}},
                                                                {R"("a\"b\\c\d\$")", {R"(a"b\c\d$)"}},
                                                                {R"('a\b"')", {R"(a\b")"}},
                                                                {"$HOME `x` *", {"$HOME", "`x`", "*"}},
                                                                {"a;b|c&", {"a;b|c&"}}};
    for (auto const& [text, expected] : table) {
        auto const words = split_words(text);
        BOOST_TEST_REQUIRE(words.has_value(), text);
        BOOST_TEST(*words == expected, boost::test_tools::per_element());
    }
}

// What does not end is nothing.
BOOST_AUTO_TEST_CASE(unfinished)
{
    for (std::string const text : {"'", "\"", "a 'b", "a \"b\\\"", "a\\"})
        BOOST_TEST(!split_words(text).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
