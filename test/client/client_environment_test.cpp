#include "client/client_environment.hpp"

#include "support/client_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace glacier;

namespace {

client_config default_config()
{
    return test::client_fixture::default_config();
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_environment_test)

// Without an endpoint it is the region's, the one of China in its own domain.
BOOST_AUTO_TEST_CASE(endpoint_of_the_region)
{
    client_config config = default_config();
    BOOST_TEST(endpoint_of(config).where.host == "glacier.eu-west-1.amazonaws.com");
    config.region = "cn-north-1";
    BOOST_TEST(endpoint_of(config).where.host == "glacier.cn-north-1.amazonaws.com.cn");
    config.endpoint = "https://example.org:8443/prefix";
    BOOST_TEST(endpoint_of(config).where.host == "example.org");
    BOOST_TEST(endpoint_of(config).where.path_prefix == "/prefix");
}

// FIPS and dual stack choose other hosts of the region.
BOOST_AUTO_TEST_CASE(endpoint_variants)
{
    client_config config = default_config();
    config.use_fips_endpoint = true;
    BOOST_TEST(endpoint_of(config).where.host == "glacier-fips.eu-west-1.amazonaws.com");
    config.use_dualstack_endpoint = true;
    BOOST_TEST(endpoint_of(config).where.host == "glacier-fips.eu-west-1.api.aws");
    config.use_fips_endpoint = false;
    BOOST_TEST(endpoint_of(config).where.host == "glacier.eu-west-1.api.aws");
}

// An endpoint that is no URL, or a region that is missing, is refused.
BOOST_AUTO_TEST_CASE(no_endpoint)
{
    auto const code_with = [](client_config const& config) -> error_code {
        try {
            endpoint_of(config);
        } catch (boost::system::system_error const& error) {
            return error.code();
        }
        return {};
    };
    client_config config = default_config();
    config.endpoint = "example.org/?query";
    BOOST_TEST((code_with(config) == errc::invalid_endpoint));
    BOOST_TEST((code_with(client_config()) == errc::no_region));
}

// What is made of the machine: a network, clocks and random numbers, and the limits that the configuration asks for.
BOOST_AUTO_TEST_CASE(made_of_the_machine)
{
    asio::io_context context;
    client_environment const made = make_client_environment(context.get_executor(), default_config());
    BOOST_TEST((made.exchanger != nullptr));
    BOOST_TEST((made.clock != nullptr));
    BOOST_TEST((made.random != nullptr));
    BOOST_TEST((made.time != nullptr));
    BOOST_TEST((made.limits != nullptr));
    BOOST_TEST(made.exchanger->statistics().open == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
