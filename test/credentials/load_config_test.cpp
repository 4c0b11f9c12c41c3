#include <glacier/config.hpp>

#include "credentials/credentials_fixture.hpp"

namespace glacier {

namespace {

/// Everything that a configuration needs stands in the profile `default`.
struct config_fixture : test::credentials_fixture {
    config_fixture()
    {
        write_config(
            "[default]\nregion = of-default\nendpoint_url = http://of-default\nca_bundle = /of/default\n"
            "[profile backup]\nregion = of-backup\nendpoint_url = http://of-backup\nca_bundle = "
            "/of/backup\n");
        write_credentials("[default]\naws_access_key_id = DEFAULT\naws_secret_access_key = s\n"
                          "[backup]\naws_access_key_id = BACKUP\naws_secret_access_key = s\n");
    }

    void set_keys()
    {
        environment.set("AWS_ACCESS_KEY_ID", "ENVIRONMENT");
        environment.set("AWS_SECRET_ACCESS_KEY", "s");
    }

    client_config load() const { return load_client_config(overrides, environment.reader()); }

    std::string key() const { return test::credentials_of(load().credentials).access_key_id; }

    operation_error failure() const
    {
        return test::error_of([this] { load(); });
    }

    config_overrides overrides;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(load_config_test, config_fixture)

// Region: the override, AWS_REGION, AWS_DEFAULT_REGION, the profile; what is empty does not count.
BOOST_AUTO_TEST_CASE(region)
{
    BOOST_TEST(load().region == "of-default");
    environment.set("AWS_DEFAULT_REGION", "second");
    BOOST_TEST(load().region == "second");
    environment.set("AWS_REGION", "first");
    BOOST_TEST(load().region == "first");
    overrides.region = "override";
    BOOST_TEST(load().region == "override");
    overrides.region.reset();
    environment.set("AWS_REGION", "");
    BOOST_TEST(load().region == "second");
    environment.set("AWS_DEFAULT_REGION", "");
    BOOST_TEST(load().region == "of-default");
}

// Without a region there is no configuration.
BOOST_AUTO_TEST_CASE(no_region)
{
    write_config("[default]\n");
    BOOST_TEST(failure().code() == errc::no_region);
    overrides.region = "";
    environment.set("AWS_REGION", "x");
    BOOST_TEST(failure().code() == errc::no_region);
}

// Endpoint: the override, AWS_ENDPOINT_URL_GLACIER, AWS_ENDPOINT_URL, the profile.
BOOST_AUTO_TEST_CASE(endpoint)
{
    BOOST_TEST(load().endpoint.value() == "http://of-default");
    environment.set("AWS_ENDPOINT_URL", "http://all");
    BOOST_TEST(load().endpoint.value() == "http://all");
    environment.set("AWS_ENDPOINT_URL_GLACIER", "http://glacier");
    BOOST_TEST(load().endpoint.value() == "http://glacier");
    overrides.endpoint = "http://override";
    BOOST_TEST(load().endpoint.value() == "http://override");
    overrides.endpoint.reset();
    environment.set("AWS_ENDPOINT_URL_GLACIER", "");
    BOOST_TEST(load().endpoint.value() == "http://all");
}

// No endpoint anywhere: that of the region.
BOOST_AUTO_TEST_CASE(no_endpoint)
{
    write_config("[default]\nregion = x\n");
    BOOST_TEST(!load().endpoint.has_value());
}

// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true hides all of them but the override.
BOOST_AUTO_TEST_CASE(ignored_endpoints)
{
    environment.set("AWS_ENDPOINT_URL", "http://all");
    environment.set("AWS_ENDPOINT_URL_GLACIER", "http://glacier");
    environment.set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    BOOST_TEST(!load().endpoint.has_value());
    overrides.endpoint = "http://override";
    BOOST_TEST(load().endpoint.value() == "http://override");
    overrides.endpoint.reset();
    environment.set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false");
    BOOST_TEST(load().endpoint.value() == "http://glacier");
}

// CA bundle: the override, AWS_CA_BUNDLE, the profile; none means the system's.
BOOST_AUTO_TEST_CASE(ca_bundle)
{
    BOOST_TEST(load().tls.ca_bundle.value().string() == "/of/default");
    environment.set("AWS_CA_BUNDLE", "/of/environment");
    BOOST_TEST(load().tls.ca_bundle.value().string() == "/of/environment");
    overrides.ca_bundle = "/of/override";
    BOOST_TEST(load().tls.ca_bundle.value().string() == "/of/override");

    overrides.ca_bundle.reset();
    environment.unset("AWS_CA_BUNDLE");
    write_config("[default]\nregion = x\n");
    BOOST_TEST(!load().tls.ca_bundle.has_value());
}

// Profile: the override, AWS_PROFILE, `default`. It gives all values that nothing else gives.
BOOST_AUTO_TEST_CASE(profile)
{
    BOOST_TEST(load().region == "of-default");
    BOOST_TEST(key() == "DEFAULT");
    environment.set("AWS_PROFILE", "backup");
    BOOST_TEST(load().region == "of-backup");
    BOOST_TEST(load().endpoint.value() == "http://of-backup");
    BOOST_TEST(load().tls.ca_bundle.value().string() == "/of/backup");
    BOOST_TEST(key() == "BACKUP");
    overrides.profile = "default";
    BOOST_TEST(load().region == "of-default");
    BOOST_TEST(key() == "DEFAULT");
    overrides.profile.reset();
    environment.set("AWS_PROFILE", "");
    BOOST_TEST(load().region == "of-default");
}

// Keys of the environment go before those of a profile, also of one that AWS_PROFILE names; only a profile given as
// override goes before them.
BOOST_AUTO_TEST_CASE(keys_of_the_environment)
{
    set_keys();
    BOOST_TEST(key() == "ENVIRONMENT");
    environment.set("AWS_PROFILE", "backup");
    BOOST_TEST(key() == "ENVIRONMENT");
    BOOST_TEST(load().region == "of-backup");
    overrides.profile = "backup";
    BOOST_TEST(key() == "BACKUP");
}

// They are read for every request.
BOOST_AUTO_TEST_CASE(keys_change)
{
    set_keys();
    client_config const config = load();
    environment.set("AWS_ACCESS_KEY_ID", "LATER");
    BOOST_TEST(test::credentials_of(config.credentials).access_key_id == "LATER");
}

// Half a pair in the environment is an error, never a reason to take other keys.
BOOST_AUTO_TEST_CASE(half_a_pair_in_the_environment)
{
    environment.set("AWS_ACCESS_KEY_ID", "ENVIRONMENT");
    operation_error const error = failure();
    BOOST_TEST(error.code() == errc::credentials_failed);
    BOOST_TEST(error.details().message.find("AWS_SECRET_ACCESS_KEY") != std::string::npos);
}

// With keys and a region in the environment no file is needed.
BOOST_AUTO_TEST_CASE(environment_alone)
{
    environment.unset("HOME");
    environment.set("AWS_REGION", "x");
    set_keys();
    BOOST_TEST(key() == "ENVIRONMENT");
}

// A profile that was asked for must exist, even if nothing of it were needed.
BOOST_AUTO_TEST_CASE(missing_profile)
{
    set_keys();
    environment.set("AWS_REGION", "x");
    environment.set("AWS_PROFILE", "missing");
    BOOST_TEST(failure().code() == errc::invalid_profile);
    BOOST_TEST(failure().details().message.find("missing") != std::string::npos);
    environment.unset("AWS_PROFILE");
    overrides.profile = "missing";
    BOOST_TEST(failure().code() == errc::invalid_profile);
}

// Without keys anywhere the error says where they were looked for.
BOOST_AUTO_TEST_CASE(no_credentials)
{
    environment.set("AWS_REGION", "x");
    environment.set("AWS_EC2_METADATA_DISABLED", "true");
    write_credentials("");
    operation_error error = failure();
    BOOST_TEST(error.code() == errc::no_credentials);
    BOOST_TEST(error.details().message.find("default") != std::string::npos);
    write_config("");
    error = failure();
    BOOST_TEST(error.code() == errc::no_credentials);
    BOOST_TEST(error.details().message.find("AWS_ACCESS_KEY_ID") != std::string::npos);
}

// A fault in a file is an error, although the environment would have been enough.
BOOST_AUTO_TEST_CASE(faulty_file)
{
    set_keys();
    environment.set("AWS_REGION", "x");
    std::filesystem::path const path = write_config("[default\n");
    operation_error const error = failure();
    BOOST_TEST(error.code() == errc::invalid_profile);
    BOOST_TEST(error.details().message.find(path.string() + ", line 1") == 0U);
}

// The account is `-`, the owner of the keys, unless it is overridden.
BOOST_AUTO_TEST_CASE(account)
{
    BOOST_TEST(load().account.str() == "-");
    overrides.account = glacier::account_id("123456789012");
    BOOST_TEST(load().account.str() == "123456789012");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier
