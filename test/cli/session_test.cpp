#include "cli/session.hpp"

#include "fixture.hpp"

#include <glacier/error.hpp>

#include <boost/test/unit_test.hpp>

namespace {

using namespace glacier::cli;

/// Makes a client with these options, and returns the code of the error.
glacier::error_code error_of(global_options const& options,
                             std::map<std::string, std::string> const& environment,
                             std::optional<std::string> const& account = std::nullopt)
{
    asio::io_context context(1);
    std::ostringstream stream;
    surroundings const world{
        .context = context,
        .out = stream,
        .err = stream,
        .environment = [&environment](std::string const& name) -> std::optional<std::string> {
            auto const found = environment.find(name);
            if (found == environment.end())
                return std::nullopt;
            return found->second;
        }};
    session const run(world, options);
    try {
        run.connect(100, account);
        return {};
    } catch (boost::system::system_error const& error) {
        return error.code();
    }
}

std::map<std::string, std::string> const keys{{"AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"},
                                              {"AWS_SECRET_ACCESS_KEY", "secret"},
                                              {"AWS_CONFIG_FILE", "/dev/null"},
                                              {"AWS_SHARED_CREDENTIALS_FILE", "/dev/null"}};

global_options with_region()
{
    global_options options;
    options.region = "eu-west-1";
    return options;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cli_session)

BOOST_AUTO_TEST_CASE(options_and_environment_make_a_client)
{
    BOOST_TEST(!error_of(with_region(), keys));
    auto with_region_of_environment = keys;
    with_region_of_environment["AWS_REGION"] = "eu-west-1";
    BOOST_TEST(!error_of({}, with_region_of_environment));
}

// Each option reaches the configuration.
BOOST_AUTO_TEST_CASE(options_are_used)
{
    BOOST_TEST((error_of({}, keys) == glacier::errc::no_region));
    BOOST_TEST(
        (error_of(with_region(), {{"AWS_CONFIG_FILE", "/dev/null"},
                                  {"AWS_SHARED_CREDENTIALS_FILE", "/dev/null"},
                                  {"AWS_EC2_METADATA_DISABLED", "true"}}) == glacier::errc::no_credentials));

    global_options options = with_region();
    options.account_id = "123";
    BOOST_TEST((error_of(options, keys) == glacier::errc::invalid_account_id));
    // A command may name another owner.
    BOOST_TEST(!error_of(options, keys, "-"));
    BOOST_TEST((error_of(with_region(), keys, "123") == glacier::errc::invalid_account_id));
    options = with_region();
    options.endpoint_url = "ftp://127.0.0.1";
    BOOST_TEST((error_of(options, keys) == glacier::errc::invalid_endpoint));
    options.endpoint_url = "https://127.0.0.1";
    BOOST_TEST(!error_of(options, keys));
    options.fips = true;
    BOOST_TEST((error_of(options, keys) == glacier::errc::invalid_option));
    options.fips = false;
    options.dualstack = true;
    BOOST_TEST((error_of(options, keys) == glacier::errc::invalid_option));
    options = with_region();
    options.ca_bundle = "/nonexistent/bundle.pem";
    BOOST_TEST((error_of(options, keys) == glacier::errc::invalid_ca_bundle));
    options.ca_bundle.reset();
    options.proxy = "https://proxy";
    BOOST_TEST((error_of(options, keys) == glacier::errc::invalid_proxy));
    options.proxy = "none";
    BOOST_TEST((error_of(options, keys) == glacier::error_code()));
    options = with_region();
    options.profile = "no-such-profile";
    BOOST_TEST((error_of(options, keys) == glacier::errc::invalid_profile));
}

BOOST_AUTO_TEST_SUITE_END()
