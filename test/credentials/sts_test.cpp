#include "credentials/sts.hpp"

#include "credentials/sources_fixture.hpp"
#include "support/started.hpp"

namespace glacier::credentials_sources {

namespace {

struct sts_fixture : test::sources_fixture {
    /// The answer's body, or the message of the failure; time passes as it must.
    std::string call(std::optional<credentials> identity)
    {
        sts_form form("X");
        form.add("A", std::string_view("b c&="));
        asio::io_context loop;
        test::started<std::string> running(loop.get_executor(),
                                           call_sts(context(), "S", std::move(form), std::move(identity)));
        time->pass(loop, std::chrono::minutes(1));
        try {
            return running.get();
        } catch (operation_error const& error) {
            BOOST_TEST(error.code() == errc::credentials_failed);
            return error.details().message;
        }
    }

    static std::string error_body(std::string const& code)
    {
        return "<ErrorResponse><Error><Code>" + code +
               "</Code><Message>words</Message></Error>"
               "<RequestId>id</RequestId></ErrorResponse>";
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(sts_test, sts_fixture)

// A form goes by POST to the region's host, signed for it.
BOOST_AUTO_TEST_CASE(signed_request)
{
    options.region = "eu-west-1";
    http->answer(200, "body");
    credentials identity("AKID", secret_string("secret"));
    identity.session_token = secret_string("token");
    BOOST_TEST(call(identity) == "body");
    fetch_request const& sent = http->requests.at(0);
    BOOST_TEST(sent.target.str() == "https://sts.eu-west-1.amazonaws.com:443");
    BOOST_TEST((sent.message.method == protocol::http_method::post));
    BOOST_TEST(sent.message.target == "/");
    BOOST_TEST(sent.message.body == "Action=X&Version=2011-06-15&A=b%20c%26%3D");
    BOOST_TEST(sent.message.headers.get("content-type") ==
               "application/x-www-form-urlencoded; charset=utf-8");
    BOOST_TEST(sent.message.headers.get("x-amz-security-token") == "token");
    BOOST_TEST(test::holds(std::string(sent.message.headers.get("authorization")),
                           "/eu-west-1/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date;"));
    BOOST_TEST(!sent.direct);
}

// Without credentials the request is not signed, and without a region it goes to the global endpoint.
BOOST_AUTO_TEST_CASE(unsigned_request)
{
    http->answer(200, "body");
    BOOST_TEST(call(std::nullopt) == "body");
    BOOST_TEST(http->requests.at(0).target.str() == "https://sts.amazonaws.com:443");
    BOOST_TEST(http->requests.at(0).message.headers.get("authorization").empty());
}

// A path prefix of an endpoint is signed once and sent once.
BOOST_AUTO_TEST_CASE(path_prefix)
{
    environment.set("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:5/sts");
    http->answer(200, "body");
    BOOST_TEST(call(credentials("AKID", secret_string("secret"))) == "body");
    BOOST_TEST(http->requests.at(0).message.target == "/");
    BOOST_TEST(http->requests.at(0).target.path_prefix == "/sts");
}

// Throttling, failures of the server and of its identity provider are asked for again, three times in all.
BOOST_AUTO_TEST_CASE(repeated)
{
    for (auto const& [status, code] : std::vector<std::pair<int, std::string>>{
             {400, "Throttling"}, {400, "IDPCommunicationError"}, {500, ""}, {503, ""}, {429, ""}}) {
        http->answer(status, error_body(code)).answer(status, error_body(code)).answer(200, "body");
        BOOST_TEST(call(std::nullopt) == "body");
    }
    std::size_t const before = http->requests.size();
    http->answer(503, "").answer(503, "").answer(503, "<html>");
    BOOST_TEST(call(std::nullopt) == "S: STS https://sts.amazonaws.com:443 answered 503");
    BOOST_TEST(http->requests.size() == before + 3);
}

// A refusal is final, and says what STS says.
BOOST_AUTO_TEST_CASE(refused)
{
    for (std::string const code : {"AccessDenied", "ExpiredTokenException", "RegionDisabledException"}) {
        http->answer(403, error_body(code));
        BOOST_TEST(call(std::nullopt) ==
                   "S: STS https://sts.amazonaws.com:443 answered 403: " + code + ": words (request id id)");
    }
    http->answer(302, "");
    BOOST_TEST(call(std::nullopt) == "S: STS https://sts.amazonaws.com:443 answered 302");
    http->fail(errc::certificate_untrusted);
    BOOST_TEST(test::holds(call(std::nullopt), "S: https://sts.amazonaws.com:443: "));
    BOOST_TEST(http->left() == 0U);
}

// What both ways to take on a role must have.
BOOST_AUTO_TEST_CASE(roles)
{
    std::string const arn = "arn:aws:iam::123456789012:role/x";
    auto const fault = [&](std::string const& role, std::optional<std::string> const& name,
                           std::optional<std::chrono::seconds> duration) -> std::string {
        try {
            check_role(role, name, duration);
        } catch (invalid_value const& error) {
            BOOST_TEST(error.code() == errc::invalid_option);
            return error.what();
        }
        return "";
    };
    BOOST_TEST(fault(arn, std::nullopt, std::nullopt).empty());
    BOOST_TEST(fault(arn, "aZ9_+=,.@-", std::chrono::seconds(900)).empty());
    BOOST_TEST(fault(arn, std::string(64, 'x'), std::chrono::seconds(43'200)).empty());
    BOOST_TEST(test::holds(fault("arn:x", std::nullopt, std::nullopt), "role_arn arn:x"));
    BOOST_TEST(test::holds(fault(std::string(30, 'x'), std::nullopt, std::nullopt), "role_arn"));
    for (std::string const& name :
         {std::string("x"), std::string(65, 'x'), std::string("a b"), std::string("a/b")})
        BOOST_TEST(test::holds(fault(arn, name, std::nullopt), "role_session_name"));
    for (int const seconds : {0, 899, 43'201})
        BOOST_TEST(test::holds(fault(arn, std::nullopt, std::chrono::seconds(seconds)), "duration_seconds"));
}

// A session has a name even if nobody gave it one.
BOOST_AUTO_TEST_CASE(session_names)
{
    BOOST_TEST(session_name_of("mine", context()) == "mine");
    time->set_today(timestamp(std::chrono::milliseconds(1'700'000'000'999)));
    BOOST_TEST(session_name_of(std::nullopt, context()) == "glacier-1700000000");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
