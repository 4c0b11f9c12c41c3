#include "credentials/environment.hpp"

#include "base/iso8601.hpp"
#include "credentials/sources_fixture.hpp"

#include <cstdlib>

namespace glacier {

namespace {

struct environment_fixture {
    environment_fixture()
    {
        environment.set("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
        environment.set("AWS_SECRET_ACCESS_KEY", "secret");
    }

    test::fake_environment environment;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(environment_test, environment_fixture)

// The pair of keys is enough; there is then no token.
BOOST_AUTO_TEST_CASE(pair)
{
    credentials const got = test::credentials_of(environment_credentials(environment.reader()));
    BOOST_TEST(got.access_key_id == "AKIDEXAMPLE");
    BOOST_TEST(got.secret_access_key.reveal() == "secret");
    BOOST_TEST(got.session_token.empty());
    BOOST_TEST(got.source == "environment");
}

// Temporary credentials have a token.
BOOST_AUTO_TEST_CASE(token)
{
    environment.set("AWS_SESSION_TOKEN", "token");
    BOOST_TEST(test::credentials_of(environment_credentials(environment.reader())).session_token.reveal() ==
               "token");
    environment.set("AWS_SESSION_TOKEN", "");
    BOOST_TEST(test::credentials_of(environment_credentials(environment.reader())).session_token.empty());
}

// The variables are read for every request.
BOOST_AUTO_TEST_CASE(changes)
{
    auto const provider = environment_credentials(environment.reader());
    BOOST_TEST(test::credentials_of(provider).access_key_id == "AKIDEXAMPLE");
    environment.set("AWS_ACCESS_KEY_ID", "AKIDOTHER");
    BOOST_TEST(test::credentials_of(provider).access_key_id == "AKIDOTHER");
}

// The token's older name counts where the newer one is not set.
BOOST_AUTO_TEST_CASE(older_token)
{
    environment.set("AWS_SECURITY_TOKEN", "older");
    auto const provider = environment_credentials(environment.reader());
    BOOST_TEST(test::credentials_of(provider).session_token.reveal() == "older");
    environment.set("AWS_SESSION_TOKEN", "newer");
    BOOST_TEST(test::credentials_of(provider).session_token.reveal() == "newer");
}

// The account and the end of the keys may be there too.
BOOST_AUTO_TEST_CASE(account_and_expiration)
{
    auto const time = std::make_shared<test::manual_time>();
    auto const provider = credentials_sources::make_environment_provider(environment.reader(), time);
    BOOST_TEST(!test::credentials_of(provider).account_id.has_value());
    environment.set("AWS_ACCOUNT_ID", "123456789012");
    environment.set("AWS_CREDENTIAL_EXPIRATION", base::to_iso8601(time->today() + std::chrono::hours(1)));
    credentials const got = test::credentials_of(provider);
    BOOST_TEST(got.account_id.value() == "123456789012");
    BOOST_TEST((got.expiration.value() == time->today() + std::chrono::hours(1)));

    environment.set("AWS_CREDENTIAL_EXPIRATION", base::to_iso8601(time->today()));
    BOOST_TEST(test::holds(test::failed_message(provider), "AWS_CREDENTIAL_EXPIRATION is past"));
    environment.set("AWS_CREDENTIAL_EXPIRATION", "tomorrow");
    BOOST_TEST(test::holds(test::failed_message(provider), "\"tomorrow\""));
}

// Half a pair is an error, whether the other is missing or empty. It names both and shows neither.
BOOST_AUTO_TEST_CASE(half_a_pair)
{
    for (std::string const missing : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"})
        for (bool const empty : {false, true}) {
            test::fake_environment half;
            half.set("AWS_ACCESS_KEY_ID", "hidden");
            half.set("AWS_SECRET_ACCESS_KEY", "hidden");
            half.unset(missing);
            if (empty)
                half.set(missing, "");
            std::string const message = test::failed_message(environment_credentials(half.reader()));
            BOOST_TEST(test::holds(message, missing + " is not"));
        }
}

// Without both there is nothing to be found, which is another matter.
BOOST_AUTO_TEST_CASE(neither)
{
    operation_error const error =
        test::failure_of(environment_credentials(test::fake_environment().reader()));
    BOOST_TEST(error.code() == errc::no_credentials);
    BOOST_TEST(test::holds(error.details().message, "AWS_ACCESS_KEY_ID"));
}

// What would break out of a header is refused.
BOOST_AUTO_TEST_CASE(line_ends)
{
    environment.set("AWS_SESSION_TOKEN", "hidden\r\nX-Evil: 1");
    BOOST_TEST(
        test::holds(test::failed_message(environment_credentials(environment.reader())), "session token"));
}

// `true` is meant in any case of letters.
BOOST_AUTO_TEST_CASE(true_in_any_case)
{
    for (auto const& [text, truth] : std::map<std::string, bool>{
             {"true", true}, {"TRUE", true}, {"True", true}, {"false", false}, {"1", false}, {"", false}}) {
        environment.set("X", text);
        BOOST_TEST(credentials_sources::is_true(environment.reader(), "X") == truth);
    }
}

// The process's environment is read as it is now: a variable that is not set is not an empty one.
BOOST_AUTO_TEST_CASE(process)
{
    environment_reader const reader = process_environment();
    ::unsetenv("GLACIER_TEST_VARIABLE");
    BOOST_TEST(!reader("GLACIER_TEST_VARIABLE").has_value());
    ::setenv("GLACIER_TEST_VARIABLE", "", 1);
    BOOST_TEST(reader("GLACIER_TEST_VARIABLE").value() == "");
    ::setenv("GLACIER_TEST_VARIABLE", "x", 1);
    BOOST_TEST(reader("GLACIER_TEST_VARIABLE").value() == "x");
    ::unsetenv("GLACIER_TEST_VARIABLE");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier
