#include "emulator/verifier.hpp"

#include "base/iso8601.hpp"
#include "fixture.hpp"

namespace glacier::emulation {

namespace {

struct verifier_fixture {
    verifier_fixture()
    {
        request.method = protocol::http_method::put;
        request.target = "/-/vaults/examplevault";
        request.headers.add("host", "glacier.us-east-1.amazonaws.com");
        request.headers.add("x-amz-glacier-version", "2012-06-01");
    }

    void sign(std::string region = "us-east-1", std::string service = "glacier")
    {
        protocol::signer signer(protocol::signing_scope{std::move(region), std::move(service)});
        signer.sign(request, identity, now);
    }

    std::string check(timestamp at) const
    {
        verifier const own(identity, protocol::signing_scope{"us-east-1", "glacier"});
        auto const error = own.check(request, protocol::empty_payload_sha256, at);
        if (!error)
            return "accepted";
        return std::to_string(error->status) + " " + error->code_text + ": " + error->message;
    }

    std::string check() const { return check(now); }

    /// Replaces a piece of the Authorization header.
    void tamper(std::string_view from, std::string_view to)
    {
        std::string header(request.headers.get("authorization"));
        auto const place = header.find(from);
        BOOST_TEST_REQUIRE(place != std::string::npos);
        header.replace(place, from.size(), to);
        request.headers.set("authorization", header);
    }

    credentials identity{"AKIAIOSFODNN7EXAMPLE", secret_string("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")};
    timestamp now = base::parse_iso8601_basic("20120525T002453Z").value();
    protocol::http_request request;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(verifier_suite, verifier_fixture)

// The example of the developer guide, with the signature that stands there.
BOOST_AUTO_TEST_CASE(the_signature_of_the_guide_is_accepted)
{
    request.headers.add("x-amz-date", "20120525T002453Z");
    request.headers.add(
        "authorization",
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20120525/us-east-1/glacier/aws4_request,"
        "SignedHeaders=host;x-amz-date;x-amz-glacier-version,"
        "Signature=3ce5b2f2fffac9262b4da9256f8d086b4aaf42eba5f111c21681a65a127b7c2a");
    BOOST_TEST(check() == "accepted");
    tamper("3ce5", "3ce6");
    BOOST_TEST(check().starts_with("403 InvalidSignatureException: The request signature we calculated"));
}

BOOST_AUTO_TEST_CASE(whatever_changes_after_signing_is_noticed)
{
    std::string const refused = "403 InvalidSignatureException: The request signature we calculated";
    sign();
    BOOST_TEST(check() == "accepted");
    auto const original = request;
    request.target = "/-/vaults/othervault";
    BOOST_TEST(check().starts_with(refused));
    request = original;
    request.method = protocol::http_method::delete_;
    BOOST_TEST(check().starts_with(refused));
    request = original;
    request.headers.set("host", "elsewhere");
    BOOST_TEST(check().starts_with(refused));
    request = original;
    verifier const own(identity, protocol::signing_scope{"us-east-1", "glacier"});
    BOOST_TEST(own.check(request, std::string(64, '0'), now).has_value());
    identity.secret_access_key = secret_string("another");
    BOOST_TEST(check().starts_with(refused));
}

BOOST_AUTO_TEST_CASE(spaces_in_a_description_do_not_matter_to_the_signature)
{
    request.headers.add("x-amz-archive-description", "two  spaces   three");
    sign();
    BOOST_TEST(check() == "accepted");
}

BOOST_AUTO_TEST_CASE(missing_and_incomplete_signatures)
{
    BOOST_TEST(check() == "400 MissingAuthenticationTokenException: Missing Authentication Token");
    for (std::string const header :
         {"Basic dXNlcjpwYXNz", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=x",
          "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host"}) {
        request.headers.set("authorization", header);
        BOOST_TEST(check().starts_with("400 IncompleteSignatureException: "));
    }
    sign();
    request.headers.remove("x-amz-date");
    BOOST_TEST(check().starts_with("400 IncompleteSignatureException: "));
}

BOOST_AUTO_TEST_CASE(an_unknown_key_is_told_from_a_wrong_signature)
{
    sign();
    tamper("AKIAIOSFODNN7EXAMPLE", "AKIAUNKNOWN");
    BOOST_TEST(check() ==
               "400 UnrecognizedClientException: The security token included in the request is invalid.");
}

BOOST_AUTO_TEST_CASE(the_scope_must_be_that_of_the_service)
{
    sign("eu-west-1");
    BOOST_TEST(
        check() ==
        "403 InvalidSignatureException: Credential should be scoped to a valid region, not 'eu-west-1'.");
    sign("us-east-1", "s3");
    BOOST_TEST(check() ==
               "403 InvalidSignatureException: Credential should be scoped to correct service: 'glacier'.");
    sign();
    tamper("aws4_request", "aws5_request");
    BOOST_TEST(check().find("valid terminator") != std::string::npos);
    sign();
    tamper("20120525/", "20120524/");
    BOOST_TEST(check().find("Date in Credential scope does not match") != std::string::npos);
    sign();
    tamper("20120525/us-east-1/glacier/aws4_request", "20120525");
    BOOST_TEST(check().starts_with("403 InvalidSignatureException"));
}

BOOST_AUTO_TEST_CASE(a_signature_is_good_for_five_minutes_before_and_after)
{
    sign();
    BOOST_TEST(check(now + 5min) == "accepted");
    BOOST_TEST(check(now - 5min) == "accepted");
    BOOST_TEST(check(now + 5min + 1s) ==
               "403 InvalidSignatureException: Signature expired: 20120525T002453Z is now earlier than "
               "20120525T002454Z (20120525T002954Z - 5 min.)");
    BOOST_TEST(
        check(now - 5min - 1s) ==
        "403 InvalidSignatureException: Signature not yet current: 20120525T002453Z is still later than "
        "20120525T002452Z (20120525T001952Z + 5 min.)");
}

BOOST_AUTO_TEST_CASE(what_tells_the_service_what_to_do_must_be_signed)
{
    sign();
    request.headers.add("x-amz-archive-description", "added");
    BOOST_TEST(check() ==
               "403 InvalidSignatureException: There were headers present in the request which were not "
               "signed: x-amz-archive-description");
    request.headers.remove("x-amz-archive-description");
    tamper("host;", "");
    BOOST_TEST(check().find("'Host' must be a 'SignedHeader'") != std::string::npos);
    sign();
    tamper("host;", "host;x-absent;");
    BOOST_TEST(check().find("A header that is signed is not in the request: x-absent") != std::string::npos);
    // Others may go unsigned, as proxies add them.
    sign();
    request.headers.add("user-agent", "test");
    BOOST_TEST(check() == "accepted");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
