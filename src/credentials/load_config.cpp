#include <glacier/config.hpp>

#include "base/decimal.hpp"
#include "credentials/proxy_from_environment.hpp"
#include "credentials/shared_files.hpp"
#include "protocol/application_id.hpp"
#include "protocol/endpoint_rules.hpp"

#include <glacier/credentials_sources.hpp>

#include <cstdint>
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
    setting_reader(environment_reader const& environment, credentials_files::shared_files const& files,
                   credentials_files::profile const& profile)
        : environment_(environment), files_(files), profile_(profile)
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

    /// A key below `glacier` in the section `[services NAME]` that the profile names.
    std::optional<setting> of_service(std::string_view key) const
    {
        auto const services = of_profile("services");
        if (!services)
            return std::nullopt;
        auto const* const section = files_.find_section("services", services->value);
        if (section == nullptr)
            services->refuse_value(errc::invalid_profile,
                                   "the name of a section [services NAME] of the config file");
        auto const found = section->find("glacier." + std::string(key));
        if (found == section->end() || found->second.empty())
            return std::nullopt;
        return setting{found->second, std::string(key) + " of glacier in [services " + services->value + "]",
                       false};
    }

    /// The value is `true` or `false`.
    std::optional<setting> find_flag(char const* variable, std::string_view key) const
    {
        auto found = find({variable}, key);
        if (!found)
            return std::nullopt;
        std::string lower = to_lower(found->value);
        if (lower != "true" && lower != "false")
            found->refuse_value(errc::invalid_option, "true or false");
        found->value = std::move(lower);
        return found;
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
    credentials_files::shared_files const& files_;
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

bool is_true(std::optional<setting> const& flag)
{
    return flag && flag->value == "true";
}

/// What was given as override stands nowhere.
std::optional<setting> as_setting(std::optional<bool> const& override_value)
{
    if (!override_value)
        return std::nullopt;
    return setting{*override_value ? "true" : "false", {}, false};
}

std::optional<setting> find_endpoint(std::optional<std::string> const& override_value,
                                     setting_reader const& settings)
{
    if (override_value)
        return setting{*override_value, {}, false};
    if (is_true(settings.find_flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls")))
        return std::nullopt;
    auto found = settings.of_environment({"AWS_ENDPOINT_URL_GLACIER", "AWS_ENDPOINT_URL"});
    if (!found)
        found = settings.of_service("endpoint_url");
    if (!found)
        found = settings.of_profile("endpoint_url");
    if (found && !protocol::parse_endpoint(found->value))
        found->refuse_value(errc::invalid_endpoint,
                            "https://HOST[:PORT][/PREFIX] or http://HOST[:PORT][/PREFIX]");
    return found;
}

/// Endpoint, FIPS and dual stack. What excludes each other may stand far apart, so the error says where.
void set_endpoint(client_config& config, config_overrides const& overrides, setting_reader const& settings)
{
    auto const endpoint = find_endpoint(overrides.endpoint, settings);
    auto fips = as_setting(overrides.use_fips_endpoint);
    if (!fips)
        fips = settings.find_flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
    auto dualstack = as_setting(overrides.use_dualstack_endpoint);
    if (!dualstack)
        dualstack = settings.find_flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");

    if (endpoint)
        config.endpoint = endpoint->value;
    config.use_fips_endpoint = is_true(fips);
    config.use_dualstack_endpoint = is_true(dualstack);

    protocol::endpoint_parameters parameters(config.region);
    parameters.url = config.endpoint;
    parameters.use_fips = config.use_fips_endpoint;
    parameters.use_dualstack = config.use_dualstack_endpoint;
    auto const resolved = protocol::resolve_endpoint(parameters);
    if (resolved || resolved.error().reason != errc::invalid_option)
        return;
    std::string message = resolved.error().message;
    std::string_view separator = ": ";
    for (auto const& each : {endpoint, is_true(fips) ? fips : dualstack}) {
        if (!each || each->origin.empty())
            continue;
        message += separator;
        message += each->origin;
        separator = " and ";
    }
    refuse(errc::invalid_option, std::move(message));
}

/// The modes by the names that the AWS tools have for them.
retry_settings find_retry(setting_reader const& settings)
{
    retry_settings found;
    if (auto const mode = settings.find({"AWS_RETRY_MODE"}, "retry_mode")) {
        if (mode->value == "adaptive") {
            found = retry_settings::adaptive();
        } else if (mode->value == "legacy") {
            // Five attempts without a bucket, with the waits that the standard mode had at first.
            found = retry_settings::standard();
            found.attempts_max = 5;
            found.cost = 0;
            found.cost_of_timeout = 0;
            found.cost_of_throttling = 0;
        } else if (mode->value != "standard") {
            mode->refuse_value(errc::invalid_option, "standard, adaptive or legacy");
        }
    }
    if (auto const attempts = settings.find({"AWS_MAX_ATTEMPTS"}, "max_attempts")) {
        constexpr std::uint64_t attempts_max = 1'000;
        auto const number = base::parse_decimal(attempts->value);
        if (!number || *number == 0 || *number > attempts_max)
            attempts->refuse_value(errc::invalid_option, "a number from 1 to 1000");
        found.attempts_max = static_cast<int>(*number);
    }
    return found;
}

std::string find_application_id(setting_reader const& settings)
{
    auto found = settings.find({"AWS_SDK_UA_APP_ID"}, "sdk_ua_app_id");
    if (!found)
        return {};
    if (!protocol::is_application_id(found->value))
        found->refuse_value(errc::invalid_option, std::string(protocol::application_id_rule));
    return std::move(found->value);
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
    auto chosen_profile = overrides.profile ? overrides.profile : variable(environment, "AWS_PROFILE");
    if (!chosen_profile)
        chosen_profile = variable(environment, "AWS_DEFAULT_PROFILE");
    auto const files = credentials_files::shared_files::load(environment);
    auto const profile = files.get_profile(chosen_profile.value_or("default"));
    if (chosen_profile && !profile.found)
        refuse(errc::invalid_profile,
               "there is no profile " + *chosen_profile + " in the shared config and credentials files");
    setting_reader const settings(environment, files, profile);

    client_config config;
    config.region = find_region(overrides.region, settings);
    set_endpoint(config, overrides, settings);
    config.retry = find_retry(settings);
    config.application_id = find_application_id(settings);
    config.proxy = proxy_from_environment(overrides.proxy, config.endpoint, environment);
    if (overrides.account)
        config.account = *overrides.account;
    if (overrides.ca_bundle)
        config.tls.ca_bundle = overrides.ca_bundle;
    else if (auto const bundle = settings.find({"AWS_CA_BUNDLE"}, "ca_bundle"))
        config.tls.ca_bundle = bundle->value;

    credentials_options sources;
    sources.environment = environment;
    sources.profile = overrides.profile;
    sources.region = config.region;
    sources.use_fips_endpoint = config.use_fips_endpoint;
    sources.use_dualstack_endpoint = config.use_dualstack_endpoint;
    sources.tls = config.tls;
    // They have endpoints of their own, so the variables for https:// count.
    sources.proxy = proxy_from_environment(overrides.proxy, std::nullopt, environment);
    sources.observer = overrides.observer;
    config.observer = overrides.observer;
    config.credentials = default_credentials(sources);
    return config;
}

} // namespace glacier
