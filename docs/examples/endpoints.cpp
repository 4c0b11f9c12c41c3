// Where requests go: by region, by variant, and to an endpoint of one's own. Nothing is sent.

#include <glacier/client.hpp>
#include <glacier/config.hpp>

#include <boost/asio/io_context.hpp>

#include <iostream>
#include <map>
#include <optional>
#include <string>

namespace asio = boost::asio;

glacier::client_config any_config()
{
    glacier::client_config config;
    config.credentials = glacier::static_credentials(
        glacier::credentials("AKIAIOSFODNN7EXAMPLE", glacier::secret_string("secret")));
    return config;
}

glacier::client fips_client(asio::io_context& context, glacier::client_config config)
{
    // glacier-fips.us-east-1.amazonaws.com
    config.region = "us-east-1";
    config.use_fips_endpoint = true;
    return glacier::client(context.get_executor(), std::move(config));
}

glacier::client client_behind_a_gateway(asio::io_context& context, glacier::client_config config)
{
    // Requests go to https://gateway.example.org/storage/glacier/-/vaults, signed for eu-west-1.
    config.region = "eu-west-1";
    config.endpoint = "https://gateway.example.org/storage/glacier";
    return glacier::client(context.get_executor(), std::move(config));
}

void show_what_is_wrong(std::map<std::string, std::string> const& variables)
{
    glacier::environment_reader const environment =
        [&](std::string const& name) -> std::optional<std::string> {
        auto const found = variables.find(name);
        if (found == variables.end())
            return std::nullopt;
        return found->second;
    };
    try {
        glacier::load_client_config(glacier::config_overrides(), environment);
    } catch (glacier::operation_error const& error) {
        std::cout << error.what() << '\n';
    }
}

int main()
{
    asio::io_context context;
    fips_client(context, any_config());
    client_behind_a_gateway(context, any_config());
    // invalid option: AWS_USE_FIPS_ENDPOINT is "maybe", but must be true or false
    show_what_is_wrong({{"AWS_REGION", "us-east-1"}, {"AWS_USE_FIPS_ENDPOINT", "maybe"}});
}
