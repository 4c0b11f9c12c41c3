#include "credentials/sources.hpp"

#include "base/iso8601.hpp"
#include "credentials/sources_fixture.hpp"

namespace glacier::credentials_sources {

namespace {

struct process_fixture : test::sources_fixture {
    std::shared_ptr<credentials_provider> provider_of(std::string const& script)
    {
        auto const file = home.write("program", script);
        credentials_sources::source_context made = context();
        made.time = async::system_time();
        return make_process_provider(made, "sh '" + file.string() + "'", "S");
    }

    std::string failure_of_output(std::string const& json)
    {
        return test::failed_message(provider_of("cat <<'END'\n" + json + "\nEND\n"));
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(process_test, process_fixture)

// All members of the output.
BOOST_AUTO_TEST_CASE(output)
{
    credentials const got = test::credentials_of(provider_of(
        "cat <<'END'\n{\"Version\": 1, \"AccessKeyId\": \"A\", \"SecretAccessKey\": \"s\", \"SessionToken\": "
        "\"t\",\n"
        "\"Expiration\": \"2099-01-02T03:04:05Z\", \"AccountId\": \"123456789012\", \"Other\": [1]}\nEND\n"));
    BOOST_TEST(got.access_key_id == "A");
    BOOST_TEST(got.secret_access_key.reveal() == "s");
    BOOST_TEST(got.session_token.reveal() == "t");
    BOOST_TEST(base::to_iso8601_seconds(got.expiration.value()) == "2099-01-02T03:04:05Z");
    BOOST_TEST(got.account_id.value() == "123456789012");
    BOOST_TEST(got.source == "S");
}

// Without an end they are never fetched again; the program runs once.
BOOST_AUTO_TEST_CASE(without_end)
{
    auto const file = home.write("program", "echo x >>'" + (home / "runs").string() +
                                                "'; echo '{\"Version\":1,\"AccessKeyId\":\"A\","
                                                "\"SecretAccessKey\":\"s\"}'\n");
    auto const provider = process_credentials("sh " + file.string(), options);
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(!test::credentials_of(provider).expiration.has_value());
    BOOST_TEST(test::content_of(home / "runs") == "x\n");
}

// Output that is wrong is never shown.
BOOST_AUTO_TEST_CASE(wrong_output)
{
    BOOST_TEST(failure_of_output("hidden") == "S: no JSON object with credentials");
    BOOST_TEST(failure_of_output("") == "S: no JSON object with credentials");
    BOOST_TEST(failure_of_output("[\"hidden\"]") == "S: no JSON object with credentials");
    BOOST_TEST(failure_of_output("{\"AccessKeyId\":\"hidden\"}") == "S: Version is no whole number");
    BOOST_TEST(failure_of_output("{\"Version\":\"hidden\"}") == "S: Version is no whole number");
    BOOST_TEST(failure_of_output("{\"Version\":2,\"AccessKeyId\":\"hidden\"}") == "S: Version is not 1");
    BOOST_TEST(failure_of_output("{\"Version\":1}") == "S: the answer lacks AccessKeyId");
    BOOST_TEST(
        failure_of_output("{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":{\"a\":\"hidden\"}}") ==
        "S: SecretAccessKey is no text");
}

// A program that fails is reported with what it says on its standard error, printable.
BOOST_AUTO_TEST_CASE(fails)
{
    BOOST_TEST(test::failed_message(provider_of("echo hidden; printf 'no \\033[1m luck\\n' >&2; exit 9\n")) ==
               "S: sh ended with exit status 9: no \\x1b[1m luck");
    BOOST_TEST(test::failed_message(provider_of("echo hidden; kill -KILL $$\n")) ==
               "S: sh was ended by signal 9");
    options.answer_bytes_max = 1'000;
    BOOST_TEST(test::failed_message(provider_of("while :; do echo hidden; done\n")) ==
               "S: sh wrote more than 1000 bytes, and was killed");
    options.process_timeout = std::chrono::seconds(2);
    BOOST_TEST(test::failed_message(provider_of("echo hidden; echo waiting >&2; while :; do :; done\n")) ==
               "S: sh had not ended after 2000 ms, and was killed: waiting");
}

// A program that is not there, and commands that are none.
BOOST_AUTO_TEST_CASE(commands)
{
    BOOST_TEST(test::holds(
        test::failed_message(make_process_provider(context(), "/no/such/program --key hidden", "S")),
        "S: /no/such/program: "));
    for (std::string const command : {"", "  ", "'hidden", "'' x"}) {
        operation_error const error = test::error_of([&] { process_credentials(command, options); });
        BOOST_TEST(error.code() == errc::invalid_profile);
        BOOST_TEST(!test::holds(error.what(), "hidden"));
    }
    options.process_timeout = std::chrono::milliseconds(0);
    BOOST_CHECK_THROW(process_credentials("x", options), invalid_value);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
