#include <glacier/config.hpp>

#include "credentials/shared_files.hpp"

#include <glacier/credentials_sources.hpp>

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
    auto const chosen_profile =
        or_else(overrides.profile, first_of(environment, {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}));
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
    if (overrides.account)
        config.account = *overrides.account;
    if (overrides.ca_bundle)
        config.tls.ca_bundle = overrides.ca_bundle;
    else if (auto const bundle = or_else(first_of(environment, {"AWS_CA_BUNDLE"}), profile.get("ca_bundle")))
        config.tls.ca_bundle = *bundle;

    credentials_options sources;
    sources.environment = environment;
    sources.profile = overrides.profile;
    sources.region = config.region;
    sources.tls = config.tls;
    sources.observer = overrides.observer;
    config.observer = overrides.observer;
    config.credentials = default_credentials(sources);
    return config;
}

} // namespace glacier
