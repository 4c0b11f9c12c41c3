#include "credentials/proxy_from_environment.hpp"

#include "credentials/credentials_fixture.hpp"

namespace glacier {

namespace {

struct proxy_fixture {
    std::optional<proxy_settings> find(std::optional<std::string> const& endpoint = std::nullopt,
                                       std::optional<std::string> const& override_value = std::nullopt) const
    {
        return proxy_from_environment(override_value, endpoint, environment.reader());
    }

    std::string host(std::optional<std::string> const& endpoint = std::nullopt) const
    {
        auto const found = find(endpoint);
        return found ? found->host : "none";
    }

    test::fake_environment environment;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(proxy_from_environment_test, proxy_fixture)

// An endpoint of https takes HTTPS_PROXY, also that of a region; one of http takes HTTP_PROXY.
BOOST_AUTO_TEST_CASE(by_scheme)
{
    BOOST_TEST(host() == "none");
    environment.set("HTTPS_PROXY", "http://secure:1");
    environment.set("HTTP_PROXY", "http://plain:2");
    BOOST_TEST(host() == "secure");
    BOOST_TEST(host("https://host") == "secure");
    BOOST_TEST(host("http://host") == "plain");
    environment.unset("HTTP_PROXY");
    BOOST_TEST(host("http://host") == "none");
}

// Names in small letters go before those in capitals, ALL_PROXY after both; what is empty does not count.
BOOST_AUTO_TEST_CASE(precedence)
{
    environment.set("ALL_PROXY", "fifth");
    BOOST_TEST(host() == "fifth");
    BOOST_TEST(host("http://host") == "fifth");
    environment.set("all_proxy", "fourth");
    BOOST_TEST(host() == "fourth");
    environment.set("HTTPS_PROXY", "third");
    BOOST_TEST(host() == "third");
    environment.set("https_proxy", "second");
    BOOST_TEST(host() == "second");
    environment.set("https_proxy", "");
    BOOST_TEST(host() == "third");
    BOOST_TEST(host("http://host") == "fourth");
    environment.set("http_proxy", "plain");
    BOOST_TEST(host("http://host") == "plain");
}

// In a CGI program HTTP_PROXY is what its caller wants; the others are not.
BOOST_AUTO_TEST_CASE(cgi)
{
    environment.set("REQUEST_METHOD", "GET");
    environment.set("HTTP_PROXY", "evil");
    environment.set("HTTPS_PROXY", "secure");
    BOOST_TEST(host("http://host") == "none");
    BOOST_TEST(host() == "secure");
    environment.set("http_proxy", "good");
    BOOST_TEST(host("http://host") == "good");
}

// The list of what is reached without the proxy comes with it.
BOOST_AUTO_TEST_CASE(bypass)
{
    environment.set("HTTPS_PROXY", "proxy");
    environment.set("NO_PROXY", "capitals");
    BOOST_TEST(find()->bypass == "capitals");
    environment.set("no_proxy", "small");
    BOOST_TEST(find()->bypass == "small");
}

// An option goes before the environment, and `none` turns it off; it is not subject to NO_PROXY.
BOOST_AUTO_TEST_CASE(option)
{
    environment.set("HTTPS_PROXY", "proxy");
    environment.set("NO_PROXY", "*");
    BOOST_TEST(!find(std::nullopt, "none").has_value());
    auto const found = find(std::nullopt, "http://user:word@other:3128");
    BOOST_TEST(found->host == "other");
    BOOST_TEST(found->port == 3'128);
    BOOST_TEST(found->user == "user");
    BOOST_TEST(found->password.reveal() == "word");
    BOOST_TEST(found->bypass.empty());
}

// An unusable proxy is an error that names the variable, not the password: to go without it would be worse.
BOOST_AUTO_TEST_CASE(refused)
{
    environment.set("HTTPS_PROXY", "https://user:secret@proxy:3128");
    operation_error const error = test::error_of([this] { find(); });
    BOOST_TEST(error.code() == errc::invalid_proxy);
    BOOST_TEST(error.details().message.find("HTTPS_PROXY") != std::string::npos);
    BOOST_TEST(error.details().message.find("proxy:3128") != std::string::npos);
    BOOST_TEST(std::string(error.what()).find("secret") == std::string::npos);
    BOOST_TEST(test::error_of([this] { find(std::nullopt, "socks5://proxy"); }).code() ==
               errc::invalid_proxy);
}

// load_client_config() looks the proxy of its endpoint up.
BOOST_AUTO_TEST_CASE(of_the_configuration)
{
    environment.set("HOME", "/nonexistent");
    environment.set("AWS_REGION", "eu-west-1");
    environment.set("AWS_ACCESS_KEY_ID", "KEY");
    environment.set("AWS_SECRET_ACCESS_KEY", "s");
    environment.set("HTTPS_PROXY", "secure");
    environment.set("HTTP_PROXY", "plain");
    config_overrides overrides;
    BOOST_TEST(load_client_config(overrides, environment.reader()).proxy->host == "secure");
    overrides.endpoint = "http://localhost:1";
    BOOST_TEST(load_client_config(overrides, environment.reader()).proxy->host == "plain");
    overrides.proxy = "none";
    BOOST_TEST(!load_client_config(overrides, environment.reader()).proxy.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier
