#include <glacier/config.hpp>

#include "credentials/proxy_from_environment.hpp"
#include "credentials/shared_files.hpp"

#include <initializer_list>
#include <utility>

namespace glacier {

namespace {

[[noreturn]] void refuse(errc reason, std::string message)
{
    error_details details;
    details.message = std::move(message);
    throw operation_error(reason, std::move(details));
}

/// The first variable that is set and not empty.
std::optional<std::string> first_of(environment_reader const& environment,
                                    std::initializer_list<char const*> names)
{
    for (char const* const name : names)
        if (auto value = environment(name); value && !value->empty())
            return value;
    return std::nullopt;
}

std::optional<std::string> or_else(std::optional<std::string> first, std::optional<std::string> second)
{
    return first ? std::move(first) : std::move(second);
}

} // namespace

client_config load_client_config(config_overrides const& overrides, environment_reader const& environment)
{
    auto const chosen_profile = or_else(overrides.profile, first_of(environment, {"AWS_PROFILE"}));
    auto const profile = credentials_files::load_profile(chosen_profile.value_or("default"), environment);
    if (chosen_profile && !profile.found)
        refuse(errc::invalid_profile,
               "there is no profile " + *chosen_profile + " in the shared config and credentials files");

    client_config config;
    auto const region =
        or_else(overrides.region,
                or_else(first_of(environment, {"AWS_REGION", "AWS_DEFAULT_REGION"}), profile.get("region")));
    if (!region || region->empty())
        refuse(errc::no_region, {});
    config.region = *region;

    bool const ignores_urls = environment("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").value_or("") == "true";
    config.endpoint = overrides.endpoint;
    if (!config.endpoint && !ignores_urls)
        config.endpoint = or_else(first_of(environment, {"AWS_ENDPOINT_URL_GLACIER", "AWS_ENDPOINT_URL"}),
                                  profile.get("endpoint_url"));
    config.proxy = proxy_from_environment(overrides.proxy, config.endpoint, environment);
    if (overrides.account)
        config.account = *overrides.account;
    if (overrides.ca_bundle)
        config.tls.ca_bundle = overrides.ca_bundle;
    else if (auto const bundle = or_else(first_of(environment, {"AWS_CA_BUNDLE"}), profile.get("ca_bundle")))
        config.tls.ca_bundle = *bundle;

    // A profile that was asked for in so many words goes before the keys of the environment.
    bool const environment_has_key = first_of(environment, {"AWS_ACCESS_KEY_ID"}).has_value();
    if (environment_has_key && !overrides.profile) {
        if (!first_of(environment, {"AWS_SECRET_ACCESS_KEY"}))
            refuse(errc::no_credentials, "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
        config.credentials = environment_credentials(environment);
    } else if (profile.found) {
        config.credentials = credentials_files::static_keys_of(profile);
    } else {
        refuse(errc::no_credentials, "looked for AWS_ACCESS_KEY_ID in the environment and for the profile "
                                     "default in the shared files");
    }
    return config;
}

} // namespace glacier
