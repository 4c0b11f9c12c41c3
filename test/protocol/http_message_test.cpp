#include "protocol/http_message.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace glacier::protocol {
namespace {

/// All fields on one line.
std::string text_of(http_headers const& headers)
{
    std::string text;
    for (auto const& [name, value] : headers)
        text += name + "=" + value + ";";
    return text;
}

BOOST_AUTO_TEST_SUITE(http_message_test)

// Methods are written in capitals.
BOOST_AUTO_TEST_CASE(methods_as_text)
{
    BOOST_TEST(to_string(http_method::get) == "GET");
    BOOST_TEST(to_string(http_method::put) == "PUT");
    BOOST_TEST(to_string(http_method::post) == "POST");
    BOOST_TEST(to_string(http_method::delete_) == "DELETE");
}

// Names compare without regard to case, but only that of ASCII letters.
BOOST_AUTO_TEST_CASE(names_compare_without_case)
{
    BOOST_TEST(equal_names("", ""));
    BOOST_TEST(equal_names("Content-Type", "content-TYPE"));
    BOOST_TEST(equal_names("X-AMZ-9_z", "x-amz-9_Z"));
    BOOST_TEST(!equal_names("host", "hosts"));
    BOOST_TEST(!equal_names("host", "hos"));
    BOOST_TEST(!equal_names("host", "most"));
    // These differ in the bit that makes a letter small.
    BOOST_TEST(!equal_names("a@", "a`"));
    BOOST_TEST(!equal_names("a[", "a{"));
    BOOST_TEST(!equal_names("\xc4", "\xe4"));
}

// Fields stay in the order in which they were added, also several of one name.
BOOST_AUTO_TEST_CASE(order_is_kept)
{
    http_headers headers;
    BOOST_TEST(headers.size() == 0U);
    headers.add("B", "1");
    headers.add("a", "2");
    headers.add("b", "3");
    BOOST_TEST(text_of(headers) == "B=1;a=2;b=3;");
    BOOST_TEST(headers.size() == 3U);
}

// The first field of a name is found, whatever its case; an empty value is not a missing one.
BOOST_AUTO_TEST_CASE(first_field_is_found)
{
    http_headers headers;
    headers.add("X-Name", "first");
    headers.add("x-name", "second");
    headers.add("Empty", "");
    BOOST_TEST_REQUIRE(headers.find("x-NAME") != nullptr);
    BOOST_TEST(*headers.find("x-NAME") == "first");
    BOOST_TEST(headers.get("X-NAME") == "first");
    BOOST_TEST_REQUIRE(headers.find("empty") != nullptr);
    BOOST_TEST(headers.get("empty").empty());
    BOOST_TEST(headers.find("other") == nullptr);
    BOOST_TEST(headers.get("other").empty());
}

// set() leaves one field of the name, remove() none.
BOOST_AUTO_TEST_CASE(set_replaces_and_remove_removes)
{
    http_headers headers;
    headers.add("Date", "1");
    headers.add("Host", "h");
    headers.add("date", "2");
    headers.set("DATE", "3");
    BOOST_TEST(text_of(headers) == "Host=h;DATE=3;");
    headers.set("new", "4");
    headers.remove("dAtE");
    headers.remove("missing");
    BOOST_TEST(text_of(headers) == "Host=h;new=4;");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
