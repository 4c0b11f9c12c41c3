#include "protocol/sigv4.hpp"

#include "base/iso8601.hpp"
#include "crypto/sha256.hpp"
#include "support/data.hpp"
#include "support/sigv4_suite.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glacier::protocol {
namespace {

using namespace test;

BOOST_AUTO_TEST_SUITE(sigv4_test)

// All cases of the published suite: the canonical request, the text that is signed, and the signature.
BOOST_AUTO_TEST_CASE(published_suite)
{
    auto const cases = read_suite();
    BOOST_TEST(cases.size() == 34U);
    for (suite_case const& tested : cases)
        BOOST_TEST_CONTEXT(tested.name)
        {
            http_request request = tested.request;
            signer signs(suite_scope);
            signs.sign(request, identity_of(tested), suite_time);
            BOOST_TEST(request.headers.get("authorization") == tested.authorization);

            auto const names = headers_to_sign(request.headers);
            std::string const payload = crypto::sha256_of(std::string_view(request.body)).hex();
            std::string const canonical = canonical_request(request, names, payload);
            BOOST_TEST(canonical == tested.canonical_request);
            std::string const text = string_to_sign(canonical, suite_time, suite_scope);
            BOOST_TEST(text == tested.string_to_sign);

            auto const key = signing_key(suite_identity().secret_access_key, suite_time, suite_scope);
            auto const parts = parse_authorization(tested.authorization);
            BOOST_TEST_REQUIRE(parts.has_value());
            BOOST_TEST(parts->signature == signature(key, text));
            BOOST_TEST(parts->access_key_id == "AKIDEXAMPLE");
            BOOST_TEST(parts->scope == credential_scope(suite_time, suite_scope));
            BOOST_TEST(parts->signed_headers == names, boost::test_tools::per_element());
        }
}

/// The example of the developer guide.
http_request guide_request()
{
    http_request request;
    request.method = http_method::put;
    request.target = "/-/vaults/examplevault";
    request.headers.add("Host", "glacier.us-east-1.amazonaws.com");
    request.headers.add("x-amz-glacier-version", "2012-06-01");
    return request;
}

timestamp const guide_time = *base::parse_iso8601_basic("20120525T002453Z");
signing_scope const guide_scope{"us-east-1", "glacier"};

credentials guide_identity()
{
    return credentials("AKIAIOSFODNN7EXAMPLE", secret_string("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
}

// The example that the developer guide computes step by step.
BOOST_AUTO_TEST_CASE(example_of_the_guide)
{
    http_request request = guide_request();
    signer signs(guide_scope);
    signs.sign(request, guide_identity(), guide_time);

    auto const names = headers_to_sign(request.headers);
    std::string const canonical = canonical_request(request, names, empty_payload_sha256);
    BOOST_TEST(crypto::sha256_of(std::string_view(canonical)).hex() ==
               "5f1da1a2d0feb614dd03d71e87928b8e449ac87614479332aced3a701f916743");
    BOOST_TEST(signing_key(guide_identity().secret_access_key, guide_time, guide_scope).hex() ==
               "75fb39ae89095e144a7b5b520c6761dcedc4fe3acf1fc6e51fee65489bfacf74");
    BOOST_TEST(request.headers.get("x-amz-date") == "20120525T002453Z");
    BOOST_TEST(request.headers.get("authorization") ==
               "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20120525/us-east-1/glacier/aws4_request, "
               "SignedHeaders=host;x-amz-date;x-amz-glacier-version, "
               "Signature=3ce5b2f2fffac9262b4da9256f8d086b4aaf42eba5f111c21681a65a127b7c2a");
}

// The hash of an empty body is that of no bytes.
BOOST_AUTO_TEST_CASE(hash_of_an_empty_body)
{
    BOOST_TEST(crypto::sha256_of(std::string_view()).hex() == empty_payload_sha256);
}

// A path that is percent-encoded on the wire is encoded once more in the canonical form.
BOOST_AUTO_TEST_CASE(path_is_encoded_twice)
{
    http_request request = guide_request();
    request.target = "/-/vaults/a%20b~c/./d//e";
    BOOST_TEST(canonical_request(request, {}, "p").starts_with("PUT\n/-/vaults/a%2520b~c/d/e\n\n"));
}

// The query is sorted by encoded names, then values; a name without a value gets an equals sign.
BOOST_AUTO_TEST_CASE(query_is_canonical)
{
    auto const canonical = [](std::string_view query) {
        http_request request = guide_request();
        request.target = "/?" + std::string(query);
        std::string const text = canonical_request(request, {}, "p");
        return text.substr(6, text.find('\n', 6) - 6);
    };
    BOOST_TEST(canonical("").empty());
    BOOST_TEST(canonical("operation=add") == "operation=add");
    BOOST_TEST(canonical("b=2&a=2&a=1&B=3") == "B=3&a=1&a=2&b=2");
    BOOST_TEST(canonical("marker&limit=5") == "limit=5&marker=");
    BOOST_TEST(canonical("&&a=1&") == "a=1");
    BOOST_TEST(canonical("a=b=c") == "a=b%3Dc");
    BOOST_TEST(canonical("m=arn%3aaws%3Aglacier/x~y+z") == "m=arn%3Aaws%3Aglacier%2Fx~y%2Bz");
    // What is not encoded properly counts as raw.
    BOOST_TEST(canonical("a=100%") == "a=100%25");
    // `a-b` sorts before `a`, since the equals sign is no part of a name.
    BOOST_TEST(canonical("a=1&a-b=2") == "a=1&a-b=2");
}

// Runs of blanks in a header count as one, and outer ones not at all; the wire keeps them.
BOOST_AUTO_TEST_CASE(blanks_are_folded)
{
    http_request request = guide_request();
    request.headers.add("X-Amz-Archive-Description", "  two  blanks \t and a tab  ");
    std::string const canonical = canonical_request(request, {"x-amz-archive-description"}, "p");
    BOOST_TEST((canonical.find("\nx-amz-archive-description:two blanks and a tab\n") != std::string::npos));
    signer(guide_scope).sign(request, guide_identity(), guide_time);
    BOOST_TEST(request.headers.get("x-amz-archive-description") == "  two  blanks \t and a tab  ");
}

// All headers are signed, sorted and each once, but those that proxies may change.
BOOST_AUTO_TEST_CASE(which_headers_are_signed)
{
    http_headers headers;
    for (char const* const name : {"X-Amz-Sha256-Tree-Hash",
                                   "Host",
                                   "x-amz-date",
                                   "Content-Type",
                                   "HOST",
                                   "Range",
                                   "Content-Range",
                                   "Authorization",
                                   "Connection",
                                   "Expect",
                                   "Keep-Alive",
                                   "Proxy-Authenticate",
                                   "Proxy-Authorization",
                                   "TE",
                                   "Trailer",
                                   "Transfer-Encoding",
                                   "Upgrade",
                                   "User-Agent",
                                   "X-Amzn-Trace-Id",
                                   "x-amz-security-token"})
        headers.add(name, "1");
    std::vector<std::string> const expected{
        "content-range",        "content-type",          "host", "range", "x-amz-date",
        "x-amz-security-token", "x-amz-sha256-tree-hash"};
    BOOST_TEST(headers_to_sign(headers) == expected, boost::test_tools::per_element());
}

// The hash of the payload is that of the header where there is one, for a body that is streamed.
BOOST_AUTO_TEST_CASE(payload_hash)
{
    auto const signed_with = [](std::string body, std::string header) {
        http_request request = guide_request();
        request.body = std::move(body);
        if (!header.empty())
            request.headers.add("X-Amz-Content-Sha256", std::move(header));
        signer(guide_scope).sign(request, guide_identity(), guide_time);
        auto const names = headers_to_sign(request.headers);
        return std::pair(parse_authorization(request.headers.get("authorization"))->signature,
                         std::pair(request, names));
    };
    auto const expected = [](http_request const& request, std::vector<std::string> const& names,
                             std::string_view hash) {
        auto const key = signing_key(guide_identity().secret_access_key, guide_time, guide_scope);
        return signature(key,
                         string_to_sign(canonical_request(request, names, hash), guide_time, guide_scope));
    };
    std::string const hash = crypto::sha256_of("{}").hex();
    {
        auto const [made, rest] = signed_with("{}", "");
        BOOST_TEST(made == expected(rest.first, rest.second, hash));
    }
    {
        std::string const streamed(64, 'a');
        auto const [made, rest] = signed_with("", streamed);
        BOOST_TEST(made == expected(rest.first, rest.second, streamed));
        BOOST_TEST(
            (std::find(rest.second.begin(), rest.second.end(), "x-amz-content-sha256") != rest.second.end()));
    }
}

// Signing again replaces date, token and signature, so that a repetition is signed anew.
BOOST_AUTO_TEST_CASE(signing_again_replaces)
{
    http_request request = guide_request();
    signer signs(guide_scope);
    credentials with_token = guide_identity();
    with_token.session_token = secret_string("a token");
    signs.sign(request, with_token, guide_time + std::chrono::hours(24));
    BOOST_TEST(request.headers.get("x-amz-security-token") == "a token");
    BOOST_TEST(
        (request.headers.get("authorization").find(";x-amz-security-token,") != std::string_view::npos));
    BOOST_TEST((request.headers.get("authorization").find("/20120526/") != std::string_view::npos));

    signs.sign(request, guide_identity(), guide_time);
    http_request once = guide_request();
    signer(guide_scope).sign(once, guide_identity(), guide_time);
    BOOST_TEST(request.headers.get("authorization") == once.headers.get("authorization"));
    BOOST_TEST(request.headers.find("x-amz-security-token") == nullptr);
    BOOST_TEST(request.headers.size() == once.headers.size());
}

// The key that is kept is that of the day, the access key and the secret: none of them may be mixed up.
BOOST_AUTO_TEST_CASE(kept_key_is_the_right_one)
{
    signer kept(guide_scope);
    credentials const first = guide_identity();
    credentials const other_id("AKIDOTHER", secret_string(first.secret_access_key.reveal()));
    credentials const other_secret(first.access_key_id, secret_string("another secret"));
    timestamp const next_day = guide_time + std::chrono::hours(24);
    for (int round = 0; round < 2; ++round)
        for (auto const& [identity, time] :
             {std::pair(first, guide_time), std::pair(first, guide_time), std::pair(other_secret, guide_time),
              std::pair(other_id, guide_time), std::pair(first, next_day),
              std::pair(other_secret, next_day)}) {
            http_request with_kept = guide_request();
            kept.sign(with_kept, identity, time);
            http_request with_new = guide_request();
            signer(guide_scope).sign(with_new, identity, time);
            BOOST_TEST(with_kept.headers.get("authorization") == with_new.headers.get("authorization"));
        }
}

// The secret stands nowhere in what is sent.
BOOST_AUTO_TEST_CASE(secret_is_not_sent)
{
    http_request request = guide_request();
    signer(guide_scope).sign(request, guide_identity(), guide_time);
    for (auto const& [name, value] : request.headers)
        BOOST_TEST((value.find(guide_identity().secret_access_key.reveal()) == std::string::npos));
}

// The parts of the header are read with or without blanks after commas, in any order.
BOOST_AUTO_TEST_CASE(authorization_is_read)
{
    for (std::string_view const header :
         {"AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/glacier/aws4_request, "
          "SignedHeaders=host;x-amz-date, "
          "Signature=abc",
          "AWS4-HMAC-SHA256 "
          "Credential=AKID/20150830/us-east-1/glacier/aws4_request,SignedHeaders=host;x-amz-date,Signature="
          "abc",
          "AWS4-HMAC-SHA256   Signature=abc ,\tSignedHeaders=host;x-amz-date,, Other=1, "
          "Credential=AKID/20150830/us-east-1/glacier/aws4_request"}) {
        auto const parsed = parse_authorization(header);
        BOOST_TEST_REQUIRE(parsed.has_value(), header);
        BOOST_TEST(parsed->access_key_id == "AKID");
        BOOST_TEST(parsed->scope == "20150830/us-east-1/glacier/aws4_request");
        BOOST_TEST(parsed->signature == "abc");
        std::vector<std::string> const expected{"host", "x-amz-date"};
        BOOST_TEST(parsed->signed_headers == expected, boost::test_tools::per_element());
    }
}

// What lacks a part, or is of another kind, is no such header.
BOOST_AUTO_TEST_CASE(other_authorizations_are_refused)
{
    for (std::string_view const header :
         {"", "Basic YTpi", "AWS AKID:abc", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ",
          "AWS4-HMAC-SHA512 Credential=a/b, SignedHeaders=host, Signature=abc",
          "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=abc",
          "AWS4-HMAC-SHA256 Credential=a/b, Signature=abc",
          "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host",
          "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=, Signature=abc",
          "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=",
          "AWS4-HMAC-SHA256 Credential=ab, SignedHeaders=host, Signature=abc",
          "AWS4-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=host, Signature=abc",
          "AWS4-HMAC-SHA256 Credential=a/b/c/d/e/f, SignedHeaders=host, Signature=abc",
          "AWS4-HMAC-SHA256Credential=a/b/c/d/e, SignedHeaders=host, Signature=abc",
          "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=abc, nonsense",
          "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, credential=a/b/c/d/e, signature=a, Signature=a",
          "aws4-hmac-sha256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=abc"})
        BOOST_TEST(!parse_authorization(header).has_value(), "accepted: " << header);
}

// The sentence names what is wrong, and all that is missing; it never shows a signature or a password.
BOOST_AUTO_TEST_CASE(why_an_authorization_is_refused)
{
    auto const why = [](std::string const& header) { return parse_authorization(header).error().message; };
    BOOST_TEST(why("Basic dXNlcjpwYXNz") == "Unsupported AWS 'algorithm': 'Basic'.");
    BOOST_TEST(why("AWS4-HMAC-SHA256 Signature=abc") ==
               "Authorization header requires 'Credential' parameter. "
               "Authorization header requires 'SignedHeaders' parameter.");
    BOOST_TEST(why("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=abc") ==
               "Credential must have exactly 5 slash-delimited elements, e.g. "
               "keyid/date/region/service/term, got 'a/b'.");
    std::string const whole = "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=abc";
    BOOST_TEST(why(whole + ", nonsense") ==
               "'nonsense' not a valid key=value pair (missing equal-sign) in Authorization header.");
    for (std::string const name : {"Credential", "SignedHeaders", "Signature"})
        BOOST_TEST(why(whole + "," + name + "=x") ==
                   "Authorization header has more than one '" + name + "' parameter.");
    BOOST_TEST(why(std::string(100'000, 'x')).size() < 100U);
    BOOST_TEST(why("AWS4-HMAC-SHA256 " + std::string(100'000, '\n')).size() < 300U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
