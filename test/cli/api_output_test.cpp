#include "cli/api_output.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using boost::json::parse;
using glacier::cli::indented_json;
using glacier::cli::printed_members;

std::string printed(char const* json)
{
    return boost::json::serialize(printed_members(parse(json).as_object()));
}

} // namespace

BOOST_AUTO_TEST_SUITE(cli_api_output)

BOOST_AUTO_TEST_CASE(members_without_a_value_are_left_out)
{
    BOOST_TEST(printed(R"({"a":null,"b":false,"c":{"d":null},"e":[{"f":null,"g":1}],"h":""})") ==
               R"({"b":false,"c":{},"e":[{"g":1}],"h":""})");
}

BOOST_AUTO_TEST_CASE(select_parameters_in_the_order_of_the_model)
{
    BOOST_TEST(printed(R"({"JobList":[{"SelectParameters":{"Expression":"e","ExpressionType":"SQL",)"
                       R"("InputSerialization":{"csv":{}}}}]})") ==
               R"({"JobList":[{"SelectParameters":{"InputSerialization":{"csv":{}},"ExpressionType":"SQL",)"
               R"("Expression":"e"}}]})");
}

BOOST_AUTO_TEST_CASE(indentation)
{
    BOOST_TEST(indented_json(parse(R"({"a":[],"b":{},"c":[1,"x"],"d":{"e":true}})")) ==
               "{\n"
               "    \"a\": [],\n"
               "    \"b\": {},\n"
               "    \"c\": [\n"
               "        1,\n"
               "        \"x\"\n"
               "    ],\n"
               "    \"d\": {\n"
               "        \"e\": true\n"
               "    }\n"
               "}");
}

// Only what JSON must have escaped is.
BOOST_AUTO_TEST_CASE(texts)
{
    BOOST_TEST(indented_json("gr\xc3\xbc\xc3\x9f / \"\\\n\x01\x7f") ==
               "\"gr\xc3\xbc\xc3\x9f / \\\"\\\\\\n\\u0001\x7f\"");
}

BOOST_AUTO_TEST_SUITE_END()
