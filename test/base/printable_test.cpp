#include "base/printable.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace glacier::base {
namespace {

BOOST_AUTO_TEST_SUITE(printable_test)

// Printable ASCII stays as it is, its first and last character included.
BOOST_AUTO_TEST_CASE(printable_ascii_stays)
{
    std::string text;
    for (char c = 0x20; c < 0x7f; ++c)
        text += c;
    BOOST_TEST(printable(text, 1'000) == text);
    BOOST_TEST(printable("", 10).empty());
}

// Every other byte is shown as \xNN, so nothing of it acts on a terminal or starts a line of a log.
BOOST_AUTO_TEST_CASE(everything_else_is_shown_as_hex)
{
    using namespace std::string_view_literals;
    BOOST_TEST(printable("a\0b"sv, 10) == "a\\x00b");
    BOOST_TEST(printable("\r\n\t\x1b[2J\x7f", 10) == "\\x0d\\x0a\\x09\\x1b[2J\\x7f");
    BOOST_TEST(printable("\xc3\xa9\xff", 10) == "\\xc3\\xa9\\xff");
    for (int value = 0; value < 256; ++value) {
        std::string const shown = printable(std::string(1, static_cast<char>(value)), 10);
        BOOST_TEST(shown.size() == (value >= 0x20 && value < 0x7f ? 1U : 4U));
        for (char const c : shown)
            BOOST_TEST((c >= 0x20 && c < 0x7f));
    }
}

// A text that is too long is cut, and three dots say so.
BOOST_AUTO_TEST_CASE(long_text_is_cut)
{
    BOOST_TEST(printable("12345", 5) == "12345");
    BOOST_TEST(printable("123456", 5) == "12345...");
    BOOST_TEST(printable("123\n56", 4) == "123\\x0a...");
    BOOST_TEST(printable("1", 0) == "...");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::base
