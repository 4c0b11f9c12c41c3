#include "credentials/service_endpoint.hpp"

#include "credentials/sources_fixture.hpp"

namespace glacier::credentials_sources {

BOOST_FIXTURE_TEST_SUITE(service_endpoint_test, test::sources_fixture)

// The host of a service in each partition.
BOOST_AUTO_TEST_CASE(hosts)
{
    auto const host = [this](std::string const& prefix, std::string const& region) {
        service_place const place = place_of_service("S", prefix, "X", region, options);
        BOOST_TEST(place.region == region);
        return place.where.str();
    };
    BOOST_TEST(host("sts", "eu-west-1") == "https://sts.eu-west-1.amazonaws.com:443");
    BOOST_TEST(host("portal.sso", "us-gov-west-1") == "https://portal.sso.us-gov-west-1.amazonaws.com:443");
    BOOST_TEST(host("oidc", "cn-north-1") == "https://oidc.cn-north-1.amazonaws.com.cn:443");
    BOOST_TEST(host("sts", "us-iso-east-1") == "https://sts.us-iso-east-1.c2s.ic.gov:443");
    for (std::string const region : {"", "a b", "x.evil.example", "a/b"})
        BOOST_TEST(test::error_of([&] { host("sts", region); }).code() == errc::credentials_failed);
}

// Without a region STS has its global endpoint.
BOOST_AUTO_TEST_CASE(global)
{
    service_place const place = place_of_sts("S", options);
    BOOST_TEST(place.where.host == "sts.amazonaws.com");
    BOOST_TEST(place.region == "us-east-1");
    options.region = "eu-west-1";
    BOOST_TEST(place_of_sts("S", options).where.host == "sts.eu-west-1.amazonaws.com");
    options.use_fips_endpoint = true;
    BOOST_TEST(place_of_sts("S", options).where.host == "sts-fips.eu-west-1.amazonaws.com");
    options.use_dualstack_endpoint = true;
    BOOST_TEST(place_of_sts("S", options).where.host == "sts-fips.eu-west-1.api.aws");
}

// The service's own variable, then that of all services, unless they are to be ignored.
BOOST_AUTO_TEST_CASE(variables)
{
    auto const where = [this] {
        return place_of_service("S", "oidc", "SSO_OIDC", "eu-west-1", options).where.str();
    };
    environment.set("AWS_ENDPOINT_URL", "http://all:1");
    BOOST_TEST(where() == "http://all:1");
    BOOST_TEST(place_of_sts("S", options).where.str() == "http://all:1");
    environment.set("AWS_ENDPOINT_URL_SSO_OIDC", "https://own/prefix");
    BOOST_TEST(where() == "https://own:443");
    environment.set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    BOOST_TEST(where() == "https://oidc.eu-west-1.amazonaws.com:443");
    environment.unset("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    environment.set("AWS_ENDPOINT_URL_SSO_OIDC", "nowhere");
    operation_error const error = test::error_of(where);
    BOOST_TEST(error.code() == errc::credentials_failed);
    BOOST_TEST(test::holds(error.details().message, "AWS_ENDPOINT_URL_SSO_OIDC is \"nowhere\""));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
