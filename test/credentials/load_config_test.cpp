#include <glacier/config.hpp>

#include "credentials/credentials_fixture.hpp"

#include <tuple>

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

// The section of services goes before the profile's own endpoint, and after the environment.
BOOST_AUTO_TEST_CASE(endpoint_of_services)
{
    std::string const sections = "[services local]\n"
                                 "s3 =\n  endpoint_url = http://s3\n"
                                 "glacier =\n  signature = x\n  Endpoint_URL = http://services\n"
                                 "[services empty]\nglacier =\n"
                                 "[default]\nregion = x\nendpoint_url = http://of-default\nservices = ";
    write_config(sections + "local\n");
    BOOST_TEST(load().endpoint.value() == "http://services");
    environment.set("AWS_ENDPOINT_URL", "http://all");
    BOOST_TEST(load().endpoint.value() == "http://all");
    environment.set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    BOOST_TEST(!load().endpoint.has_value());
    environment.unset("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    environment.unset("AWS_ENDPOINT_URL");
    write_config(sections + "empty\n");
    BOOST_TEST(load().endpoint.value() == "http://of-default");
}

// A section that is not there, and a bad value in one, are errors that name it.
BOOST_AUTO_TEST_CASE(bad_services)
{
    write_config("[default]\nregion = x\nservices = missing\n");
    operation_error error = failure();
    BOOST_TEST(error.code() == errc::invalid_profile);
    BOOST_TEST(error.details().message ==
               "services of the profile default is \"missing\", but must be the name of a "
               "section [services NAME] of the config file");
    write_config("[default]\nregion = x\nservices = a\n[services a]\nglacier =\n  endpoint_url = x\n");
    error = failure();
    BOOST_TEST(error.code() == errc::invalid_profile);
    BOOST_TEST(error.details().message.starts_with(
        "endpoint_url of glacier in [services a] is \"x\", but must be "));
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

// The key of the profile does the same, and the variable goes before it.
BOOST_AUTO_TEST_CASE(endpoints_ignored_by_the_profile)
{
    write_config(
        "[default]\nregion = x\nendpoint_url = http://all\nignore_configured_endpoint_urls = True\n");
    environment.set("AWS_ENDPOINT_URL", "http://all");
    BOOST_TEST(!load().endpoint.has_value());
    environment.set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "FALSE");
    BOOST_TEST(load().endpoint.value() == "http://all");
}

// FIPS and dual stack: the override, the variable, the profile; neither if nobody says so.
BOOST_AUTO_TEST_CASE(endpoint_variants)
{
    BOOST_TEST(!load().use_fips_endpoint);
    BOOST_TEST(!load().use_dualstack_endpoint);
    write_config("[default]\nregion = x\nuse_fips_endpoint = true\n");
    BOOST_TEST(load().use_fips_endpoint);
    BOOST_TEST(!load().use_dualstack_endpoint);
    write_config("[default]\nregion = x\nuse_dualstack_endpoint = true\n");
    BOOST_TEST(!load().use_fips_endpoint);
    BOOST_TEST(load().use_dualstack_endpoint);
    environment.set("AWS_USE_FIPS_ENDPOINT", "true");
    environment.set("AWS_USE_DUALSTACK_ENDPOINT", "false");
    BOOST_TEST(load().use_fips_endpoint);
    BOOST_TEST(!load().use_dualstack_endpoint);
    overrides.use_fips_endpoint = false;
    overrides.use_dualstack_endpoint = true;
    BOOST_TEST(!load().use_fips_endpoint);
    BOOST_TEST(load().use_dualstack_endpoint);
}

// FIPS or dual stack with an endpoint is an error that says where both stand.
BOOST_AUTO_TEST_CASE(endpoint_variants_with_an_endpoint)
{
    environment.set("AWS_USE_FIPS_ENDPOINT", "true");
    operation_error error = failure();
    BOOST_TEST(error.code() == errc::invalid_option);
    BOOST_TEST(error.details().message ==
               "Invalid Configuration: FIPS and custom endpoint are not supported: "
               "endpoint_url of the profile default and AWS_USE_FIPS_ENDPOINT");
    overrides.endpoint = "https://override";
    BOOST_TEST(failure().details().message.ends_with("are not supported: AWS_USE_FIPS_ENDPOINT"));
    environment.set("AWS_USE_FIPS_ENDPOINT", "false");
    overrides.use_dualstack_endpoint = true;
    BOOST_TEST(failure().details().message ==
               "Invalid Configuration: Dualstack and custom endpoint are not supported");
    overrides.use_dualstack_endpoint.reset();
    overrides.endpoint.reset();
    environment.set("AWS_USE_DUALSTACK_ENDPOINT", "true");
    environment.set("AWS_ENDPOINT_URL", "http://all");
    BOOST_TEST(failure().details().message.ends_with(": AWS_ENDPOINT_URL and AWS_USE_DUALSTACK_ENDPOINT"));
}

// Retries: the mode, and then the number of attempts; neither changes anything if it is not set.
BOOST_AUTO_TEST_CASE(retries)
{
    write_config("[default]\nregion = x\nmax_attempts = 7\nretry_mode = legacy\n");
    BOOST_TEST(load().retry.attempts_max == 7);
    BOOST_TEST(load().retry.cost == 0);
    BOOST_TEST((load().retry.delay_base == retry_settings::standard().delay_base));
    environment.set("AWS_RETRY_MODE", "adaptive");
    BOOST_TEST((load().retry.mode == retry_mode::adaptive));
    environment.set("AWS_RETRY_MODE", "standard");
    environment.set("AWS_MAX_ATTEMPTS", "1");
    BOOST_TEST((load().retry.mode == retry_mode::standard));
    BOOST_TEST(load().retry.attempts_max == 1);
    BOOST_TEST(load().retry.cost == retry_settings().cost);
    environment.unset("AWS_RETRY_MODE");
    environment.unset("AWS_MAX_ATTEMPTS");
    write_config("[default]\nregion = x\nretry_mode = legacy\n");
    BOOST_TEST(load().retry.attempts_max == 5);
    write_config("[default]\nregion = x\n");
    BOOST_TEST(load().retry.attempts_max == retry_settings().attempts_max);
}

// The name in the User-Agent.
BOOST_AUTO_TEST_CASE(application_id)
{
    BOOST_TEST(load().application_id.empty());
    write_config("[default]\nregion = x\nsdk_ua_app_id = of-profile\n");
    BOOST_TEST(load().application_id == "of-profile");
    environment.set("AWS_SDK_UA_APP_ID", "of-environment");
    BOOST_TEST(load().application_id == "of-environment");
}

// A value that is not allowed is an error that names the variable, or the key and the profile, and what is allowed.
BOOST_AUTO_TEST_CASE(bad_values)
{
    for (auto const& [name, value, reason] :
         {std::tuple("AWS_USE_FIPS_ENDPOINT", "maybe", errc::invalid_option),
          std::tuple("AWS_USE_DUALSTACK_ENDPOINT", "1", errc::invalid_option),
          std::tuple("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "yes", errc::invalid_option),
          std::tuple("AWS_RETRY_MODE", "Standard", errc::invalid_option),
          std::tuple("AWS_MAX_ATTEMPTS", "-1", errc::invalid_option),
          std::tuple("AWS_MAX_ATTEMPTS", "0", errc::invalid_option),
          std::tuple("AWS_MAX_ATTEMPTS", "1001", errc::invalid_option),
          std::tuple("AWS_MAX_ATTEMPTS", "3 ", errc::invalid_option),
          std::tuple("AWS_SDK_UA_APP_ID", "a b", errc::invalid_option),
          std::tuple("AWS_REGION", "evil.example/", errc::invalid_endpoint),
          std::tuple("AWS_DEFAULT_REGION", "EU West", errc::invalid_endpoint),
          std::tuple("AWS_ENDPOINT_URL_GLACIER", "localhost:80", errc::invalid_endpoint),
          std::tuple("AWS_ENDPOINT_URL", "ftp://all", errc::invalid_endpoint)}) {
        environment.set(name, value);
        operation_error const error = failure();
        environment.unset(name);
        BOOST_TEST(error.code() == reason, name);
        BOOST_TEST(
            error.details().message.starts_with(std::string(name) + " is \"" + value + "\", but must be "),
            error.what());
    }
    for (auto const& [key, value] :
         {std::pair("use_fips_endpoint", "maybe"), std::pair("use_dualstack_endpoint", "on"),
          std::pair("ignore_configured_endpoint_urls", "0"), std::pair("region", "a b"),
          std::pair("endpoint_url", "x"), std::pair("retry_mode", "patient"),
          std::pair("max_attempts", "many"), std::pair("sdk_ua_app_id", "a/b")}) {
        write_config("[profile backup]\n" + std::string(key) + " = " + value + "\n");
        overrides.profile = "backup";
        if (key != std::string("region"))
            overrides.region = "x";
        operation_error const error = failure();
        overrides.region.reset();
        BOOST_TEST(error.code() == errc::invalid_profile, key);
        BOOST_TEST(error.details().message.starts_with(std::string(key) + " of the profile backup is \"" +
                                                       value + "\", but must be "),
                   error.what());
    }
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
