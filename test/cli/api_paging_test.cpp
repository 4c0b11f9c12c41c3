#include "cli/api_paging.hpp"

#include <glacier/error.hpp>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <vector>

namespace {

using glacier::cli::join_pages;
using glacier::cli::page_token;
using glacier::cli::parse_page_token;
using glacier::cli::write_page_token;

/// A list of two pages and an empty one: a b c, then nothing, then d e.
struct pages {
    boost::json::object operator()(std::optional<std::string> const& marker)
    {
        asked.push_back(marker.value_or("first"));
        if (!marker)
            return {{"List", {"a", "b", "c"}}, {"Marker", "m1"}, {"Other", "x"}};
        if (*marker == "m1")
            return {{"List", boost::json::array()}, {"Marker", "m2"}};
        return {{"List", {"d", "e"}}, {"Marker", nullptr}};
    }

    std::vector<std::string> asked;
};

std::string items(boost::json::object const& joined)
{
    return boost::json::serialize(joined.at("List"));
}

page_token next_of(boost::json::object const& joined)
{
    return parse_page_token(joined.at("NextToken").as_string().c_str());
}

} // namespace

BOOST_AUTO_TEST_SUITE(cli_api_paging)

BOOST_AUTO_TEST_CASE(all_pages)
{
    pages list;
    auto const joined = join_pages("List", std::ref(list), {}, std::nullopt);
    BOOST_TEST(boost::json::serialize(joined) == R"({"List":["a","b","c","d","e"]})");
    BOOST_TEST(list.asked == (std::vector<std::string>{"first", "m1", "m2"}),
               boost::test_tools::per_element());
}

// Every way to cut the list gives the same items in the end.
BOOST_AUTO_TEST_CASE(items_at_most)
{
    for (std::size_t count = 1; count <= 6; ++count) {
        std::string all;
        page_token at;
        while (true) {
            pages list;
            auto const joined = join_pages("List", std::ref(list), at, count);
            BOOST_TEST(joined.at("List").as_array().size() <= count);
            for (auto const& item : joined.at("List").as_array())
                all += item.as_string().c_str();
            if (!joined.contains("NextToken"))
                break;
            BOOST_TEST(joined.at("List").as_array().size() == count);
            at = next_of(joined);
        }
        BOOST_TEST(all == "abcde");
    }
}

// Inside of a page its own marker is kept, and how much of it was printed; at its end that of the next.
BOOST_AUTO_TEST_CASE(tokens)
{
    pages list;
    auto const inside = join_pages("List", std::ref(list), {}, 2);
    BOOST_TEST(items(inside) == R"(["a","b"])");
    BOOST_TEST(!next_of(inside).marker);
    BOOST_TEST(next_of(inside).skip == 2U);
    BOOST_TEST(inside.at("NextToken").as_string() ==
               "eyJtYXJrZXIiOiBudWxsLCAiYm90b190cnVuY2F0ZV9hbW91bnQiOiAyfQ==");

    auto const at_end = join_pages("List", std::ref(list), {}, 3);
    BOOST_TEST(next_of(at_end).marker.value() == "m1");
    BOOST_TEST(next_of(at_end).skip == 0U);
    BOOST_TEST(at_end.at("NextToken").as_string() == "eyJtYXJrZXIiOiAibTEifQ==");

    auto const last = join_pages("List", std::ref(list), page_token{"m2", 0}, 1);
    BOOST_TEST(next_of(last).marker.value() == "m2");
    BOOST_TEST(next_of(last).skip == 1U);
}

// A page may have become shorter since.
BOOST_AUTO_TEST_CASE(skip_beyond_the_page)
{
    pages list;
    BOOST_TEST(items(join_pages("List", std::ref(list), page_token{"m2", 9}, std::nullopt)) == "[]");
}

BOOST_AUTO_TEST_CASE(repeated_marker)
{
    auto const circle = [](std::optional<std::string> const&) -> boost::json::object {
        return {{"List", {"a"}}, {"Marker", "m"}};
    };
    BOOST_CHECK_EXCEPTION(join_pages("List", circle, {}, std::nullopt), boost::system::system_error,
                          [](auto const& error) { return error.code() == glacier::errc::repeated_marker; });
}

BOOST_AUTO_TEST_CASE(token_forms)
{
    for (page_token const& token : {page_token{}, page_token{"m\"\xc3\xbc", 0}, page_token{"m", 7}}) {
        page_token const read = parse_page_token(write_page_token(token));
        BOOST_TEST((read.marker == token.marker));
        BOOST_TEST(read.skip == token.skip);
    }
    // Markers of the service, and the form of old versions of the AWS CLI.
    BOOST_TEST(parse_page_token("arn:aws:glacier:x").marker.value() == "arn:aws:glacier:x");
    BOOST_TEST(parse_page_token("abcd").marker.value() == "abcd");
    BOOST_TEST(parse_page_token("m___3").marker.value() == "m");
    BOOST_TEST(parse_page_token("m___3").skip == 3U);
    BOOST_TEST(parse_page_token("a___b").marker.value() == "a___b");
    BOOST_TEST(!parse_page_token("None___3").marker);
    // {"marker": "m", "boto_truncate_amount": -1}
    BOOST_TEST(parse_page_token("eyJtYXJrZXIiOiAibSIsICJib3RvX3RydW5jYXRlX2Ftb3VudCI6IC0xfQ==").skip == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
