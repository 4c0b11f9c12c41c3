#include <glacier/policy_document.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>

namespace glacier {
namespace {

using namespace std::string_literals;

/// A JSON object of so many bytes.
std::string object_of(std::size_t bytes)
{
    std::string const frame = R"({"Id":""})";
    return R"({"Id":")" + std::string(bytes - frame.size(), 'x') + "\"}";
}

BOOST_AUTO_TEST_SUITE(policy_document_test)

// A policy is one JSON object, kept as it was written.
BOOST_AUTO_TEST_CASE(objects_are_kept_as_they_are)
{
    for (std::string const& text :
         {"{}"s, " {\n\t\"Version\" : \"2012-10-17\", \"Statement\" : [ ] }\r\n"s,
          R"({"Id":"caf\u00e9 \ud835\udc9c","Id":"again","Statement":[{"Action":["a","b"]}]})"s,
          "{\"Id\":\"caf\xc3\xa9\"}"s, R"({"Version":2012,"Statement":null})"s}) {
        auto const policy = policy_document::parse(text);
        BOOST_TEST_REQUIRE(policy.has_value(), "refused: " << text);
        BOOST_TEST(policy->str() == text);
        BOOST_TEST(policy_document(text).str() == text);
    }
}

// Anything else is refused before it is sent.
BOOST_AUTO_TEST_CASE(anything_else_is_refused)
{
    for (std::string const& text : {""s,
                                    " "s,
                                    "[]"s,
                                    "null"s,
                                    "true"s,
                                    "5"s,
                                    "\"{}\""s,
                                    "{"s,
                                    "}"s,
                                    "{}{}"s,
                                    "{} x"s,
                                    "{}\0"s,
                                    "{'Id':'a'}"s,
                                    "{\"Id\":\"a\",}"s,
                                    "{\"Id\":\"\xff\"}"s,
                                    "{\"Id\":\"a\nb\"}"s,
                                    "{\"Id\":\"\\ud800\"}"s,
                                    "// a comment\n{}"s,
                                    "\xef\xbb\xbf{}"s,
                                    "{\"a\":" + std::string(1'000, '[') + std::string(1'000, ']') + "}"}) {
        auto const policy = policy_document::parse(text);
        BOOST_TEST_REQUIRE(policy.has_error(), "accepted: " << text);
        BOOST_TEST((policy.error() == errc::invalid_policy_document));
        BOOST_CHECK_EXCEPTION(policy_document{text}, invalid_value, [](invalid_value const& error) {
            return error.code() == errc::invalid_policy_document;
        });
    }
}

// 20,480 bytes are the most, spaces included.
BOOST_AUTO_TEST_CASE(bytes_are_limited)
{
    constexpr std::size_t most = 20'480;
    BOOST_TEST(object_of(most).size() == most);
    BOOST_TEST(policy_document::parse(object_of(most)).has_value());
    BOOST_TEST(policy_document::parse(object_of(most + 1)).has_error());
    BOOST_TEST(policy_document::parse("{}" + std::string(most - 2, ' ')).has_value());
    BOOST_TEST(policy_document::parse("{}" + std::string(most - 1, ' ')).has_error());
}

// The error names the rule; of the text it shows the beginning.
BOOST_AUTO_TEST_CASE(error_names_the_rule)
{
    BOOST_CHECK_EXCEPTION(policy_document("[1]\n"), invalid_value, [](invalid_value const& error) {
        return error.what() == "\"[1]\\x0a\": invalid policy: a JSON object of at most 20480 bytes (20 KB)"s;
    });
}

// One that was never given is empty, which none may be.
BOOST_AUTO_TEST_CASE(text_that_was_not_given)
{
    BOOST_TEST(!policy_document_rule::allows(policy_document().str()));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier
