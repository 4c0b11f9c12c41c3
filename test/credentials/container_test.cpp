#include "credentials/sources.hpp"

#include "base/iso8601.hpp"
#include "credentials/sources_fixture.hpp"
#include "support/scripted_server.hpp"
#include "support/started.hpp"

namespace glacier::credentials_sources {

namespace {

std::string const good_answer =
    R"({"AccessKeyId":"A","SecretAccessKey":"s","Token":"t",)"
    R"("Expiration":"2099-01-02T03:04:05Z","AccountId":"123456789012","RoleArn":"r"})";

struct container_fixture : test::sources_fixture {
    /// The outcome after the pauses between attempts.
    credentials get_in_time()
    {
        asio::io_context loop;
        test::started<std::optional<credentials>> running(loop.get_executor(),
                                                          test::get_from(make_container_provider(context())));
        time->pass(loop, std::chrono::seconds(3));
        return *running.get();
    }

    std::string fault()
    {
        operation_error const error = test::error_of([this] { get_in_time(); });
        BOOST_TEST(error.code() == errc::credentials_failed);
        BOOST_TEST(!test::holds(error.what(), "hidden"));
        return error.details().message;
    }

    void set_full(std::string const& uri) { environment.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(container_test, container_fixture)

// A relative URI is one of the fixed address of ECS, and goes before a full one.
BOOST_AUTO_TEST_CASE(relative_uri)
{
    environment.set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/x?id=1");
    set_full("http://127.0.0.1/other");
    http->answer(200, good_answer);
    credentials const got = get_in_time();
    BOOST_TEST(got.access_key_id == "A");
    BOOST_TEST(got.session_token.reveal() == "t");
    BOOST_TEST(got.account_id.value() == "123456789012");
    BOOST_TEST(base::to_iso8601_seconds(got.expiration.value()) == "2099-01-02T03:04:05Z");
    BOOST_TEST(got.source == "container");
    fetch_request const& sent = http->requests.at(0);
    BOOST_TEST(sent.target.str() == "http://169.254.170.2:80");
    BOOST_TEST(sent.message.target == "/v2/credentials/x?id=1");
    BOOST_TEST(sent.message.headers.get("accept") == "application/json");
    BOOST_TEST(sent.message.headers.find("authorization") == nullptr);
    BOOST_TEST(sent.direct);
    BOOST_TEST((sent.limit == std::chrono::seconds(2)));
}

// Plain HTTP goes to this machine and to the fixed addresses only; a host name is never looked up.
BOOST_AUTO_TEST_CASE(allowed_hosts)
{
    std::map<std::string, std::string> const allowed{
        {"http://127.0.0.1:81/p", "http://127.0.0.1:81"},
        {"http://127.9.9.9/p", "http://127.9.9.9:80"},
        {"http://localhost:81/p", "http://127.0.0.1:81"},
        {"http://LOCALHOST:81/p", "http://127.0.0.1:81"},
        {"http://[::1]:81/p", "http://[::1]:81"},
        {"http://[0:0::0:1]/p", "http://[0:0::0:1]:80"},
        {"http://169.254.170.2/p", "http://169.254.170.2:80"},
        {"http://169.254.170.23/p", "http://169.254.170.23:80"},
        {"http://[fd00:ec2::23]/p", "http://[fd00:ec2::23]:80"},
        {"http://[fd00:0ec2:0::23]/p", "http://[fd00:0ec2:0::23]:80"},
        {"https://example.com/p", "https://example.com:443"},
        {"https://10.0.0.1:8443/p", "https://10.0.0.1:8443"}};
    for (auto const& [uri, where] : allowed) {
        set_full(uri);
        http->answer(200, good_answer);
        get_in_time();
        BOOST_TEST(http->requests.back().target.str() == where, uri);
        BOOST_TEST(http->requests.back().message.target == "/p");
    }
    std::size_t const sent = http->requests.size();
    for (std::string const uri :
         {"http://example.com/p", "http://localhost.example.com/p", "http://127.0.0.1.example.com/p",
          "http://169.254.169.254/p", "http://169.254.170.3/p", "http://10.0.0.1/p", "http://0.0.0.0/p",
          "http://127.1/p", "http://2130706433/p", "http://0177.0.0.1/p", "http://0x7f000001/p",
          "http://[::ffff:127.0.0.1]/p", "http://[::]/p", "http://[fd00:ec2::254]/p", "http://[::1%25lo]/p",
          "http://localhost./p"}) {
        set_full(uri);
        std::string const message = fault();
        BOOST_TEST(test::holds(message, "AWS_CONTAINER_CREDENTIALS_FULL_URI"), uri);
    }
    BOOST_TEST(http->requests.size() == sent);
}

// What is no URI at all.
BOOST_AUTO_TEST_CASE(invalid_uris)
{
    for (std::string const uri :
         {"ftp://127.0.0.1/p", "127.0.0.1/p", "http://", "http:///p", "http://user:hidden@127.0.0.1/p",
          "http://127.0.0.1:99999/p", "http://127.0.0.1/p q", "http://127.0.0.1/p\r\nX: 1",
          "http://127.0.0.1/p#f"}) {
        set_full(uri);
        operation_error const error = test::error_of([this] { get_in_time(); });
        BOOST_TEST(error.code() == errc::credentials_failed, uri);
    }
    for (std::string const uri : {"p", "@127.0.0.1/p", "/p q", "/p\r\n"}) {
        environment.set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", uri);
        BOOST_TEST(test::holds(fault(), "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"), uri);
    }
    BOOST_TEST(http->requests.empty());
}

// The token is that of the file, read each time, or else that of the variable; neither may break out of the header.
BOOST_AUTO_TEST_CASE(authorization)
{
    set_full("http://127.0.0.1/p");
    environment.set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic of-variable");
    auto const provider = make_container_provider(context());
    auto const token = [&] {
        http->answer(200, good_answer);
        test::credentials_of(provider);
        return std::string(http->requests.back().message.headers.get("authorization"));
    };
    BOOST_TEST(token() == "Basic of-variable");
    environment.set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", home.write("token", "one\n").string());
    BOOST_TEST(token() == "one");
    home.write("token", "two");
    BOOST_TEST(token() == "two");
    home.write("token", "hidden\nX-Evil: 1");
    BOOST_TEST(test::holds(test::failed_message(provider), "authorization token has a line end"));
    environment.set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", (home / "none").string());
    BOOST_TEST(test::holds(test::failed_message(provider), "there is no such file"));
    environment.unset("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    environment.set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "hidden\r\nX-Evil: 1");
    BOOST_TEST(test::holds(test::failed_message(provider), "authorization token has a line end"));
}

// A failed request is repeated twice, with a pause; then it is an error that shows nothing but words.
BOOST_AUTO_TEST_CASE(attempts)
{
    set_full("http://127.0.0.1/p");
    http->fail(errc::connect_timeout).answer(500, "").answer(200, good_answer);
    BOOST_TEST(get_in_time().access_key_id == "A");
    auto const fault_after = [this](int status, std::string const& body) {
        for (int i = 0; i < 3; ++i)
            http->answer(status, body);
        return fault();
    };
    BOOST_TEST(fault_after(404, "hidden") == "container: http://127.0.0.1:80 answered 404");
    BOOST_TEST(fault_after(403, R"({"code":"Denied","message":"not you"})") ==
               "container: http://127.0.0.1:80 answered 403: Denied: not you");
    BOOST_TEST(fault_after(302, R"({"AccessKeyId":"hidden"})") ==
               "container: http://127.0.0.1:80 answered 302");
    BOOST_TEST(fault_after(200, "hidden") == "container: no JSON object with credentials");
    BOOST_TEST(fault_after(200, R"({"AccessKeyId":"A"})") == "container: the answer lacks SecretAccessKey");
    BOOST_TEST(
        fault_after(200, R"({"AccessKeyId":"A","SecretAccessKey":"hidden","Token":"hidden\r\nX: 1"})") ==
        "container: the session token is no text of at most 64 KiB of visible ASCII characters");
    BOOST_TEST(fault_after(200, std::string(10'000, '[')) == "container: no JSON object with credentials");
    BOOST_TEST(http->left() == 0U);
}

// Without the variables there is no container.
BOOST_AUTO_TEST_CASE(not_configured)
{
    BOOST_TEST(test::failure_of(make_container_provider(context())).code() == errc::no_credentials);
}

// Over the network; a redirection is not followed.
BOOST_AUTO_TEST_CASE(over_the_network)
{
    test::scripted_server const server([](test::peer& client) {
        client.read_head();
        if (client.number() == 1)
            client.write(
                "HTTP/1.1 307 Over There\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n");
        else
            client.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(good_answer.size()) +
                         "\r\n\r\n" + good_answer);
    });
    set_full("http://localhost:" + std::to_string(server.port()) + "/p");
    BOOST_TEST(test::credentials_of(container_credentials(options)).access_key_id == "A");
    BOOST_TEST(server.connections() == 2);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
