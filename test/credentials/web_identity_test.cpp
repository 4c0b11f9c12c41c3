#include "credentials/sources.hpp"

#include "credentials/sources_fixture.hpp"

namespace glacier::credentials_sources {

namespace {

std::string const good_answer =
    "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>WEB"
    "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
    "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>"
    "</AssumeRoleWithWebIdentityResponse>";

struct web_identity_fixture : test::sources_fixture {
    std::shared_ptr<credentials_provider> provider()
    {
        return make_web_identity_provider(context(), settings, "S");
    }

    web_identity_settings settings{"arn:aws:iam::123456789012:role/backup", home / "token"};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(web_identity_test, web_identity_fixture)

// The token of the file goes to STS unsigned; the file is read for each refresh.
BOOST_AUTO_TEST_CASE(token)
{
    settings.session_name = "session";
    settings.duration = std::chrono::minutes(15);
    home.write("token", "web/token\n");
    http->answer(200, good_answer).answer(200, good_answer);
    BOOST_TEST(test::credentials_of(provider()).access_key_id == "WEB");
    BOOST_TEST(
        http->requests[0].message.body ==
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3A"
        "role%2Fbackup&RoleSessionName=session&WebIdentityToken=web%2Ftoken&DurationSeconds=900");
    BOOST_TEST(http->requests[0].message.headers.get("authorization").empty());
    home.write("token", "other");
    test::credentials_of(provider());
    BOOST_TEST(test::holds(http->requests[1].message.body, "WebIdentityToken=other&"));
}

// If STS finds the token expired, the file is read once more: it may have been renewed in that moment.
BOOST_AUTO_TEST_CASE(expired_token)
{
    std::string const expired =
        "<ErrorResponse><Error><Code>ExpiredTokenException</Code></Error></ErrorResponse>";
    home.write("token", "web-token");
    http->answer(400, expired).answer(200, good_answer);
    BOOST_TEST(test::credentials_of(provider()).access_key_id == "WEB");
    http->answer(400, expired).answer(400, expired);
    BOOST_TEST(test::holds(test::failed_message(provider()), "ExpiredTokenException"));
    http->answer(400, "<ErrorResponse><Error><Code>InvalidIdentityToken</Code></Error></ErrorResponse>");
    BOOST_TEST(test::holds(test::failed_message(provider()), "InvalidIdentityToken"));
    BOOST_TEST(http->left() == 0U);
}

// A file that cannot be a token is named.
BOOST_AUTO_TEST_CASE(faulty_files)
{
    std::string const path = (home / "token").string();
    BOOST_TEST(test::failed_message(provider()) == "S: " + path + ": there is no such file");
    home.write("token", " \n");
    BOOST_TEST(test::failed_message(provider()) == "S: " + path + ": is empty");
    for (std::string const& text : {std::string("abc"), std::string(20'001, 'x')}) {
        home.write("token", text);
        BOOST_TEST(test::failed_message(provider()) ==
                   "S: " + path + " holds no token of 4 to 20000 characters");
    }
    BOOST_TEST(http->requests.empty());
}

// A role that cannot be one is refused when the provider is made.
BOOST_AUTO_TEST_CASE(invalid_role)
{
    settings.role_arn = "backup";
    BOOST_CHECK_THROW(web_identity_credentials(settings, options), invalid_value);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
