#include "plan/proxy_bypass.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace glacier::plan {
namespace {

struct bypass_case {
    std::string list;
    std::string host;
    std::uint16_t port;
    bool bypassed;
};

void check(std::vector<bypass_case> const& cases)
{
    for (bypass_case const& each : cases)
        BOOST_TEST(bypasses_proxy(each.list, each.host, each.port) == each.bypassed,
                   '"' << each.list << "\" for " << each.host << ' ' << each.port);
}

BOOST_AUTO_TEST_SUITE(proxy_bypass_test)

// A name stands for itself and what is below it, with or without a dot or star before it, in any case.
BOOST_AUTO_TEST_CASE(names)
{
    check({{"example.com", "example.com", 443, true},
           {"example.com", "a.b.example.com", 443, true},
           {".example.com", "example.com", 443, true},
           {".example.com", "a.example.com", 443, true},
           {"*.example.com", "a.example.com", 443, true},
           {"Example.COM", "a.example.com", 443, true},
           {"example.com.", "example.com", 443, true},
           {"example.com", "example.com.", 443, true},
           {"example.com", "notexample.com", 443, false},
           {"example.com", "example.com.evil.org", 443, false},
           {"a.example.com", "example.com", 443, false},
           {"localhost", "localhost", 8'080, true}});
}

// Entries are separated by commas; spaces around them and empty ones do not matter; no entry is no bypass.
BOOST_AUTO_TEST_CASE(lists)
{
    check({{"", "example.com", 443, false},
           {" , ,,", "example.com", 443, false},
           {"a.org, example.com ,b.org", "example.com", 443, true},
           {"a.org,example.com", "b.org", 443, false},
           {"*", "example.com", 443, true},
           {"a.org, * ", "10.0.0.1", 443, true},
           {".", "example.com", 443, false},
           {"*.", "example.com", 443, false}});
}

// A port limits an entry to it.
BOOST_AUTO_TEST_CASE(ports)
{
    check({{"example.com:8443", "example.com", 8'443, true},
           {"example.com:8443", "example.com", 443, false},
           {"example.com:", "example.com", 443, false},
           {"example.com:x", "example.com", 443, false},
           {"10.0.0.1:443", "10.0.0.1", 443, true},
           {"10.0.0.1:443", "10.0.0.1", 80, false},
           {"[::1]:443", "::1", 443, true},
           {"[::1]:443", "::1", 80, false},
           {"[::1]", "::1", 80, true},
           {"[::1", "::1", 80, false}});
}

// Addresses and their ranges are compared as numbers, and never with names.
BOOST_AUTO_TEST_CASE(addresses)
{
    check({{"10.0.0.0/8", "10.255.0.1", 443, true},
           {"10.0.0.0/8", "11.0.0.1", 443, false},
           {"10.0.0.128/25", "10.0.0.127", 443, false},
           {"10.0.0.128/25", "10.0.0.128", 443, true},
           {"0.0.0.0/0", "8.8.8.8", 443, true},
           {"0.0.0.0/0", "2001:db8::1", 443, false},
           {"10.0.0.0/33", "10.0.0.1", 443, false},
           {"10.0.0.0/", "10.0.0.1", 443, false},
           {"10.0.0.0/-1", "10.0.0.1", 443, false},
           {"2001:db8::/32", "2001:db8:1::5", 443, true},
           {"2001:db8::/32", "2001:db9::5", 443, false},
           {"0:0:0:0:0:0:0:1", "::1", 443, true},
           {"::/0", "2001:db8::1", 443, true},
           {"::1/129", "::1", 443, false},
           {"10.0.0.1", "::ffff:10.0.0.1", 443, true},
           {"0.0.1", "10.0.0.1", 443, false},
           {"10.0.0.0/8", "ten.example.com", 443, false},
           {"1", "10.0.0.1", 443, false}});
}

// What lives on the link is never asked of a proxy: credentials come from there.
BOOST_AUTO_TEST_CASE(link_local)
{
    check({{"", "169.254.169.254", 80, true},
           {"", "169.254.170.2", 80, true},
           {"", "169.253.0.1", 80, false},
           {"", "fd00:ec2::254", 80, true},
           {"", "fd00:ec2::23", 80, true},
           {"", "fd00:ec3::254", 80, false},
           {"", "fe80::1", 80, true},
           {"", "::ffff:169.254.169.254", 80, true}});
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::plan
