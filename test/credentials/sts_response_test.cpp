#include "credentials/sts_response.hpp"

#include "base/iso8601.hpp"
#include "credentials/sources_fixture.hpp"

namespace glacier::credentials_sources {

namespace {

std::string answer_with(std::string const& key, std::string const& secret, std::string const& token,
                        std::string const& expiration, std::string const& more = "")
{
    return "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n<AssumeRoleResult>\n"
           "<Credentials><AccessKeyId>" +
           key + "</AccessKeyId><SecretAccessKey>" + secret + "</SecretAccessKey><SessionToken>" + token +
           "</SessionToken><Expiration>" + expiration + "</Expiration></Credentials>" + more +
           "</AssumeRoleResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
           "</AssumeRoleResponse>";
}

std::string fault_of(std::string const& xml)
{
    operation_error const error = test::error_of([&xml] { parse_assumed_role("S", "AssumeRole", xml); });
    BOOST_TEST(error.code() == errc::credentials_failed);
    BOOST_TEST(!test::holds(error.what(), "hidden"));
    return error.details().message;
}

std::string nested(int levels)
{
    std::string text;
    for (int i = 0; i < levels; ++i)
        text += "<a>";
    for (int i = 0; i < levels; ++i)
        text += "</a>";
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(sts_response_test)

// The members of an answer, and the account that stands in the ARN.
BOOST_AUTO_TEST_CASE(assumed_role)
{
    credentials const read = parse_assumed_role(
        "role x", "AssumeRole",
        "<?xml version=\"1.0\"?>" +
            answer_with("ASIA", "s/+=", " t&amp;t\n", "2026-01-02T03:04:05Z",
                        "<AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/n/s</Arn>"
                        "<AssumedRoleId>x</AssumedRoleId></AssumedRoleUser>"));
    BOOST_TEST(read.access_key_id == "ASIA");
    BOOST_TEST(read.secret_access_key.reveal() == "s/+=");
    BOOST_TEST(read.session_token.reveal() == "t&t");
    BOOST_TEST(base::to_iso8601_seconds(read.expiration.value()) == "2026-01-02T03:04:05Z");
    BOOST_TEST(read.account_id.value() == "123456789012");
    BOOST_TEST(read.source == "role x");
}

// An ARN of another form is no account.
BOOST_AUTO_TEST_CASE(odd_arns)
{
    for (std::string const arn : {"", "arn", "arn:aws:sts::12345678901:x", "arn:aws:sts::12345678901a:x",
                                  "::::", "123456789012", "arn:123456789012", "arn:aws:sts:123456789012"})
        BOOST_TEST(
            !parse_assumed_role("S", "AssumeRole",
                                answer_with("A", "s", "t", "2026-01-02T03:04:05Z",
                                            "<AssumedRoleUser><Arn>" + arn + "</Arn></AssumedRoleUser>"))
                 .account_id.has_value());
}

// What is missing or wrong is named, and nothing of the answer is shown.
BOOST_AUTO_TEST_CASE(faults)
{
    std::string const time = "2026-01-02T03:04:05Z";
    BOOST_TEST(test::holds(fault_of(answer_with("", "hidden", "hidden", time)), "lacks AssumeRoleResponse"));
    BOOST_TEST(test::holds(fault_of(answer_with("A", "", "hidden", time)), "SecretAccessKey"));
    BOOST_TEST(test::holds(fault_of(answer_with("A", "hidden", "", time)), "SessionToken"));
    BOOST_TEST(test::holds(fault_of(answer_with("A", "hidden", "hidden", "")), "Expiration"));
    BOOST_TEST(test::holds(fault_of(answer_with("A", "hidden", "hidden", "soon")), "Expiration is no time"));
    BOOST_TEST(test::holds(fault_of(answer_with("A\r\nX: 1", "hidden", "hidden", time)), "access key id"));
    BOOST_TEST(test::holds(fault_of(answer_with("A", "hidden", "hid&#13;&#10;den", time)), "session token"));
    BOOST_TEST(test::holds(fault_of(answer_with("A", "hid&#0;den", "hidden", time)), "S: "));
}

// Text that the parser must not see, or cannot read, is no answer of STS.
BOOST_AUTO_TEST_CASE(hostile)
{
    std::string const good = answer_with("A", "hidden", "hidden", "2026-01-02T03:04:05Z");
    std::vector<std::string> const texts{
        std::string("hidden"), std::string("<"), std::string("{\"hidden\":1}"), nested(17), nested(1'000'000),
        std::string(300'000, '<'), good.substr(0, good.size() / 2), good.substr(0, good.size() - 1),
        "<!DOCTYPE a [<!ENTITY b \"c\">]>" + good, "<!-- hidden -->" + good, "<![CDATA[x]]>" + good,
        "<a b=\"></a>",
        // Quotes that would hide tags from a reader that counts them.
        "<a\"b>" + nested(100'000) + "<c\"d>", "<?x \" ?>" + nested(100'000) + "<?x \" ?>",
        good + std::string(300'000, ' ')};
    for (std::string const& text : texts)
        BOOST_TEST(fault_of(text) == "S: no answer of STS", text.substr(0, 60));
    BOOST_TEST(test::holds(fault_of("<?x \" ?>" + nested(16)), "lacks"));
    BOOST_TEST(test::holds(fault_of("<html><body>hidden<br/></body></html>"), "lacks"));
}

// Whose the credentials are.
BOOST_AUTO_TEST_CASE(identity)
{
    caller_identity const read = parse_caller_identity(
        "S", "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/u</Arn>"
             "<UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult>"
             "</GetCallerIdentityResponse>");
    BOOST_TEST(read.account_id == "123456789012");
    BOOST_TEST(read.arn == "arn:aws:iam::123456789012:user/u");
    BOOST_TEST(read.user_id == "AIDA");
    BOOST_CHECK_THROW(parse_caller_identity("S", "<a/>"), operation_error);
    BOOST_CHECK_THROW(parse_caller_identity("S", ""), operation_error);
}

// The words of an error are printable, whatever STS or somebody in its place sends.
BOOST_AUTO_TEST_CASE(errors)
{
    sts_error const read = parse_sts_error(
        "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not\x1b you"
        "</Message></Error><RequestId>id</RequestId></ErrorResponse>");
    BOOST_TEST(read.code == "AccessDenied");
    BOOST_TEST(read.message == "not\\x1b you");
    BOOST_TEST(read.request_id == "id");
    BOOST_TEST(parse_sts_error("<html>502</html>").code.empty());
    BOOST_TEST(parse_sts_error("").code.empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
