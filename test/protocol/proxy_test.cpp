#include <glacier/proxy.hpp>

#include "support/printing.hpp"

#include <glacier/error.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

namespace glacier {
namespace {

BOOST_AUTO_TEST_SUITE(proxy_test)

// Host and port, with or without the scheme; without a port it is 80.
BOOST_AUTO_TEST_CASE(host_and_port)
{
    for (char const* const url : {"http://proxy.example.com:3128", "proxy.example.com:3128",
                                  "http://Proxy.Example.com:3128/", "proxy.example.com:3128/"}) {
        proxy_settings const parsed = proxy_settings::from_url(url);
        BOOST_TEST(parsed.host == "proxy.example.com", url);
        BOOST_TEST(parsed.port == 3'128);
        BOOST_TEST(parsed.user.empty());
        BOOST_TEST(parsed.password.empty());
        BOOST_TEST(parsed.bypass.empty());
    }
    BOOST_TEST(proxy_settings::from_url("http://proxy").port == 80);
    BOOST_TEST(proxy_settings::from_url("proxy").host == "proxy");
    BOOST_TEST(proxy_settings::from_url("http://[::1]:3128").host == "::1");
    BOOST_TEST(proxy_settings::from_url("http://10.0.0.1:3128").host == "10.0.0.1");
}

// User and password are percent-decoded; a password may hold what a user may not.
BOOST_AUTO_TEST_CASE(user_and_password)
{
    proxy_settings parsed = proxy_settings::from_url("http://us%40er:p%3Aa%2Fss@proxy:3128");
    BOOST_TEST(parsed.host == "proxy");
    BOOST_TEST(parsed.user == "us@er");
    BOOST_TEST(parsed.password.reveal() == "p:a/ss");
    parsed = proxy_settings::from_url("user:a:b@c@proxy");
    BOOST_TEST(parsed.host == "proxy");
    BOOST_TEST(parsed.user == "user");
    BOOST_TEST(parsed.password.reveal() == "a:b@c");
    parsed = proxy_settings::from_url("http://user@proxy");
    BOOST_TEST(parsed.user == "user");
    BOOST_TEST(parsed.password.empty());
}

// Anything else is refused by its own code; the message has the URL, but no password.
BOOST_AUTO_TEST_CASE(refused)
{
    for (char const* const url : {"",
                                  "http://",
                                  "https://user:secret@proxy:3128",
                                  "socks5://user:secret@proxy:1080",
                                  "http://user:secret@",
                                  "http://user:secret",
                                  "user:secret",
                                  "http://user:secret@proxy:0",
                                  "http://user:secret@proxy:65536",
                                  "http://user:secret@proxy:x",
                                  "http://user:secret@pro xy",
                                  "http://user:secret@proxy/path",
                                  "http://user:sec%ret@proxy",
                                  "http://u%3Aser:secret@proxy",
                                  "http://user:secret@[::1:80",
                                  "user:secret://proxy@",
                                  "http://user:secret@pro\r\nxy",
                                  "http://user:secret:3128",
                                  "user:secret:3128/",
                                  "http://user:secret[::1]"})
        BOOST_CHECK_EXCEPTION(proxy_settings::from_url(url), invalid_value, [&](invalid_value const& error) {
            BOOST_TEST(error.code() == errc::invalid_proxy, url);
            BOOST_TEST(std::string(error.what()).find("sec") == std::string::npos, error.what());
            return true;
        });
    for (std::string const url : {"https://proxy:3128", "http://[::1]:65536", "http://[::1]/path"})
        BOOST_CHECK_EXCEPTION(proxy_settings::from_url(url), invalid_value, [&](invalid_value const& error) {
            return std::string(error.what()).find(url) != std::string::npos;
        });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier
