#include "credentials/sso_token.hpp"

#include "base/iso8601.hpp"
#include "credentials/sources_fixture.hpp"

#include <boost/json/parse.hpp>

#include <sys/stat.h>

namespace glacier::credentials_sources {

namespace {

struct token_fixture : test::sources_fixture {
    token_fixture() { std::filesystem::create_directories(home / ".aws/sso/cache"); }

    std::filesystem::path path() const { return sso_token_path("S", settings, options.environment); }

    /// A token that ends after `left`; `more`: members after the first two.
    void write_token(std::chrono::milliseconds left, std::string const& more = "")
    {
        home.write(".aws/sso/cache/" + path().filename().string(),
                   R"({"accessToken":"hidden-access","expiresAt":")" +
                       base::to_iso8601_seconds(today() + left) + "\"" + more + "}");
    }

    std::string registration(std::chrono::milliseconds left) const
    {
        return R"(,"refreshToken":"hidden-refresh","clientId":"id","clientSecret":"hidden-client","registrationExpiresAt":")" +
               base::to_iso8601_seconds(today() + left) + R"(","region":"eu-west-1","startUrl":"https://u")";
    }

    asio::awaitable<std::string> reveal() const { return reveal_by(context(), settings); }

    static asio::awaitable<std::string> reveal_by(source_context context, sso_settings settings)
    {
        secret_string const token = co_await fetch_sso_token(std::move(context), "S", std::move(settings));
        co_return std::string(token.reveal());
    }

    std::string token() const { return test::run(reveal()); }

    std::string fault() const
    {
        operation_error const error = test::error_of([this] { token(); });
        BOOST_TEST(error.code() == errc::credentials_failed);
        BOOST_TEST(!test::holds(error.what(), "hidden"));
        return error.details().message;
    }

    sso_settings settings{"123456789012", "R", "https://example.awsapps.com/start", "eu-west-1"};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(sso_token_test, token_fixture)

// The file is named by the SHA-1 of the start URL, or of the session's name. Both were computed by sha1sum.
BOOST_AUTO_TEST_CASE(names)
{
    BOOST_TEST(path().string() ==
               (home / ".aws/sso/cache/e8be5486177c5b5392bd9aa76563515b29358e6e.json").string());
    settings.session_name = "my-sso";
    BOOST_TEST(path().string() ==
               (home / ".aws/sso/cache/0ad374308c5a4e22f723adf10145eafad7c4031c.json").string());
    environment.unset("HOME");
    BOOST_CHECK_THROW(path(), operation_error);
}

// A token that is valid is taken as it is.
BOOST_AUTO_TEST_CASE(valid)
{
    write_token(std::chrono::minutes(16));
    BOOST_TEST(token() == "hidden-access");
    // Without a session it cannot be renewed, so it is used to its end.
    write_token(std::chrono::seconds(1), registration(std::chrono::hours(1)));
    BOOST_TEST(token() == "hidden-access");
    // The older form of times.
    home.write(".aws/sso/cache/" + path().filename().string(),
               R"({"accessToken":"hidden-access","expiresAt":"2099-01-02T03:04:05UTC"})");
    BOOST_TEST(token() == "hidden-access");
    BOOST_TEST(http->requests.empty());
}

// Without a token, or with one that has ended, the user is told how to log in.
BOOST_AUTO_TEST_CASE(login_needed)
{
    BOOST_TEST(fault() == "S: there is no token " + path().string() + "; log in with: aws sso login");
    settings.session_name = "my-sso";
    write_token(std::chrono::seconds(-1));
    BOOST_TEST(fault() == "S: the token ended at " +
                              base::to_iso8601_seconds(today() - std::chrono::seconds(1)) +
                              "; log in with: aws sso login --sso-session my-sso");
    // A registration that has ended renews nothing.
    write_token(std::chrono::seconds(-1), registration(std::chrono::seconds(-1)));
    BOOST_TEST(test::holds(fault(), "log in with"));
    BOOST_TEST(http->requests.empty());
}

// A token of a session is renewed when it ends soon, and the file gets the new one, readable by its owner only.
BOOST_AUTO_TEST_CASE(renewed)
{
    settings.session_name = "my-sso";
    for (std::chrono::seconds const left : {std::chrono::seconds(14 * 60), std::chrono::seconds(-60)}) {
        write_token(left, registration(std::chrono::hours(1)));
        http->answer(200, R"({"accessToken":"new-access","expiresIn":28800,"refreshToken":"new-refresh"})");
        BOOST_TEST(token() == "new-access");
        fetch_request const& sent = http->requests.back();
        BOOST_TEST(sent.target.str() == "https://oidc.eu-west-1.amazonaws.com:443");
        BOOST_TEST(sent.message.target == "/token");
        BOOST_TEST((sent.message.method == protocol::http_method::post));
        BOOST_TEST((boost::json::parse(sent.message.body) ==
                    boost::json::value{{"clientId", "id"},
                                       {"grantType", "refresh_token"},
                                       {"clientSecret", "hidden-client"},
                                       {"refreshToken", "hidden-refresh"}}));
        auto const written = boost::json::parse(test::content_of(path())).as_object();
        BOOST_TEST((written.at("accessToken") == "new-access"));
        BOOST_TEST((written.at("refreshToken") == "new-refresh"));
        BOOST_TEST((written.at("clientSecret") == "hidden-client"));
        BOOST_TEST((written.at("startUrl") == "https://u"));
        std::string const ends = base::to_iso8601_seconds(today() + std::chrono::hours(8));
        BOOST_TEST(std::string(written.at("expiresAt").as_string().c_str()) == ends);
        struct stat about {};
        BOOST_TEST(::stat(path().c_str(), &about) == 0);
        BOOST_TEST((about.st_mode & 0777U) == 0600U);
        BOOST_TEST(std::distance(std::filesystem::directory_iterator(home / ".aws/sso/cache"),
                                 std::filesystem::directory_iterator()) == 1);
    }
}

// If that fails the old token is good while it is valid; afterwards the user must log in.
BOOST_AUTO_TEST_CASE(renewal_fails)
{
    settings.session_name = "my-sso";
    std::vector<std::pair<int, std::string>> const answers{
        {400, R"({"error":"invalid_grant","error_description":"words"})"},
        {302, ""},
        {200, "hidden"},
        {200, R"({"accessToken":"hidden","expiresIn":0})"},
        {200, R"({"accessToken":"hidden","expiresIn":99999999999})"},
        {200, R"({"accessToken":["hidden"],"expiresIn":60})"},
        {200, R"({"expiresIn":60})"}};
    for (auto const& [status, body] : answers)
        for (bool const valid : {true, false}) {
            write_token(std::chrono::seconds(valid ? 60 : -60), registration(std::chrono::hours(1)));
            http->answer(status, body);
            if (valid)
                BOOST_TEST(token() == "hidden-access");
            else
                BOOST_TEST(test::holds(fault(), "log in with: aws sso login --sso-session my-sso"));
        }
    write_token(std::chrono::seconds(-60), registration(std::chrono::hours(1)));
    http->answer(400, answers[0].second);
    BOOST_TEST(fault() == "S: renewing the token: https://oidc.eu-west-1.amazonaws.com:443 answered 400: "
                          "invalid_grant: words; log in with: aws sso login --sso-session my-sso");
}

// A cache that cannot be written does not keep the token from being used.
BOOST_AUTO_TEST_CASE(file_cannot_be_written)
{
    if (::geteuid() == 0) {
        BOOST_TEST_MESSAGE("permissions do not stop root");
        return;
    }
    settings.session_name = "my-sso";
    write_token(std::chrono::seconds(60), registration(std::chrono::hours(1)));
    ::chmod((home / ".aws/sso/cache").c_str(), 0500);
    http->answer(200, R"({"accessToken":"new-access","expiresIn":28800})");
    BOOST_TEST(token() == "new-access");
    ::chmod((home / ".aws/sso/cache").c_str(), 0700);
}

// Files that are no tokens, without their content.
BOOST_AUTO_TEST_CASE(faulty_files)
{
    for (std::string const& text :
         {std::string("hidden"), std::string("[]"), std::string(R"({"accessToken":"hidden"})"),
          std::string(R"({"accessToken":"hidden","expiresAt":"soon"})"),
          std::string(R"({"accessToken":7,"expiresAt":"2099-01-02T03:04:05Z"})"), std::string(70'000, 'x'),
          std::string(10'000, '[')}) {
        home.write(".aws/sso/cache/" + path().filename().string(), text);
        BOOST_TEST(test::holds(fault(), "S: "));
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
