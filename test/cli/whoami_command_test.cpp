#include "cli/whoami_command.hpp"

#include "fixture.hpp"
#include "support/scripted_server.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using cli_test::message_of;

struct whoami_fixture : cli_test::command {
    whoami_fixture()
    {
        environment["AWS_ACCESS_KEY_ID"] = "AKIAIOSFODNN7EXAMPLE";
        environment["AWS_SECRET_ACCESS_KEY"] = "hidden-secret";
        environment["AWS_SESSION_TOKEN"] = "hidden-token";
        environment["AWS_REGION"] = "eu-west-1";
    }

    int run(std::vector<std::string> const& arguments)
    {
        int const code = command::run(arguments);
        BOOST_TEST(out.find("hidden") == std::string::npos);
        BOOST_TEST(err.find("hidden") == std::string::npos);
        return code;
    }

    cli_test::scratch_directory place;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(cli_whoami_command, whoami_fixture)

// Source, key id, and where requests would go; what is not known is a hyphen.
BOOST_AUTO_TEST_CASE(text)
{
    BOOST_TEST(run({"whoami"}) == 0);
    BOOST_TEST(out == "Source: environment\nAccessKeyId: AKIAIOSFODNN7EXAMPLE\nAccountId: -\nExpiration: -\n"
                      "Region: eu-west-1\nEndpoint: https://glacier.eu-west-1.amazonaws.com:443\n");
    BOOST_TEST(err.empty());
}

// The same as JSON, with what the source says more.
BOOST_AUTO_TEST_CASE(json)
{
    environment["AWS_CREDENTIAL_EXPIRATION"] = "2099-01-02T03:04:05.678Z";
    environment["AWS_ACCOUNT_ID"] = "123456789012";
    BOOST_TEST(run({"whoami", "--output", "json", "--endpoint-url", "http://127.0.0.1:8080/p"}) == 0);
    BOOST_TEST(out == "{\"Source\":\"environment\",\"AccessKeyId\":\"AKIAIOSFODNN7EXAMPLE\",\"AccountId\":"
                      "\"123456789012\",\"Expiration\":\"2099-01-02T03:04:05Z\",\"Region\":\"eu-west-1\","
                      "\"Endpoint\":\"http://127.0.0.1:8080/p\"}\n");
    environment.erase("AWS_CREDENTIAL_EXPIRATION");
    environment.erase("AWS_ACCOUNT_ID");
    BOOST_TEST(run({"whoami", "--output", "json"}) == 0);
    BOOST_TEST(boost::json::parse(out).at("Expiration").is_null());
}

// A profile is named.
BOOST_AUTO_TEST_CASE(profile)
{
    environment["AWS_SHARED_CREDENTIALS_FILE"] = place.make_file(
        "credentials",
        std::string("[backup]\naws_access_key_id = AKIDBACKUP\naws_secret_access_key = hidden\n"));
    BOOST_TEST(run({"whoami", "--profile", "backup"}) == 0);
    BOOST_TEST(out.find("Source: profile backup\nAccessKeyId: AKIDBACKUP\n") == 0U);
}

// A process is run as the profile says.
BOOST_AUTO_TEST_CASE(process)
{
    std::string const program = place.make_file(
        "program", std::string("echo '{\"Version\":1,\"AccessKeyId\":\"AKIDPROCESS\",\"SecretAccessKey\":"
                               "\"hidden\",\"Expiration\":\"2099-01-02T03:04:05Z\"}'\n"));
    environment["AWS_CONFIG_FILE"] =
        place.make_file("config", "[profile p]\ncredential_process = sh " + program + "\n");
    BOOST_TEST(run({"whoami", "--profile", "p"}) == 0);
    BOOST_TEST(out.find("Source: profile p, credential_process\nAccessKeyId: AKIDPROCESS\nAccountId: -\n"
                        "Expiration: 2099-01-02T03:04:05Z\n") == 0U);
    place.make_file("program", std::string("echo hidden; echo no luck >&2; exit 1\n"));
    BOOST_TEST(run({"whoami", "--profile", "p"}) == 4);
    BOOST_TEST(out.empty());
    BOOST_TEST(message_of(err).find("no luck") != std::string::npos);
}

// STS says whose they are.
BOOST_AUTO_TEST_CASE(verify)
{
    std::string const answer =
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/me</Arn>"
        "<UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult>"
        "</GetCallerIdentityResponse>";
    glacier::test::scripted_server const server([&answer](glacier::test::peer& client) {
        client.read(glacier::test::content_length_of(client.read_head()));
        bool const first = client.number() == 1;
        std::string const body =
            first ? answer
                  : "<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>";
        client.write(std::string(first ? "HTTP/1.1 200 OK" : "HTTP/1.1 403 No") +
                     "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    });
    environment["AWS_ENDPOINT_URL_STS"] = "http://127.0.0.1:" + std::to_string(server.port());
    BOOST_TEST(run({"whoami", "--verify"}) == 0);
    BOOST_TEST(out.find("AccountId: 123456789012\n") != std::string::npos);
    BOOST_TEST(out.find("Arn: arn:aws:iam::123456789012:user/me\nUserId: AIDA\n") != std::string::npos);
    BOOST_TEST(run({"whoami", "--verify"}) == 4);
    BOOST_TEST(message_of(err).find("InvalidClientTokenId") != std::string::npos);
}

// Without credentials the message says what was looked for.
BOOST_AUTO_TEST_CASE(nobody)
{
    for (std::string const name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"})
        environment.erase(name);
    BOOST_TEST(run({"whoami"}) == 4);
    BOOST_TEST(out.empty());
    BOOST_TEST(message_of(err).find("AWS_ACCESS_KEY_ID") != std::string::npos);
    environment.erase("AWS_REGION");
    BOOST_TEST(run({"whoami"}) == 4);
}

BOOST_AUTO_TEST_SUITE_END()
