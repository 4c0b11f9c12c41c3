#include "cli/text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(cli_text)

using glacier::cli::one_line;
using glacier::cli::shell_word;
using glacier::cli::valid_utf8;

// Names of files are shown as they are, in any script.
BOOST_AUTO_TEST_CASE(text_stays)
{
    BOOST_TEST(one_line("plain text, 100 % \\ \"'") == "plain text, 100 % \\ \"'");
    BOOST_TEST(one_line("Gr\xc3\xbc\xc3\x9f"
                        "e \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80") ==
               "Gr\xc3\xbc\xc3\x9f"
               "e \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80");
    BOOST_TEST(one_line("").empty());
}

// Nothing that a terminal obeys gets through, in one byte or in two, and no second line.
BOOST_AUTO_TEST_CASE(controls_are_shown)
{
    BOOST_TEST(one_line("a\nb\r\tc") == "a\\x0ab\\x0d\\x09c");
    BOOST_TEST(one_line("\x1b[2J\x7f") == "\\x1b[2J\\x7f");
    BOOST_TEST(one_line(std::string("a\0b", 3)) == "a\\x00b");
    BOOST_TEST(one_line("\xc2\x9b"
                        "2J") == "\\xc2\\x9b2J");
    BOOST_TEST(one_line("\xc2\xa0") == "\xc2\xa0");
}

// Bytes that are not UTF-8: alone, cut, too long, half a pair, beyond Unicode.
BOOST_AUTO_TEST_CASE(malformed_text)
{
    BOOST_TEST(one_line("\x9b") == "\\x9b");
    BOOST_TEST(one_line("a\xe6\x97") == "a\\xe6\\x97");
    BOOST_TEST(one_line("\xc3(") == "\\xc3(");
    BOOST_TEST(one_line("\xc0\xaf") == "\\xc0\\xaf");
    BOOST_TEST(one_line("\xe0\x80\xaf") == "\\xe0\\x80\\xaf");
    BOOST_TEST(one_line("\xed\xa0\x80") == "\\xed\\xa0\\x80");
    BOOST_TEST(one_line("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
    BOOST_TEST(one_line("\xf8\xff") == "\\xf8\\xff");
}

BOOST_AUTO_TEST_CASE(json_text)
{
    BOOST_TEST(valid_utf8("Gr\xc3\xbc\xc3\x9f"
                          "e\n") == "Gr\xc3\xbc\xc3\x9f"
                                    "e\n");
    BOOST_TEST(valid_utf8("a\xff"
                          "b\xe6") == "a\xef\xbf\xbd"
                                      "b\xef\xbf\xbd");
}

BOOST_AUTO_TEST_CASE(words_of_the_shell)
{
    BOOST_TEST(shell_word("/tmp/photos-2012.tar") == "/tmp/photos-2012.tar");
    BOOST_TEST(shell_word("") == "''");
    BOOST_TEST(shell_word("two words") == "'two words'");
    BOOST_TEST(shell_word("$(x) `y`") == "'$(x) `y`'");
    BOOST_TEST(shell_word("it's") == "'it'\\''s'");
    BOOST_TEST(shell_word("~") == "'~'");
}

BOOST_AUTO_TEST_SUITE_END()
