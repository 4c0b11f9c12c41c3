#include "cli/api_shorthand.hpp"

#include "cli/exit_code.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace {

std::string json_of(std::string const& text)
{
    return boost::json::serialize(glacier::cli::parse_shorthand(text));
}

std::string error_of(std::string const& text)
{
    try {
        return "no error: " + json_of(text);
    } catch (glacier::cli::failure const& failed) {
        BOOST_TEST((failed.code() == glacier::cli::exit_code::usage));
        return failed.what();
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(cli_api_shorthand)

BOOST_AUTO_TEST_CASE(members)
{
    BOOST_TEST(json_of("Type=inventory-retrieval,Format=CSV") ==
               R"({"Type":"inventory-retrieval","Format":"CSV"})");
    BOOST_TEST(json_of("a = b c , d=e ") == R"({"a":"b c","d":"e"})");
    BOOST_TEST(json_of("a=") == R"({"a":""})");
    BOOST_TEST(json_of("a=,b=x") == R"({"a":"","b":"x"})");
    BOOST_TEST(json_of("a=b=c") == R"({"a":"b=c"})");
    BOOST_TEST(json_of("SNSTopic=arn:aws:sns:us-east-1:123456789012:t") ==
               R"({"SNSTopic":"arn:aws:sns:us-east-1:123456789012:t"})");
    BOOST_TEST(json_of("key=gr\xc3\xbc\xc3\x9f") == "{\"key\":\"gr\xc3\xbc\xc3\x9f\"}");
}

// A comma separates the values of a list, or members if a key follows.
BOOST_AUTO_TEST_CASE(lists)
{
    BOOST_TEST(json_of("Events=a,b") == R"({"Events":["a","b"]})");
    BOOST_TEST(json_of("Events=a,b,c=d") == R"({"Events":["a","b"],"c":"d"})");
    BOOST_TEST(json_of("a=b,c=d,e=f") == R"({"a":"b","c":"d","e":"f"})");
    BOOST_TEST(json_of("a=b\\,c") == R"({"a":"b,c"})");
    BOOST_TEST(json_of("a=[b, c],d=[]") == R"({"a":["b","c"],"d":[]})");
    BOOST_TEST(json_of("Rules=[{Strategy=BytesPerHour,BytesPerHour=7}]") ==
               R"({"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":"7"}]})");
    BOOST_TEST(json_of("S3={BucketName=b,Tagging={k=v}}") ==
               R"({"S3":{"BucketName":"b","Tagging":{"k":"v"}}})");
}

BOOST_AUTO_TEST_CASE(quotes)
{
    BOOST_TEST(json_of(R"(Policy='{"a":1}')") == R"({"Policy":"{\"a\":1}"})");
    BOOST_TEST(json_of(R"(a="b,c",d='e')") == R"({"a":"b,c","d":"e"})");
    BOOST_TEST(json_of(R"(a='it\'s',b="\\")") == R"({"a":"it's","b":"\\"})");
    BOOST_TEST(json_of(R"(a="x","y")") == R"({"a":["x","y"]})");
}

BOOST_AUTO_TEST_CASE(errors)
{
    BOOST_TEST(error_of("abc") == "\"=\" is expected at the end of the short form");
    BOOST_TEST(error_of("") == "a key is expected at the end of the short form");
    BOOST_TEST(error_of("a=b,") == "a value is expected at the end of the short form");
    BOOST_TEST(error_of("a=b,a=c") == "the key a stands there twice at \"c\" of the short form");
    BOOST_TEST(error_of("a='b") == "\"'\" is expected at the end of the short form");
    BOOST_TEST(error_of("a=[b") == "\",\" is expected at the end of the short form");
    BOOST_TEST(error_of("a=b]").starts_with("\",\" is expected at \"]\""));
    BOOST_TEST(error_of("a=[[[").find("is expected at the end") != std::string::npos);
    BOOST_TEST(error_of("a=" + std::string(10'000, '[')).starts_with("more than 32 levels"));
}

BOOST_AUTO_TEST_SUITE_END()
