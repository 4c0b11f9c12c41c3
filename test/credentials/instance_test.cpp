#include "credentials/sources.hpp"

#include "base/iso8601.hpp"
#include "credentials/sources_fixture.hpp"
#include "support/scripted_server.hpp"

namespace glacier::credentials_sources {

namespace {

struct instance_fixture : test::sources_fixture {
    std::shared_ptr<credentials_provider> provider() { return make_instance_provider(context()); }

    std::string role_document(std::chrono::milliseconds life) const
    {
        return R"({"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"A","SecretAccessKey":"s","Token":"t",)"
               R"("Expiration":")" +
               base::to_iso8601(today() + life) + "\"}";
    }

    void answer_all(std::chrono::milliseconds life)
    {
        http->answer(200, "the-token").answer(200, "backup\nother").answer(200, role_document(life));
    }

    std::string fault() { return test::failed_message(provider()); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(instance_test, instance_fixture)

// Version 2: a token, the name of the role, its credentials.
BOOST_AUTO_TEST_CASE(version_2)
{
    answer_all(std::chrono::hours(6));
    credentials const got = test::credentials_of(provider());
    BOOST_TEST(got.access_key_id == "A");
    BOOST_TEST(got.session_token.reveal() == "t");
    BOOST_TEST((got.expiration.value() == today() + std::chrono::hours(6)));
    BOOST_TEST(got.source == "EC2 instance role backup");

    auto const& sent = http->requests;
    BOOST_TEST_REQUIRE(sent.size() == 3U);
    for (fetch_request const& each : sent) {
        BOOST_TEST(each.target.str() == "http://169.254.169.254:80");
        BOOST_TEST(each.direct);
        BOOST_TEST((each.limit == std::chrono::seconds(1)));
    }
    BOOST_TEST((sent[0].message.method == protocol::http_method::put));
    BOOST_TEST(sent[0].message.target == "/latest/api/token");
    BOOST_TEST(sent[0].message.headers.get("x-aws-ec2-metadata-token-ttl-seconds") == "21600");
    BOOST_TEST(sent[1].message.target == "/latest/meta-data/iam/security-credentials/");
    BOOST_TEST(sent[2].message.target == "/latest/meta-data/iam/security-credentials/backup");
    for (int const i : {1, 2})
        BOOST_TEST(sent[static_cast<std::size_t>(i)].message.headers.get("x-aws-ec2-metadata-token") ==
                   "the-token");
}

// Version 1 is never used: without a token the error says so, and what to do in a container.
BOOST_AUTO_TEST_CASE(no_version_1)
{
    for (int const status : {400, 403, 404, 405}) {
        http->answer(status, "");
        BOOST_TEST(fault() ==
                   "instance metadata: http://169.254.169.254:80 gives no token of IMDSv2: it answered " +
                       std::to_string(status) + "; IMDSv1 is not used");
    }
    http->fail(errc::response_timeout);
    BOOST_TEST(test::holds(fault(), "hop limit"));
    http->answer(200, "");
    BOOST_TEST(test::holds(fault(), "the token of IMDSv2"));
    http->answer(200, std::string(1'025, 'x'));
    BOOST_TEST(test::holds(fault(), "the token of IMDSv2"));
    http->answer(200, "hid\x7f!");
    BOOST_TEST(test::holds(fault(), "the token of IMDSv2"));
    BOOST_TEST(http->left() == 0U);
}

// A machine that is no instance has no credentials; one that was told where the service is fails.
BOOST_AUTO_TEST_CASE(nobody_there)
{
    for (errc const code : {errc::connect_timeout})
        for (bool const configured : {false, true}) {
            if (configured)
                environment.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1");
            http->fail(code);
            BOOST_TEST(test::failure_of(provider()).code() ==
                       (configured ? errc::credentials_failed : errc::no_credentials));
        }
    environment.unset("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    http->fail(boost::system::errc::make_error_code(boost::system::errc::network_unreachable));
    BOOST_TEST(test::failure_of(provider()).code() == errc::no_credentials);
}

// A token that is not accepted any more is fetched again, once.
BOOST_AUTO_TEST_CASE(unauthorized)
{
    http->answer(200, "first").answer(401, "");
    answer_all(std::chrono::hours(6));
    BOOST_TEST(test::credentials_of(provider()).access_key_id == "A");
    BOOST_TEST(http->requests[1].message.headers.get("x-aws-ec2-metadata-token") == "first");
    BOOST_TEST(http->requests[3].message.headers.get("x-aws-ec2-metadata-token") == "the-token");
    http->answer(200, "first").answer(401, "").answer(200, "second").answer(401, "");
    BOOST_TEST(test::holds(fault(), "answered 401"));
    http->answer(200, "first").answer(200, "backup").answer(401, "");
    answer_all(std::chrono::hours(6));
    BOOST_TEST(test::credentials_of(provider()).access_key_id == "A");
    BOOST_TEST(http->left() == 0U);
}

// An instance without a role has no credentials.
BOOST_AUTO_TEST_CASE(no_role)
{
    for (int const status : {404, 200}) {
        http->answer(200, "token").answer(status, "");
        BOOST_TEST(test::failure_of(provider()).code() == errc::no_credentials);
    }
    http->answer(200, "token").answer(200, "a\x7f!");
    BOOST_TEST(test::holds(fault(), "the name of the role is \"a\\x7f!\""));
    http->answer(200, "token").answer(500, "");
    BOOST_TEST(test::holds(fault(), "answered 500"));
    // A name cannot lead elsewhere.
    http->answer(200, "token").answer(200, "../../x").answer(200, role_document(std::chrono::hours(6)));
    test::credentials_of(provider());
    BOOST_TEST(http->requests.back().message.target ==
               "/latest/meta-data/iam/security-credentials/..%2F..%2Fx");
}

// Documents that are none, or say that there are no credentials.
BOOST_AUTO_TEST_CASE(documents)
{
    auto const fault_with = [this](std::string const& document) {
        http->answer(200, "token").answer(200, "backup").answer(200, document);
        return fault();
    };
    BOOST_TEST(fault_with(R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot"})") ==
               "instance metadata: no credentials for role backup: AssumeRoleUnauthorizedAccess: EC2 cannot");
    BOOST_TEST(test::holds(fault_with("hidden"), "no JSON object"));
    BOOST_TEST(test::holds(fault_with(R"({"Code":"Success","AccessKeyId":"A"})"), "lacks SecretAccessKey"));
    BOOST_TEST(
        test::holds(fault_with(R"({"AccessKeyId":"A","SecretAccessKey":"hidden","Expiration":"never"})"),
                    "Expiration is no time"));
}

// Credentials that end soon, or have ended, are used on for the refresh window and 2 to 10 minutes.
BOOST_AUTO_TEST_CASE(static_stability)
{
    using namespace std::chrono_literals;
    auto const left_of = [this](std::chrono::milliseconds life) {
        answer_all(life);
        return test::credentials_of(provider()).expiration.value() - today();
    };
    BOOST_TEST((left_of(-24h) == 17min));
    BOOST_TEST((left_of(17min - 1ms) == 17min));
    BOOST_TEST((left_of(17min) == 17min));
    BOOST_TEST((left_of(18min) == 18min));
    random->value = 0x80;
    auto const half = left_of(0ms);
    BOOST_TEST((half >= 21min && half < 22min));
    options.refresh.advisory_window = 5min;
    random->value = 0;
    BOOST_TEST((left_of(0ms) == 7min));
    answer_all(-1h);
    credentials const got = test::credentials_of(provider());
    BOOST_TEST(got.source ==
               "EC2 instance role backup, used on although it ends at " + base::to_iso8601(today() - 1h));
}

// The variables say where the service is, how long to wait, and how often to try.
BOOST_AUTO_TEST_CASE(variables)
{
    auto const where = [this] {
        answer_all(std::chrono::hours(6));
        test::credentials_of(provider());
        return http->requests.back().target.str();
    };
    environment.set("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ipv6");
    BOOST_TEST(where() == "http://[fd00:ec2::254]:80");
    environment.set("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv4");
    BOOST_TEST(where() == "http://169.254.169.254:80");
    environment.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1338/");
    environment.set("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6");
    environment.set("AWS_METADATA_SERVICE_TIMEOUT", "5");
    BOOST_TEST(where() == "http://127.0.0.1:1338");
    BOOST_TEST((http->requests.back().limit == std::chrono::seconds(5)));

    environment.set("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "3");
    http->fail(errc::connect_timeout).answer(503, "");
    BOOST_TEST(where() == "http://127.0.0.1:1338");

    for (auto const& [name, value] :
         std::map<std::string, std::string>{{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "nowhere"},
                                            {"AWS_METADATA_SERVICE_TIMEOUT", "0"},
                                            {"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "many"}}) {
        test::fake_environment one;
        one.set(name, value);
        options.environment = one.reader();
        BOOST_TEST(test::holds(fault(), name + " is \"" + value + "\""));
    }
    test::fake_environment mode;
    mode.set("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv5");
    options.environment = mode.reader();
    BOOST_TEST(test::holds(fault(), "IPv4 and IPv6 are allowed"));
}

// Turned off, nothing is sent.
BOOST_AUTO_TEST_CASE(disabled)
{
    for (std::string const text : {"true", "True"}) {
        environment.set("AWS_EC2_METADATA_DISABLED", text);
        BOOST_TEST(test::failure_of(provider()).code() == errc::no_credentials);
    }
    BOOST_TEST(http->requests.empty());
}

// Over the network, with the profile's settings.
BOOST_AUTO_TEST_CASE(over_the_network)
{
    test::scripted_server const server([this](test::peer& client) {
        std::string const head = client.read_head();
        std::string body = "backup";
        if (head.starts_with("PUT "))
            body = "the-token";
        else if (head.find("/backup ") != std::string::npos)
            body = role_document(std::chrono::hours(24 * 36'500));
        client.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    });
    write_config("[default]\nec2_metadata_service_endpoint = http://127.0.0.1:" +
                 std::to_string(server.port()) + "\n");
    auto const provider = instance_credentials(options);
    BOOST_TEST(test::credentials_of(provider).access_key_id == "A");
    BOOST_TEST(test::credentials_of(provider).access_key_id == "A");
    BOOST_TEST(server.connections() == 3);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
