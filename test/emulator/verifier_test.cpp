#include "emulator/verifier.hpp"

#include "base/iso8601.hpp"
#include "fixture.hpp"
#include "support/sigv4_suite.hpp"

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

    void sign_as(credentials const& other)
    {
        protocol::signer signer(protocol::signing_scope{"us-east-1", "glacier"});
        signer.sign(request, other, now);
    }

    /// Signs these headers in this order, as a signer with its own ideas would.
    void sign_exactly(std::vector<std::string> const& names)
    {
        protocol::signing_scope const scope{"us-east-1", "glacier"};
        request.headers.remove("authorization");
        auto const canonical = protocol::canonical_request(request, names, protocol::empty_payload_sha256);
        auto const key = protocol::signing_key(identity.secret_access_key, now, scope);
        std::string joined;
        for (std::string const& name : names)
            joined += (joined.empty() ? "" : ";") + name;
        request.headers.add(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=" + identity.access_key_id + "/" +
                protocol::credential_scope(now, scope) + ",SignedHeaders=" + joined +
                ",Signature=" + protocol::signature(key, protocol::string_to_sign(canonical, now, scope)));
    }

    std::string check(timestamp at) const
    {
        std::vector<credentials> identities{identity};
        identities.insert(identities.end(), others.begin(), others.end());
        verifier const own(std::move(identities), protocol::signing_scope{"us-east-1", "glacier"});
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
    std::vector<credentials> others;
    protocol::http_request request;
};

credentials temporary(std::string access_key, std::string_view token)
{
    credentials identity{std::move(access_key), secret_string("its own secret")};
    identity.session_token = secret_string(token);
    return identity;
}

constexpr std::string_view no_match = "403 InvalidSignatureException: The request signature we calculated";
constexpr std::string_view unknown_client =
    "400 UnrecognizedClientException: The security token included in the request is invalid.";

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
    BOOST_TEST(
        check() ==
        "400 IncompleteSignatureException: Credential must have exactly 5 slash-delimited elements, e.g. "
        "keyid/date/region/service/term, got 'AKIAIOSFODNN7EXAMPLE/20120525'.");
}

BOOST_AUTO_TEST_CASE(a_signature_is_good_for_five_minutes_before_and_after)
{
    sign();
    BOOST_TEST(check(now + 5min) == "accepted");
    BOOST_TEST(check(now - 5min) == "accepted");
    // Signatures are of whole seconds, so fractions of the service's clock do not count.
    BOOST_TEST(check(now + 5min + 999ms) == "accepted");
    BOOST_TEST(check(now - 5min + 1ms) == "accepted");
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

// ISO's basic form in Date does as well; X-Amz-Date wins over it, whether it can be read or not.
BOOST_AUTO_TEST_CASE(which_date_counts)
{
    request.headers.add("date", "20120525T002453Z");
    sign_exactly({"date", "host", "x-amz-glacier-version"});
    BOOST_TEST(check() == "accepted");
    request.headers.set("date", "Fri, 25 May 2012 00:24:53 GMT");
    sign();
    BOOST_TEST(check() == "accepted");
    request.headers.set("x-amz-date", "yesterday\n");
    request.headers.set("date", "20120525T002453Z");
    BOOST_TEST(check() == "400 IncompleteSignatureException: Date must be in ISO-8601 'basic format'. Got "
                          "'yesterday\\x0a'. See https://en.wikipedia.org/wiki/ISO_8601");
    request.headers.set("x-amz-date", "20120525T002453Z");
    request.headers.add("x-amz-date", "20120525T002453Z");
    BOOST_TEST(check().starts_with("400 IncompleteSignatureException: Date must be"));
    request.headers.remove("x-amz-date");
    request.headers.remove("date");
    BOOST_TEST(check() == "400 IncompleteSignatureException: Authorization header requires existence of "
                          "either a 'X-Amz-Date' or a 'Date' header.");
}

BOOST_AUTO_TEST_CASE(an_authorization_in_any_order_but_only_one)
{
    sign();
    std::string const header(request.headers.get("authorization"));
    auto const parsed = protocol::parse_authorization(header);
    BOOST_TEST_REQUIRE(parsed.has_value());
    std::string const credential = "Credential=" + parsed->access_key_id + "/" + parsed->scope;
    std::string const names = "SignedHeaders=host;x-amz-date;x-amz-glacier-version";
    std::string const signature = "Signature=" + parsed->signature;
    for (std::string const& text :
         {credential + "," + names + "," + signature, signature + " ,\t" + names + ",," + credential + ",",
          "  " + names + ", Extra=1, " + signature + ", " + credential + "  "}) {
        request.headers.set("authorization", "AWS4-HMAC-SHA256 " + text);
        BOOST_TEST(check() == "accepted");
    }
    // A second one is read as the rest of the first.
    request.headers.set("authorization", header);
    request.headers.add("Authorization", header);
    BOOST_TEST(
        check().starts_with("400 IncompleteSignatureException: Authorization header has more than one"));
    request.headers.set("authorization", "AWS4-HMAC-SHA256 " + std::string(1'000'000, ','));
    BOOST_TEST(check().starts_with("400 IncompleteSignatureException: Authorization header requires"));
    request.headers.set("authorization", "");
    BOOST_TEST(check() == "400 MissingAuthenticationTokenException: Missing Authentication Token");
}

BOOST_AUTO_TEST_CASE(a_signature_in_the_query_is_none)
{
    request.target += "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a&X-Amz-Signature=abc";
    BOOST_TEST(check() ==
               "400 MissingAuthenticationTokenException: Missing Authentication Token: the service takes "
               "signatures in the Authorization header only, not in the query");
    // Beside a header it is a query like any other.
    sign();
    BOOST_TEST(check() == "accepted");
}

BOOST_AUTO_TEST_CASE(each_identity_signs_with_its_own_keys_and_token)
{
    auto const first = temporary("ASIAFIRST", "to/k+en==");
    auto const second = credentials("AKIASECOND", secret_string("second secret"));
    others = {first, second};
    for (credentials const& each : {identity, first, second}) {
        sign_as(each);
        BOOST_TEST(check() == "accepted");
    }
    sign_as(credentials("AKIASECOND", first.secret_access_key));
    BOOST_TEST(check().starts_with(no_match));
    // Missing, wrong, twice, and where none belongs.
    sign_as(credentials("ASIAFIRST", first.secret_access_key));
    BOOST_TEST(check() == unknown_client);
    sign_as(temporary("ASIAFIRST", "to/k+en="));
    BOOST_TEST(check() == unknown_client);
    request.headers.add("x-amz-security-token", "to/k+en==");
    sign_exactly({"host", "x-amz-date", "x-amz-glacier-version", "x-amz-security-token"});
    BOOST_TEST(check() == unknown_client);
    sign_as(temporary("AKIASECOND", "to/k+en=="));
    BOOST_TEST(check() == unknown_client);
}

BOOST_AUTO_TEST_CASE(a_session_token_must_be_signed_with_the_rest)
{
    identity.session_token = secret_string("token");
    request.headers.add("x-amz-security-token", "token");
    request.headers.add("x-amz-date", "20120525T002453Z");
    sign_exactly({"host", "x-amz-date", "x-amz-glacier-version"});
    BOOST_TEST(check() ==
               "403 InvalidSignatureException: There were headers present in the request which were "
               "not signed: x-amz-security-token");
}

BOOST_AUTO_TEST_CASE(a_session_token_ends_at_its_time)
{
    identity.session_token = secret_string("token");
    identity.expiration = now + 1min;
    sign();
    BOOST_TEST(check(now + 1min - 1ms) == "accepted");
    BOOST_TEST(check(now + 1min) ==
               "403 ExpiredTokenException: The security token included in the request is expired");
    // Whoever has another token learns nothing of this one.
    sign_as(temporary(identity.access_key_id, "other"));
    BOOST_TEST(check(now + 1min) == unknown_client);
}

BOOST_AUTO_TEST_CASE(signed_headers_are_in_lower_case_and_in_order)
{
    request.headers.add("x-amz-date", "20120525T002453Z");
    sign_exactly({"host", "x-amz-glacier-version", "x-amz-date"});
    BOOST_TEST(check() == "403 InvalidSignatureException: The names in 'SignedHeaders' must be sorted, each "
                          "once: 'x-amz-date' does not come after 'x-amz-glacier-version'.");
    sign_exactly({"host", "host", "x-amz-date", "x-amz-glacier-version"});
    BOOST_TEST(
        check().starts_with("403 InvalidSignatureException: The names in 'SignedHeaders' must be sorted"));
    sign_exactly({"Host", "x-amz-date", "x-amz-glacier-version"});
    BOOST_TEST(check() ==
               "403 InvalidSignatureException: The names in 'SignedHeaders' must be in lower case: 'Host'.");
    sign_exactly({"", "host", "x-amz-date", "x-amz-glacier-version"});
    tamper("SignedHeaders=host", "SignedHeaders=;host");
    BOOST_TEST(check().starts_with("403 InvalidSignatureException: The names in 'SignedHeaders' must be"));
}

// A header that comes twice is signed as one, in the order of arrival.
BOOST_AUTO_TEST_CASE(headers_that_come_twice)
{
    request.headers.add("x-amz-meta", "one");
    request.headers.add("X-Amz-Meta", " two  three ");
    sign();
    BOOST_TEST(check() == "accepted");
    auto swapped = request;
    swapped.headers.remove("x-amz-meta");
    swapped.headers.add("x-amz-meta", "two three");
    swapped.headers.add("x-amz-meta", "one");
    std::swap(request, swapped);
    BOOST_TEST(check().starts_with(no_match));
    request.headers.remove("x-amz-meta");
    request.headers.add("x-amz-meta", "one,two three");
    BOOST_TEST(check() == "accepted");
}

// What the canonical form makes equal verifies as equal, and nothing else does.
BOOST_AUTO_TEST_CASE(equal_forms_of_a_target)
{
    auto const accepted = [this](std::string const& signed_target, std::string const& sent) {
        request.target = signed_target;
        sign();
        request.target = sent;
        return check() == "accepted";
    };
    BOOST_TEST(accepted("/-/vaults/a", "/-//vaults/./b/../a"));
    BOOST_TEST(accepted("/-/vaults?b=2&a=1&a=0", "/-/vaults?a=0&a=1&b=2"));
    BOOST_TEST(accepted("/-/vaults?a", "/-/vaults?a="));
    BOOST_TEST(accepted("/-/vaults?a=%7e%2F%20", "/-/vaults?a=~/%20"));
    BOOST_TEST(!accepted("/-/vaults/a", "/-/vaults/a/"));
    BOOST_TEST(!accepted("/-/vaults/a%7Eb", "/-/vaults/a~b"));
    BOOST_TEST(!accepted("/-/vaults/a%2fb", "/-/vaults/a/b"));
    BOOST_TEST(!accepted("/-/vaults?a=1", "/-/vaults?a=1&a=1"));
    BOOST_TEST(!accepted("/-/vaults?a=b+c", "/-/vaults?a=b%20c"));
    BOOST_TEST(accepted("/-/vaults?a=b+c", "/-/vaults?a=b%2Bc"));
    BOOST_TEST(!accepted("/-/vaults?a=b%26c", "/-/vaults?a=b&c"));
    BOOST_TEST(!accepted("/-/vaults?a=%2541", "/-/vaults?a=A"));
}

// Every case of the published suite, with the headers and the signature that stand in it.
BOOST_AUTO_TEST_CASE(the_published_suite)
{
    for (test::suite_case const& tested : test::read_suite())
        BOOST_TEST_CONTEXT(tested.name)
        {
            auto sent = tested.signed_request;
            // One case has a made-up signature in the request, and the right one in a file of its own.
            sent.headers.set("authorization", tested.authorization);
            auto const own = test::identity_of(tested);
            verifier const checks(own, test::suite_scope);
            std::string const payload = crypto::sha256_of(std::string_view(sent.body)).hex();
            auto error = checks.check(sent, payload, test::suite_time);
            if (tested.name == "post-sts-header-after") {
                // The token is not signed there, which this service does not take.
                verifier const with_token(temporary("AKIDEXAMPLE", sent.headers.get("x-amz-security-token")),
                                          test::suite_scope);
                error = with_token.check(sent, payload, test::suite_time);
                BOOST_TEST_REQUIRE(error.has_value());
                BOOST_TEST(error->message.ends_with("not signed: x-amz-security-token"));
                continue;
            }
            BOOST_TEST(!error.has_value(), (error ? error->message : ""));
            sent.target += "x";
            BOOST_TEST(checks.check(sent, payload, test::suite_time).has_value());
        }
}

std::string random_text(test::number_source& numbers, std::string_view alphabet, std::size_t length_max)
{
    std::string text(numbers.below(length_max + 1), '\0');
    for (char& c : text)
        c = alphabet[numbers.below(alphabet.size())];
    return text;
}

/// Changes one character to a letter.
void change_one(std::string& text, test::number_source& numbers)
{
    char& c = text[numbers.below(text.size())];
    c = c == 'q' ? 'z' : 'q';
}

// Whatever the signer signs is accepted, and after a change to any part it is not.
BOOST_AUTO_TEST_CASE(random_requests_and_changes_to_each_part)
{
    test::number_source numbers(20120601);
    constexpr std::string_view plain = "abcXYZ019-_.~";
    constexpr std::string_view query = "abc019-_.~%20%2F%3d+&=";
    constexpr std::string_view text = "abc  XYZ,;:=\"'/\\ 0~!";
    for (int round = 0; round < 300; ++round) {
        request = protocol::http_request();
        request.method = static_cast<protocol::http_method>(numbers.below(4));
        request.target = "/-/vaults/v" + random_text(numbers, plain, 20);
        if (numbers.percent(60))
            request.target += "?k" + random_text(numbers, query, 30);
        request.headers.add("Host", "localhost:" + std::to_string(numbers.below(65'536)));
        for (std::uint64_t i = numbers.below(6); i > 0; --i)
            request.headers.add("X-Amz-H" + std::to_string(numbers.below(4)), random_text(numbers, text, 40));
        sign();
        BOOST_TEST_REQUIRE(check() == "accepted", request.target);

        auto const original = request;
        request.target.insert(1 + numbers.below(request.target.size() - 1), "q");
        BOOST_TEST(check() != "accepted", request.target);
        request = original;
        request.method = static_cast<protocol::http_method>((static_cast<unsigned>(request.method) + 1) % 4);
        BOOST_TEST(check() != "accepted");
        for (auto const& [name, value] : original.headers) {
            if (value.find_first_not_of(' ') == std::string::npos)
                continue;
            request = original;
            std::string changed = value;
            change_one(changed, numbers);
            if (changed == value)
                continue;
            request.headers.set(name, changed);
            BOOST_TEST(check() != "accepted", name + ": " + changed);
            request = original;
            request.headers.remove(name);
            BOOST_TEST(check() != "accepted", name);
        }
        request = original;
        request.headers.add("x-amz-added", "");
        BOOST_TEST(check() != "accepted");
    }
}

BOOST_AUTO_TEST_CASE(without_authentication_everything_is_accepted)
{
    verifier const open({identity}, protocol::signing_scope{"us-east-1", "glacier"}, false);
    BOOST_TEST(!open.required());
    BOOST_TEST(!open.check(request, protocol::empty_payload_sha256, now).has_value());
    request.headers.set("authorization", "Basic dXNlcjpwYXNz");
    BOOST_TEST(!open.check(request, protocol::empty_payload_sha256, now).has_value());
}

BOOST_AUTO_TEST_CASE(a_payload_has_its_hash_or_none)
{
    auto const checked = [](std::string value) {
        protocol::http_headers headers;
        headers.add("X-Amz-Content-Sha256", std::move(value));
        auto const error = check_payload_header(headers);
        return error ? std::to_string(error->status) + " " + error->message : "accepted";
    };
    BOOST_TEST(!check_payload_header(protocol::http_headers()).has_value());
    BOOST_TEST(checked(std::string(protocol::empty_payload_sha256)) == "accepted");
    for (std::string const value : {"UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
                                    "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "", "abc"})
        BOOST_TEST(checked(value) == "400 Invalid x-amz-content-sha256: " + value +
                                         ". It must be the SHA-256 of the whole body, 64 hexadecimal digits: "
                                         "the service takes neither unsigned payloads nor payloads that are "
                                         "signed in chunks.");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
