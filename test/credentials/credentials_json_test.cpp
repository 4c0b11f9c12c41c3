#include "credentials/credentials_json.hpp"

#include "base/iso8601.hpp"
#include "credentials/sources_fixture.hpp"

namespace glacier::credentials_sources {

namespace {

template <class Action>
std::string fault_of(Action act)
{
    operation_error const error = test::error_of(act);
    BOOST_TEST(error.code() == errc::credentials_failed);
    BOOST_TEST(!test::holds(error.what(), "hidden"));
    return error.details().message;
}

std::string fault_of_text(std::string const& text)
{
    return fault_of([&text] { secret_json("S", text); });
}

} // namespace

BOOST_AUTO_TEST_SUITE(credentials_json_test)

// Members by their types; null and empty texts are as good as missing.
BOOST_AUTO_TEST_CASE(members)
{
    secret_json const document(
        "S",
        R"({"text":"x","empty":"","null":null,"number":-7,"object":{"a":"b"},"time":"2026-01-02T03:04:05Z"})");
    auto const& root = document.root();
    BOOST_TEST(document.text(root, "text") == "x");
    BOOST_TEST(!document.find_text(root, "empty").has_value());
    BOOST_TEST(!document.find_text(root, "null").has_value());
    BOOST_TEST(!document.find_text(root, "missing").has_value());
    BOOST_TEST(document.number(root, "number") == -7);
    BOOST_TEST(document.text(document.object(root, "object"), "a") == "b");
    BOOST_TEST(base::to_iso8601_seconds(document.find_time(root, "time").value()) == "2026-01-02T03:04:05Z");
    BOOST_TEST(!document.find_time(root, "missing").has_value());
}

// Wrong types and missing members are named, and never shown.
BOOST_AUTO_TEST_CASE(wrong_members)
{
    secret_json const document("S", R"({"text":"hidden","number":"hidden","float":1.5,"list":["hidden"]})");
    auto const& root = document.root();
    BOOST_TEST(fault_of([&] { document.text(root, "missing"); }) == "S: the answer lacks missing");
    BOOST_TEST(fault_of([&] { document.find_text(root, "list"); }) == "S: list is no text");
    BOOST_TEST(fault_of([&] { document.object(root, "text"); }) == "S: the answer lacks the object text");
    BOOST_TEST(fault_of([&] { document.object(root, "missing"); }) ==
               "S: the answer lacks the object missing");
    BOOST_TEST(fault_of([&] { document.number(root, "number"); }) == "S: number is no whole number");
    BOOST_TEST(fault_of([&] { document.number(root, "float"); }) == "S: float is no whole number");
    BOOST_TEST(fault_of([&] { document.find_time(root, "text"); }) ==
               "S: text is no time such as 2026-01-31T12:00:00Z");
}

// What is no object, is cut, nests too deep, or has something behind its end.
BOOST_AUTO_TEST_CASE(no_object)
{
    std::string deep;
    for (int i = 0; i < 9; ++i)
        deep += "{\"hidden\":";
    for (std::string const& text :
         {std::string(), std::string("hidden"), std::string("\"hidden\""), std::string("[{}]"),
          std::string("{"), std::string("{\"hidden\":1"), std::string("{} hidden"),
          deep + "1" + std::string(9, '}'), std::string(1'000'000, '['), std::string("{\"a\":\"\xff\"}"),
          std::string("\0{}", 3)})
        BOOST_TEST(fault_of_text(text) == "S: no JSON object with credentials", text.substr(0, 30));
}

// Credentials by whatever names; what would break out of a header is refused.
BOOST_AUTO_TEST_CASE(credentials_of_a_document)
{
    credentials_names names;
    names.session_token = "Token";
    secret_json const good("S", R"({"AccessKeyId":"A","SecretAccessKey":"s","Token":"t","AccountId":"1",)"
                                R"("Expiration":"2026-01-02T03:04:05Z"})");
    credentials const read = read_credentials(good, good.root(), names, "S");
    BOOST_TEST(read.access_key_id == "A");
    BOOST_TEST(read.secret_access_key.reveal() == "s");
    BOOST_TEST(read.session_token.reveal() == "t");
    BOOST_TEST(read.account_id.value() == "1");
    BOOST_TEST(read.expiration.has_value());
    BOOST_TEST(read.source == "S");
    names.expiration = {};
    names.account_id = {};
    credentials const less = read_credentials(good, good.root(), names, "S");
    BOOST_TEST(!less.expiration.has_value());
    BOOST_TEST(!less.account_id.has_value());

    secret_json const bad("S", R"({"AccessKeyId":"A\r\nX: hidden","SecretAccessKey":"hidden"})");
    BOOST_TEST(
        test::holds(fault_of([&] { read_credentials(bad, bad.root(), names, "S"); }), "access key id"));
}

// Error documents in the spellings that are in use; nothing else of a text is shown.
BOOST_AUTO_TEST_CASE(words)
{
    BOOST_TEST(error_words(R"({"code":"C","message":"m","AccessKeyId":"hidden"})") == "C: m");
    BOOST_TEST(error_words(R"({"Code":"C","Message":"m\n"})") == "C: m\\x0a");
    BOOST_TEST(error_words(R"({"__type":"T","message":"m"})") == "T: m");
    BOOST_TEST(error_words(R"({"error":"e","error_description":"d"})") == "e: d");
    BOOST_TEST(error_words(R"({"message":["hidden"]})").empty());
    BOOST_TEST(error_words("hidden").empty());
    BOOST_TEST(error_words("[]").empty());
    BOOST_TEST(error_words(R"({"message":")" + std::string(1'000, 'x') + "\"}").size() <= 210U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
