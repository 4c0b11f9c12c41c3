#include "base/uri.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace glacier::base {
namespace {

constexpr std::string_view unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

BOOST_AUTO_TEST_SUITE(uri_test)

// The unreserved characters of RFC 3986 stay, all other bytes become % and two capital digits.
BOOST_AUTO_TEST_CASE(component_encodes_all_but_unreserved)
{
    BOOST_TEST(encode_uri_component(unreserved) == unreserved);
    for (int value = 0; value < 256; ++value) {
        char const c = static_cast<char>(value);
        std::string const encoded = encode_uri_component(std::string(1, c));
        if (unreserved.find(c) != std::string_view::npos)
            BOOST_TEST(encoded == std::string(1, c));
        else
            BOOST_TEST(encoded.size() == 3U);
    }
    BOOST_TEST(encode_uri_component("a b+c/d=e&f%?#\":") == "a%20b%2Bc%2Fd%3De%26f%25%3F%23%22%3A");
    BOOST_TEST(encode_uri_component("\xe1\x88\xb4\n") == "%E1%88%B4%0A");
    BOOST_TEST(encode_uri_component("").empty());
}

// A whole path keeps its slashes; a percent sign that is there is encoded again.
BOOST_AUTO_TEST_CASE(path_keeps_slashes)
{
    BOOST_TEST(encode_uri_path("/-/vaults/a b/") == "/-/vaults/a%20b/");
    BOOST_TEST(encode_uri_path("/a%20b") == "/a%2520b");
    BOOST_TEST(encode_uri_path("/a?b#c") == "/a%3Fb%23c");
}

// Decoding undoes encoding for every byte.
BOOST_AUTO_TEST_CASE(every_byte_round_trips)
{
    std::string text;
    for (int value = 0; value < 256; ++value)
        text += static_cast<char>(value);
    BOOST_TEST(decode_uri_component(encode_uri_component(text)).value() == text);
}

// Digits of either case are read, and + is no space outside of forms.
BOOST_AUTO_TEST_CASE(decoding_reads_both_cases)
{
    BOOST_TEST(decode_uri_component("%2f%2F%c3%A9").value() == "//\xc3\xa9");
    BOOST_TEST(decode_uri_component("a+b").value() == "a+b");
    BOOST_TEST(decode_uri_component("%2525").value() == "%25");
    BOOST_TEST(decode_uri_component("").value().empty());
}

// A % must be followed by two hexadecimal digits.
BOOST_AUTO_TEST_CASE(bad_percent_is_refused)
{
    for (std::string_view const text :
         {"%", "a%", "%2", "a%2", "%2g", "%g2", "% 2", "%%20", "%2%0", "%-1", "%u1234"})
        BOOST_TEST(!decode_uri_component(text).has_value(), "accepted: " << text);
}

// Dot segments and empty ones go, a slash at the end stays, and nothing climbs above the root.
BOOST_AUTO_TEST_CASE(path_is_normalized)
{
    for (auto const& [path, expected] : {
             std::pair{"", "/"},
             std::pair{"/", "/"},
             std::pair{"//", "/"},
             std::pair{"/a", "/a"},
             std::pair{"/a/", "/a/"},
             std::pair{"//a//b//", "/a/b/"},
             std::pair{"/./a", "/a"},
             std::pair{"/a/.", "/a/"},
             std::pair{"/a/./b", "/a/b"},
             std::pair{"/a/b/..", "/a/"},
             std::pair{"/a/b/../", "/a/"},
             std::pair{"/a/../b", "/b"},
             std::pair{"/a/..", "/"},
             std::pair{"/..", "/"},
             std::pair{"/../../a", "/a"},
             std::pair{"/a/b/../../c", "/c"},
             std::pair{"/...", "/..."},
             std::pair{"/.a/b./..c", "/.a/b./..c"},
             std::pair{"/a%2Fb/%2E%2E", "/a%2Fb/%2E%2E"},
         })
        BOOST_TEST(normalize_path(path) == expected,
                   "'" << path << "' became '" << normalize_path(path) << "'");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::base
