#include "protocol/endpoint.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace glacier::protocol {
namespace {

using namespace std::string_literals;

/// scheme, host, port and prefix with bars between; or the error.
std::string parsed(std::string_view url)
{
    auto const endpoint = parse_endpoint(url);
    if (!endpoint)
        return endpoint.error() == errc::invalid_endpoint ? "invalid" : "another error";
    return (endpoint->tls ? "tls|" : "plain|") + endpoint->host + "|" + std::to_string(endpoint->port) + "|" +
           endpoint->path_prefix;
}

BOOST_AUTO_TEST_SUITE(endpoint_test)

// Scheme, host, port and prefix; the port is that of the scheme where none is given.
BOOST_AUTO_TEST_CASE(urls_are_read)
{
    for (auto const& [url, expected] : {
             std::pair{"https://glacier.us-east-1.amazonaws.com", "tls|glacier.us-east-1.amazonaws.com|443|"},
             std::pair{"http://localhost", "plain|localhost|80|"},
             std::pair{"http://localhost:8080", "plain|localhost|8080|"},
             std::pair{"https://localhost:80", "tls|localhost|80|"},
             std::pair{"http://localhost:65535", "plain|localhost|65535|"},
             std::pair{"http://localhost:1", "plain|localhost|1|"},
             std::pair{"https://host:", "tls|host|443|"},
             std::pair{"https://host/", "tls|host|443|"},
             std::pair{"https://host///", "tls|host|443|"},
             std::pair{"https://host/a", "tls|host|443|/a"},
             std::pair{"https://host:8443/a/b-c_d.e~f/", "tls|host|8443|/a/b-c_d.e~f"},
             std::pair{"https://host//a///b//", "tls|host|443|/a/b"},
             std::pair{"https://host/a..b/...", "tls|host|443|/a..b/..."},
             std::pair{"https://host/a%2Fb", "tls|host|443|/a%2Fb"},
             std::pair{"https://HOST.Example.ORG/Path", "tls|host.example.org|443|/Path"},
             std::pair{"http://127.0.0.1:9000", "plain|127.0.0.1|9000|"},
             std::pair{"http://[::1]", "plain|::1|80|"},
             std::pair{"https://[2001:DB8::1]:8443/x", "tls|2001:db8::1|8443|/x"},
             std::pair{"http://[::ffff:127.0.0.1]:9000", "plain|::ffff:127.0.0.1|9000|"},
             std::pair{"http://my_host", "plain|my_host|80|"},
         })
        BOOST_TEST(parsed(url) == expected, url << " became " << parsed(url));
}

// Everything that is not such a URL, or has parts that nobody would use, is refused.
BOOST_AUTO_TEST_CASE(other_texts_are_refused)
{
    for (std::string const& url : {""s,
                                   "localhost"s,
                                   "localhost:8080"s,
                                   "//localhost"s,
                                   "ftp://localhost"s,
                                   "HTTP://localhost"s,
                                   "https:"s,
                                   "https:/localhost"s,
                                   "https://"s,
                                   "https:///path"s,
                                   "https://:443"s,
                                   "https://host:0"s,
                                   "https://host:65536"s,
                                   "https://host:-1"s,
                                   "https://host:+1"s,
                                   "https://host:https"s,
                                   "https://host:80:81"s,
                                   "https://host:8 0"s,
                                   "https://user@host"s,
                                   "https://user:pass@host"s,
                                   "https://host?x"s,
                                   "https://host/?x=1"s,
                                   "https://host#x"s,
                                   "https://host/#x"s,
                                   "https://ho st"s,
                                   "https://host/a b"s,
                                   "https://host\r\n"s,
                                   "https://host/\r\nx: y"s,
                                   "https://ho\0st"s,
                                   "https://host/\0"s,
                                   "https://host/.."s,
                                   "https://host/a/../b"s,
                                   "https://host/."s,
                                   "https://host/./a"s,
                                   "https://host/a%"s,
                                   "https://host/a%2"s,
                                   "https://host/%zz"s,
                                   "https://h\xc3\xb6st"s,
                                   "https://[::1"s,
                                   "https://::1"s,
                                   "https://[]"s,
                                   "https://[host]"s,
                                   "https://[127.0.0.1]"s,
                                   "https://[::1]x"s,
                                   "https://[::1]80"s,
                                   "https://[::g]"s,
                                   "https://[fe80::1%25eth0]"s,
                                   " https://host"s,
                                   "https://host "s,
                                   "https://"s + std::string(254, 'a')})
        BOOST_TEST(parsed(url) == "invalid", url << " became " << parsed(url));
    BOOST_TEST(parsed("https://" + std::string(253, 'a')) != "invalid");
}

// The Host header has the port where it is not the scheme's own, and brackets around an IPv6 address.
BOOST_AUTO_TEST_CASE(host_header)
{
    for (auto const& [url, expected] : {
             std::pair{"https://host", "host"},
             std::pair{"https://host:443", "host"},
             std::pair{"http://host:80", "host"},
             std::pair{"http://host:443", "host:443"},
             std::pair{"https://host:80", "host:80"},
             std::pair{"http://localhost:8080/x", "localhost:8080"},
             std::pair{"http://[::1]", "[::1]"},
             std::pair{"http://[::1]:8080", "[::1]:8080"},
         })
        BOOST_TEST(parse_endpoint(url).value().host_header() == expected, url);
}

// In messages the port is always there, and the prefix is not.
BOOST_AUTO_TEST_CASE(text_for_messages)
{
    BOOST_TEST(parse_endpoint("https://host/x").value().str() == "https://host:443");
    BOOST_TEST(parse_endpoint("http://[::1]").value().str() == "http://[::1]:80");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
