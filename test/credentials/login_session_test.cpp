#include "credentials/sources.hpp"

#include "base/iso8601.hpp"
#include "credentials/sources_fixture.hpp"

namespace glacier::credentials_sources {

namespace {

struct login_fixture : test::sources_fixture {
    login_fixture() { std::filesystem::create_directories(home / ".aws/login/cache"); }

    std::shared_ptr<credentials_provider> provider()
    {
        return make_login_session_provider(context(), session, "S");
    }

    void write(std::string const& directory, std::chrono::milliseconds left)
    {
        // sha256sum of the session's text.
        home.write(directory + "/286187707741fc2ccb93cf9e56dbd0ee0a16208feed5fbc8ae1baa86d44c283f.json",
                   R"({"accessToken":{"accessKeyId":"A","secretAccessKey":"hidden","sessionToken":"hidden",)"
                   R"("accountId":"123456789012","expiresAt":")" +
                       base::to_iso8601_seconds(today() + left) +
                       R"("},"refreshToken":"hidden","clientId":"x"})");
    }

    std::string session = "arn:aws:iam::123456789012:user/me";
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(login_session_test, login_fixture)

// What the login left is taken while it is valid, in the directory of the variable too.
BOOST_AUTO_TEST_CASE(valid)
{
    write(".aws/login/cache", std::chrono::minutes(1));
    credentials const got = test::credentials_of(provider());
    BOOST_TEST(got.access_key_id == "A");
    BOOST_TEST(got.session_token.reveal() == "hidden");
    BOOST_TEST(got.account_id.value() == "123456789012");
    BOOST_TEST((got.expiration.value() > today()));
    environment.set("AWS_LOGIN_CACHE_DIRECTORY", "~/other");
    BOOST_TEST(test::holds(test::failed_message(provider()), (home / "other").string()));
    std::filesystem::create_directory(home / "other");
    write("other", std::chrono::minutes(1));
    BOOST_TEST(test::credentials_of(provider()).access_key_id == "A");
}

// What has ended, or is not there, needs a login.
BOOST_AUTO_TEST_CASE(login_needed)
{
    BOOST_TEST(test::holds(test::failed_message(provider()), "log in with: aws login"));
    write(".aws/login/cache", std::chrono::seconds(-1));
    BOOST_TEST(test::holds(test::failed_message(provider()), "S: the login session ended at "));
    environment.unset("HOME");
    BOOST_TEST(test::holds(test::failed_message(provider()), "HOME is not set"));
}

// Files that make no sense, without their content.
BOOST_AUTO_TEST_CASE(faulty_files)
{
    for (std::string const text :
         {"hidden", "{}", R"({"accessToken":"hidden"})",
          R"({"accessToken":{"accessKeyId":"A","secretAccessKey":"hidden"}})",
          R"({"accessToken":{"accessKeyId":"A","secretAccessKey":"hidden","expiresAt":1}})"}) {
        home.write(".aws/login/cache/286187707741fc2ccb93cf9e56dbd0ee0a16208feed5fbc8ae1baa86d44c283f.json",
                   text);
        BOOST_TEST(test::holds(test::failed_message(provider()), "S: "));
    }
}

// The public function.
BOOST_AUTO_TEST_CASE(public_function)
{
    write(".aws/login/cache", std::chrono::hours(24 * 36'500));
    BOOST_TEST(test::credentials_of(login_session_credentials(session, options)).source == "login session");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
