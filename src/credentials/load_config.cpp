#include <glacier/config.hpp>

#include "credentials/shared_files.hpp"
#include "protocol/endpoint_rules.hpp"

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

/// A value, and where it was found, for messages.
struct setting {
    std::string value;
    /// `AWS_REGION`, or `region of the profile backup`.
    std::string origin;
    bool of_environment = false;

    /// Fails with the origin, the value, and what would be right.
    [[noreturn]] void refuse_value(errc reason_of_environment, std::string const& allowed) const
    {
        refuse(of_environment ? reason_of_environment : errc::invalid_profile,
               origin + " is \"" + value + "\", but must be " + allowed);
    }
};

/// Finds settings in the environment and then in the profile. What is empty counts as not set.
class setting_reader {
public:
    setting_reader(environment_reader const& environment, credentials_files::profile const& profile)
        : environment_(environment), profile_(profile)
    {}

    std::optional<setting> find(std::initializer_list<char const*> variables, std::string_view key) const
    {
        if (auto found = of_environment(variables))
            return found;
        return of_profile(key);
    }

    std::optional<setting> of_environment(std::initializer_list<char const*> variables) const
    {
        for (char const* const name : variables)
            if (auto value = environment_(name); value && !value->empty())
                return setting{std::move(*value), name, true};
        return std::nullopt;
    }

    std::optional<setting> of_profile(std::string_view key) const
    {
        auto value = profile_.get(key);
        if (!value)
            return std::nullopt;
        return setting{std::move(*value), std::string(key) + " of the profile " + profile_.name, false};
    }

    std::optional<bool> find_flag(char const* variable, std::string_view key) const
    {
        auto const found = find({variable}, key);
        if (!found)
            return std::nullopt;
        std::string const lower = to_lower(found->value);
        if (lower != "true" && lower != "false")
            found->refuse_value(errc::invalid_option, "true or false");
        return lower == "true";
    }

private:
    static std::string to_lower(std::string text)
    {
        for (char& c : text)
            if (c >= 'A' && c <= 'Z')
                c = static_cast<char>(c - 'A' + 'a');
        return text;
    }

    environment_reader const& environment_;
    credentials_files::profile const& profile_;
};

std::string find_region(std::optional<std::string> const& override_value, setting_reader const& settings)
{
    if (override_value) {
        if (override_value->empty())
            refuse(errc::no_region, {});
        return *override_value;
    }
    auto const found = settings.find({"AWS_REGION", "AWS_DEFAULT_REGION"}, "region");
    if (!found)
        refuse(errc::no_region, {});
    if (!protocol::host_of_service("glacier", protocol::endpoint_parameters(found->value)))
        found->refuse_value(errc::invalid_endpoint, "a name such as eu-west-1");
    return found->value;
}

std::optional<std::string> find_endpoint(std::optional<std::string> const& override_value,
                                         setting_reader const& settings)
{
    if (override_value)
        return override_value;
    // Looked at in any case, so that a value that is wrong is not kept for the day when it matters.
    if (settings.find_flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls")
            .value_or(false))
        return std::nullopt;
    auto const found = settings.find({"AWS_ENDPOINT_URL_GLACIER", "AWS_ENDPOINT_URL"}, "endpoint_url");
    if (!found)
        return std::nullopt;
    if (!protocol::parse_endpoint(found->value))
        found->refuse_value(errc::invalid_endpoint,
                            "https://HOST[:PORT][/PREFIX] or http://HOST[:PORT][/PREFIX]");
    return found->value;
}

/// A variable that is set and not empty.
std::optional<std::string> variable(environment_reader const& environment, char const* name)
{
    auto value = environment(name);
    return value && value->empty() ? std::nullopt : value;
}

} // namespace

client_config load_client_config(config_overrides const& overrides, environment_reader const& environment)
{
    auto const chosen_profile = overrides.profile ? overrides.profile : variable(environment, "AWS_PROFILE");
    auto const profile = credentials_files::load_profile(chosen_profile.value_or("default"), environment);
    if (chosen_profile && !profile.found)
        refuse(errc::invalid_profile,
               "there is no profile " + *chosen_profile + " in the shared config and credentials files");
    setting_reader const settings(environment, profile);

    client_config config;
    config.region = find_region(overrides.region, settings);
    config.endpoint = find_endpoint(overrides.endpoint, settings);
    config.use_fips_endpoint = overrides.use_fips_endpoint.value_or(
        settings.find_flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint").value_or(false));
    config.use_dualstack_endpoint = overrides.use_dualstack_endpoint.value_or(
        settings.find_flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint").value_or(false));
    if (overrides.account)
        config.account = *overrides.account;
    if (overrides.ca_bundle)
        config.tls.ca_bundle = overrides.ca_bundle;
    else if (auto const bundle = settings.find({"AWS_CA_BUNDLE"}, "ca_bundle"))
        config.tls.ca_bundle = bundle->value;

    // A profile that was asked for in so many words goes before the keys of the environment.
    bool const environment_has_key = variable(environment, "AWS_ACCESS_KEY_ID").has_value();
    if (environment_has_key && !overrides.profile) {
        if (!variable(environment, "AWS_SECRET_ACCESS_KEY"))
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
