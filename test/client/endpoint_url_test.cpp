#include <glacier/endpoint_url.hpp>

#include "support/printing.hpp"

#include <boost/test/unit_test.hpp>

namespace glacier {

BOOST_AUTO_TEST_SUITE(endpoint_url_test)

// The region's own, or what was configured, whole.
BOOST_AUTO_TEST_CASE(urls)
{
    client_config config;
    BOOST_CHECK_THROW(endpoint_url(config), operation_error);
    config.region = "eu-west-1";
    BOOST_TEST(endpoint_url(config) == "https://glacier.eu-west-1.amazonaws.com:443");
    config.endpoint = "http://localhost:8080/prefix";
    BOOST_TEST(endpoint_url(config) == "http://localhost:8080/prefix");
    config.endpoint = "nowhere";
    BOOST_CHECK_THROW(endpoint_url(config), invalid_value);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier
