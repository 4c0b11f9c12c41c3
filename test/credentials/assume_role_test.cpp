#include "credentials/sources.hpp"

#include "credentials/sources_fixture.hpp"
#include "support/scripted_server.hpp"

namespace glacier::credentials_sources {

namespace {

std::string const arn = "arn:aws:iam::123456789012:role/backup";

std::string const good_answer =
    "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ROLE</AccessKeyId>"
    "<SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role-token</SessionToken>"
    "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";

asio::awaitable<std::string> code_of(std::string serial_number)
{
    co_return serial_number == "device" ? "123456" : "12345";
}

struct role_fixture : test::sources_fixture {
    std::shared_ptr<credentials_provider> provider()
    {
        return make_assume_role_provider(
            context(), static_credentials(credentials("BASE", secret_string("base-secret"))), settings, "S");
    }

    std::string fault()
    {
        try {
            provider();
        } catch (invalid_value const& error) {
            BOOST_TEST(error.code() == errc::invalid_option);
            return error.what();
        }
        return "";
    }

    std::string body() const { return http->requests.back().message.body; }

    assume_role_settings settings{arn};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(assume_role_test, role_fixture)

// Every setting has its parameter.
BOOST_AUTO_TEST_CASE(parameters)
{
    settings.session_name = "session";
    settings.duration = std::chrono::hours(1);
    settings.external_id = "a b";
    settings.policy = "{}";
    settings.policy_arns = {"arn:one", "arn:two"};
    settings.source_identity = "me";
    http->answer(200, good_answer);
    credentials const got = test::credentials_of(provider());
    BOOST_TEST(got.access_key_id == "ROLE");
    BOOST_TEST(got.source == "S");
    BOOST_TEST(body() ==
               "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2F"
               "backup&RoleSessionName=session&DurationSeconds=3600&ExternalId=a%20b&Policy=%7B%7D"
               "&PolicyArns.member.1.arn=arn%3Aone&PolicyArns.member.2.arn=arn%3Atwo&SourceIdentity=me");
}

// The code of a device is asked for, each time.
BOOST_AUTO_TEST_CASE(multi_factor)
{
    settings.mfa_serial = "device";
    BOOST_TEST(
        test::holds(test::failed_message(provider()), "S: the role needs a code of the device device"));
    options.mfa_code = code_of;
    http->answer(200, good_answer);
    test::credentials_of(provider());
    BOOST_TEST(test::holds(body(), "&SerialNumber=device&TokenCode=123456"));
    settings.mfa_serial = "other";
    BOOST_TEST(test::holds(test::failed_message(provider()), "has not six digits"));
    BOOST_TEST(http->requests.size() == 1U);
}

// An error of the credentials that sign is the error.
BOOST_AUTO_TEST_CASE(source_fails)
{
    auto const of =
        make_assume_role_provider(context(), environment_credentials(options.environment), settings, "S");
    BOOST_TEST(test::failure_of(of).code() == errc::no_credentials);
    BOOST_TEST(http->requests.empty());
}

// Settings that STS would refuse are refused before anything is sent.
BOOST_AUTO_TEST_CASE(invalid_settings)
{
    BOOST_TEST(fault().empty());
    settings.role_arn = "backup";
    BOOST_TEST(test::holds(fault(), "role_arn backup"));
    settings.role_arn = arn;
    settings.policy_arns.assign(11, "x");
    BOOST_TEST(test::holds(fault(), "11 policy_arns"));
    settings.policy_arns.clear();
    settings.external_id = "x";
    BOOST_TEST(test::holds(fault(), "external_id x"));
    BOOST_CHECK_THROW(assume_role_credentials(nullptr, assume_role_settings(arn)), invalid_value);
}

// Over the network, and kept: one request serves many.
BOOST_AUTO_TEST_CASE(over_the_network)
{
    std::string head;
    test::scripted_server const server([&head](test::peer& client) {
        head = client.read_head();
        client.read(test::content_length_of(head));
        client.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(good_answer.size()) + "\r\n\r\n" +
                     good_answer);
    });
    environment.set("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:" + std::to_string(server.port()));
    auto const provider = assume_role_credentials(
        static_credentials(credentials("BASE", secret_string("base-secret"))), settings, options);
    for (int i = 0; i < 3; ++i) {
        credentials const got = test::credentials_of(provider);
        BOOST_TEST(got.access_key_id == "ROLE");
        BOOST_TEST(got.source == "role " + arn);
    }
    BOOST_TEST(server.connections() == 1);
    BOOST_TEST(test::holds(head, "Credential=BASE/"));
    BOOST_TEST(!test::holds(head, "base-secret"));
    BOOST_TEST(log->entries.size() == 1U);
}

// Whose credentials they are, from STS.
BOOST_AUTO_TEST_CASE(identity)
{
    std::string const answer = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn</"
                               "Arn><UserId>id</UserId><Account>123456789012"
                               "</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
    test::scripted_server const server([&answer](test::peer& client) {
        client.read(test::content_length_of(client.read_head()));
        client.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(answer.size()) + "\r\n\r\n" +
                     answer);
    });
    environment.set("AWS_ENDPOINT_URL", "http://127.0.0.1:" + std::to_string(server.port()));
    auto const source = static_credentials(credentials("BASE", secret_string("base-secret")));
    BOOST_TEST(test::run(get_caller_identity(source, options)).account_id == "123456789012");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
