#include "credentials/sources.hpp"

#include "base/iso8601.hpp"
#include "credentials/sources_fixture.hpp"
#include "credentials/sso_token.hpp"
#include "support/scripted_server.hpp"

namespace glacier::credentials_sources {

namespace {

std::string const good_answer =
    R"({"roleCredentials":{"accessKeyId":"A","secretAccessKey":"s","sessionToken":"t",)"
    R"("expiration":4070908800123}})";

struct sso_fixture : test::sources_fixture {
    sso_fixture()
    {
        settings.session_name = "s";
        write_token("hidden-access");
    }

    void write_token(std::string const& token)
    {
        std::filesystem::create_directories(home / ".aws/sso/cache");
        home.write(".aws/sso/cache/" + sso_token_path("S", settings, options.environment).filename().string(),
                   R"({"accessToken":")" + token + R"(","expiresAt":"2099-01-01T00:00:00Z"})");
    }

    std::string fault_with(int status, std::string const& body)
    {
        http->answer(status, body);
        return test::failed_message(make_sso_provider(context(), settings, "S"));
    }

    sso_settings settings{"123456789012", "Power User&x=1", "https://example.awsapps.com/start",
                          "cn-north-1"};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(sso_test, sso_fixture)

// The token brings the role's credentials, whose end is in milliseconds.
BOOST_AUTO_TEST_CASE(role)
{
    http->answer(200, good_answer);
    credentials const got = test::credentials_of(make_sso_provider(context(), settings, "S"));
    BOOST_TEST(got.access_key_id == "A");
    BOOST_TEST(got.secret_access_key.reveal() == "s");
    BOOST_TEST(got.session_token.reveal() == "t");
    BOOST_TEST(base::to_iso8601(got.expiration.value()) == "2099-01-01T00:00:00.123Z");
    BOOST_TEST(got.account_id.value() == "123456789012");
    fetch_request const& sent = http->requests.at(0);
    BOOST_TEST(sent.target.str() == "https://portal.sso.cn-north-1.amazonaws.com.cn:443");
    BOOST_TEST(sent.message.target ==
               "/federation/credentials?role_name=Power%20User%26x%3D1&account_id=123456789012");
    BOOST_TEST(sent.message.headers.get("x-amz-sso_bearer_token") == "hidden-access");
    BOOST_TEST(sent.message.headers.find("authorization") == nullptr);
}

// A token that SSO does not accept needs a login; other refusals are shown in SSO's words.
BOOST_AUTO_TEST_CASE(refusals)
{
    std::string const where = "S: https://portal.sso.cn-north-1.amazonaws.com.cn:443 answered ";
    BOOST_TEST(fault_with(401, R"({"message":"Session token not found or invalid"})") ==
               where + "401: Session token not found or invalid; log in with: aws sso login --sso-session s");
    BOOST_TEST(fault_with(403, R"({"message":"No access"})") == where + "403: No access");
    BOOST_TEST(fault_with(302, "hidden") == where + "302");
}

// Answers that make no sense.
BOOST_AUTO_TEST_CASE(hostile_answers)
{
    auto const with = [](std::string const& expiration) {
        return R"({"roleCredentials":{"accessKeyId":"A","secretAccessKey":"hidden","sessionToken":"t","expiration":)" +
               expiration + "}}";
    };
    for (std::string const& body :
         {std::string("hidden"), std::string("{}"), std::string(R"({"roleCredentials":"hidden"})"),
          std::string(
              R"({"roleCredentials":{"accessKeyId":"hid\nden","secretAccessKey":"s","expiration":1}})"),
          with("0"), with("-1"), with("1e300"), with("\"2099-01-01T00:00:00Z\""), with("253402300800000"),
          with("99999999999999999999"), std::string(10'000, '{')})
        BOOST_TEST(test::holds(fault_with(200, body), "S: "), body.substr(0, 100));
}

// A token that would break out of the header is not sent.
BOOST_AUTO_TEST_CASE(line_ends)
{
    write_token("hidden\\r\\nX-Evil: 1");
    BOOST_TEST(
        test::holds(test::failed_message(make_sso_provider(context(), settings, "S")), "visible ASCII"));
    BOOST_TEST(http->requests.empty());
}

// Over the network, to an endpoint of one's own.
BOOST_AUTO_TEST_CASE(over_the_network)
{
    test::scripted_server const server([](test::peer& client) {
        client.read_head();
        client.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(good_answer.size()) + "\r\n\r\n" +
                     good_answer);
    });
    environment.set("AWS_ENDPOINT_URL_SSO", "http://127.0.0.1:" + std::to_string(server.port()));
    credentials const got = test::credentials_of(sso_credentials(settings, options));
    BOOST_TEST(got.access_key_id == "A");
    BOOST_TEST(got.source == "SSO role Power User&x=1");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
