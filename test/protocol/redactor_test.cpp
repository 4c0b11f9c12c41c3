#include "protocol/redactor.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace glacier::protocol {
namespace {

constexpr char const* key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

struct redactor_fixture {
    redactor_fixture() { sut.add(key); }

    redactor sut;
};

BOOST_FIXTURE_TEST_SUITE(redactor_test, redactor_fixture)

// Each place where a secret stands is replaced, and nothing else.
BOOST_AUTO_TEST_CASE(secrets_are_replaced)
{
    BOOST_TEST(sut.redact("") == "");
    BOOST_TEST(sut.redact("no secret here") == "no secret here");
    BOOST_TEST(sut.redact(key) == "[redacted]");
    BOOST_TEST(sut.redact("a " + std::string(key) + " b " + key) == "a [redacted] b [redacted]");
    BOOST_TEST(sut.redact(std::string(key) + key) == "[redacted][redacted]");
}

// In a URL a secret has other characters.
BOOST_AUTO_TEST_CASE(encoded_secrets_are_replaced)
{
    BOOST_TEST(sut.redact("?key=wJalrXUtnFEMI%2FK7MDENG%2FbPxRfiCYEXAMPLEKEY&x") == "?key=[redacted]&x");
}

// JSON may escape slashes, and so it does in AWS's own answers.
BOOST_AUTO_TEST_CASE(escaped_secrets_are_replaced)
{
    BOOST_TEST(sut.redact(R"("wJalrXUtnFEMI\/K7MDENG\/bPxRfiCYEXAMPLEKEY")") == "\"[redacted]\"");
}

// A secret without a letter is one too.
BOOST_AUTO_TEST_CASE(secrets_without_words)
{
    redactor other;
    other.add("/+/+/+/+=");
    BOOST_TEST(other.redact("a /+/+/+/+= b") == "a [redacted] b");
    BOOST_TEST(other.redact("a %2F%2B%2F%2B%2F%2B%2F%2B%3D b") == "a [redacted] b");
    BOOST_TEST(other.redact("a b") == "a b");
}

// Where a text was cut off, the beginning of a secret is one too; a few letters may be chance.
BOOST_AUTO_TEST_CASE(cut_secrets_are_replaced)
{
    BOOST_TEST(sut.redact("the key wJalrXUtnFEMI/K7MD") == "the key [redacted]");
    BOOST_TEST(sut.redact("the key wJalrXUt") == "the key [redacted]");
    BOOST_TEST(sut.redact("the key wJalrXU") == "the key wJalrXU");
    BOOST_TEST(sut.redact("wJalrXUtn in the middle") == "wJalrXUtn in the middle");
}

// A short word cannot be told from others, and nothing cannot be found.
BOOST_AUTO_TEST_CASE(short_secrets_are_left)
{
    redactor other;
    other.add("");
    other.add("secret");
    BOOST_TEST(other.redact("the secret key") == "the secret key");
}

// What a signed request holds: key, token, signature, and the header as a whole.
BOOST_AUTO_TEST_CASE(secrets_of_a_request)
{
    credentials identity("AKIAIOSFODNN7EXAMPLE", secret_string("another-secret-key"));
    identity.session_token = secret_string("FwoGZXIvYXdzEBY+token==");
    std::string const authorization = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260203/x/glacier/"
                                      "aws4_request, SignedHeaders=host, Signature=0123456789abcdef";
    redactor sut_of_request;
    sut_of_request.add(identity, authorization);

    BOOST_TEST(sut_of_request.redact("another-secret-key, FwoGZXIvYXdzEBY+token==, 0123456789abcdef") ==
               "[redacted], [redacted], [redacted]");
    BOOST_TEST(sut_of_request.redact("<" + authorization + ">") == "<[redacted]>");
    BOOST_TEST(sut_of_request.redact("AKIAIOSFODNN7EXAMPLE") == "AKIAIOSFODNN7EXAMPLE");
    BOOST_TEST(sut_of_request.redact("not AWS4-HMAC-SHA256") == "not AWS4-HMAC-SHA256");
}

// All of an answer that may be shown.
BOOST_AUTO_TEST_CASE(answers)
{
    http_response answer;
    answer.status = 403;
    answer.headers.add("x-amzn-requestid", "id " + std::string(key));
    answer.headers.add("x-other", "same");
    answer.body = R"({"message":")" + std::string(key) + "\"}";
    sut.redact(answer);

    BOOST_TEST(answer.status == 403);
    BOOST_TEST(answer.headers.get("x-amzn-requestid") == "id [redacted]");
    BOOST_TEST(answer.headers.get("x-other") == "same");
    BOOST_TEST(answer.body == R"({"message":"[redacted]"})");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
