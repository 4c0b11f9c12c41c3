#include <glacier/credentials_provider.hpp>

#include "credentials/credentials_fixture.hpp"

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

// One of the pair that is missing or empty is named; the other is never shown.
BOOST_AUTO_TEST_CASE(half_a_pair)
{
    for (std::string const missing : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"})
        for (bool const empty : {false, true}) {
            test::fake_environment half;
            half.set("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
            half.set("AWS_SECRET_ACCESS_KEY", "hidden");
            half.unset(missing);
            if (empty)
                half.set(missing, "");
            auto const provider = environment_credentials(half.reader());
            operation_error const error = test::error_of([&provider] { test::credentials_of(provider); });
            BOOST_TEST(error.code() == errc::no_credentials);
            BOOST_TEST(error.details().message.find(missing) != std::string::npos);
            BOOST_TEST(std::string(error.what()).find("hidden") == std::string::npos);
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
