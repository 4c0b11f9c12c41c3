#include "net/name_resolver.hpp"

#include "net/net_fixture.hpp"

#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <vector>

namespace glacier::net {

namespace {

using looking_up = test::started<std::vector<plan::host_address>>;

} // namespace

BOOST_AUTO_TEST_SUITE(name_resolver_test)

// The system knows this machine, and gives each address once.
BOOST_AUTO_TEST_CASE(localhost)
{
    asio::io_context context;
    asio::any_io_executor const strand = asio::make_strand(context);
    looking_up running(context, strand, system_resolver()->resolve(strand, "localhost"));
    auto const& found = running.get();
    BOOST_TEST_REQUIRE(!found.empty());
    for (auto const& each : found) {
        BOOST_TEST((each.text == "127.0.0.1" || each.text == "::1"), each.text);
        BOOST_TEST(each.is_v6 == (each.text == "::1"));
        BOOST_TEST(std::count(found.begin(), found.end(), each) == 1);
    }
}

// A name that cannot be one is an error.
BOOST_AUTO_TEST_CASE(impossible_name)
{
    asio::io_context context;
    asio::any_io_executor const strand = asio::make_strand(context);
    BOOST_TEST(looking_up(context, strand, system_resolver()->resolve(strand, "two..dots")).code().failed());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
