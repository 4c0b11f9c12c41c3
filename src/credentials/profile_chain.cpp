#include "credentials/profile_chain.hpp"

#include "base/decimal.hpp"
#include "base/printable.hpp"
#include "credentials/environment.hpp"
#include "credentials/failure.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace glacier::credentials_sources {

namespace {

using credentials_files::profile;

/// Roles that a role takes on last an hour at most.
constexpr std::chrono::seconds chained_duration_max = std::chrono::hours(1);

[[noreturn]] void fail_profile(profile const& of, std::string const& what)
{
    fail(errc::invalid_profile, "profile " + of.name + ": " + what);
}

std::string to_lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

/// Settings of a profile that are not allowed are errors of the profile.
template <class Make>
auto with_profile_errors(profile const& of, Make make)
{
    try {
        return make();
    } catch (invalid_value const& error) {
        fail_profile(of, error.what());
    }
}

std::optional<std::chrono::seconds> duration_of(profile const& of)
{
    auto const text = of.get("duration_seconds");
    if (!text)
        return std::nullopt;
    auto const number = base::parse_decimal(*text);
    if (!number || *number > 43'200)
        fail_profile(of,
                     "duration_seconds is \"" + base::printable(*text, 40) + "\"; 900 to 43200 are allowed");
    return std::chrono::seconds(*number);
}

bool takes_on_role(profile const& of)
{
    return of.get("role_arn") && !of.get("web_identity_token_file");
}

bool has_static_keys(profile const& of)
{
    return of.get("aws_access_key_id").has_value();
}

} // namespace

std::optional<std::string> chosen_profile(credentials_options const& options)
{
    if (options.profile)
        return options.profile;
    if (auto const name = variable(options.environment, "AWS_PROFILE"))
        return name;
    return variable(options.environment, "AWS_DEFAULT_PROFILE");
}

profile find_profile(credentials_files::shared_files const& files, std::optional<std::string> const& chosen)
{
    profile found = files.get_profile(chosen.value_or("default"));
    if (chosen && !found.found)
        fail(errc::invalid_profile,
             "there is no profile " + *chosen + " in the shared config and credentials files");
    return found;
}

credentials_options with_profile_settings(credentials_options options, profile const& of)
{
    if (!options.region)
        options.region = variable(options.environment, "AWS_REGION");
    if (!options.region)
        options.region = variable(options.environment, "AWS_DEFAULT_REGION");
    if (!options.region)
        options.region = of.get("region");

    constexpr std::array<std::pair<char const*, char const*>, 4> keys{
        {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint"},
         {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode"},
         {"AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout"},
         {"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts"}}};
    std::map<std::string, std::string> values;
    for (auto const& [name, key] : keys)
        if (auto const value = of.get(key))
            values.emplace(name, *value);
    if (!values.empty())
        options.environment = [environment = options.environment,
                               values](std::string const& name) -> std::optional<std::string> {
            auto const found = values.find(name);
            auto set = environment(name);
            return found == values.end() || (set && !set->empty()) ? std::move(set) : found->second;
        };
    return options;
}

credentials_options with_profile_settings(credentials_options options)
{
    auto const files = credentials_files::shared_files::load(options.environment);
    profile const found = find_profile(files, chosen_profile(options));
    return with_profile_settings(std::move(options), found);
}

std::shared_ptr<credentials_provider> profile_chain::cached(
    std::shared_ptr<credentials_provider> source) const
{
    return make_cached_provider(context_, std::move(source));
}

std::shared_ptr<credentials_provider> profile_chain::role_of(profile const& of) const
{
    if (!takes_on_role(of))
        return nullptr;
    return role_by(of, {of.name});
}

std::shared_ptr<credentials_provider> profile_chain::role_by(profile const& of, way visited) const
{
    assume_role_settings settings(of.get("role_arn").value_or(""));
    settings.session_name = of.get("role_session_name");
    settings.duration = duration_of(of);
    settings.external_id = of.get("external_id");
    settings.mfa_serial = of.get("mfa_serial");
    bool source_is_role = false;
    auto source = source_of(of, std::move(visited), source_is_role);
    if (source_is_role && settings.duration > chained_duration_max)
        fail_profile(of,
                     "duration_seconds is above 3600, which a role that is taken on by a role cannot have");
    std::string const name = "profile " + of.name + ", role " + base::printable(settings.role_arn, 200);
    return with_profile_errors(of, [&] {
        return cached(make_assume_role_provider(context_, std::move(source), std::move(settings), name));
    });
}

std::shared_ptr<credentials_provider> profile_chain::source_of(profile const& of, way visited,
                                                               bool& is_role) const
{
    auto const name = of.get("source_profile");
    auto const kind = of.get("credential_source");
    if (name.has_value() == kind.has_value())
        fail_profile(of, "role_arn needs exactly one of source_profile and credential_source");
    if (kind)
        return source_by_name(*kind, of.name);
    // A profile may be its own source, if it has keys.
    if (*name == of.name) {
        auto const keys = static_keys_of(of);
        if (!keys)
            fail_profile(of, "it is its own source_profile, but has no aws_access_key_id");
        return static_credentials(*keys);
    }
    if (std::find(visited.begin(), visited.end(), *name) != visited.end()) {
        std::string circle;
        for (std::string const& each : visited)
            circle += each + " -> ";
        fail_profile(of, "source_profile leads in a circle: " + circle + *name);
    }
    profile const source = files_.get_profile(*name);
    if (!source.found)
        fail_profile(of, "there is no profile " + *name + ", which source_profile names");
    if (takes_on_role(source) && !has_static_keys(source)) {
        is_role = true;
        visited.push_back(*name);
        return role_by(source, std::move(visited));
    }
    auto found = web_identity_of(source);
    if (!found)
        found = others_of(source);
    if (!found)
        fail_profile(of, "the profile " + *name + ", which source_profile names, has no credentials");
    return found;
}

std::shared_ptr<credentials_provider> profile_chain::source_by_name(std::string const& name,
                                                                    std::string const& of) const
{
    std::string const lower = to_lower(name);
    if (lower == "environment")
        return make_environment_provider(context_.options->environment, context_.time);
    if (lower == "ec2instancemetadata")
        return cached(make_instance_provider(context_));
    if (lower == "ecscontainer")
        return cached(make_container_provider(context_));
    fail(errc::invalid_profile, "profile " + of + ": credential_source is \"" + base::printable(name, 60) +
                                    "\"; Environment, Ec2InstanceMetadata and EcsContainer are allowed");
}

std::shared_ptr<credentials_provider> profile_chain::web_identity_of(profile const& of) const
{
    auto const file = of.get("web_identity_token_file");
    if (!file)
        return nullptr;
    auto const role = of.get("role_arn");
    if (!role)
        fail_profile(of, "web_identity_token_file needs role_arn");
    web_identity_settings settings(*role, *file);
    settings.session_name = of.get("role_session_name");
    settings.duration = duration_of(of);
    std::string const name = "profile " + of.name + ", web identity for role " + base::printable(*role, 200);
    return with_profile_errors(
        of, [&] { return cached(make_web_identity_provider(context_, std::move(settings), name)); });
}

std::shared_ptr<credentials_provider> profile_chain::sso_of(profile const& of) const
{
    auto const role = of.get("sso_role_name");
    auto const account = of.get("sso_account_id");
    auto const session = of.get("sso_session");
    if (!role && !account)
        return nullptr;
    auto region = of.get("sso_region");
    auto start_url = of.get("sso_start_url");
    if (session) {
        credentials_files::section const* const section = files_.find_section("sso-session", *session);
        if (section == nullptr)
            fail_profile(of, "there is no section [sso-session " + *session + "]");
        for (auto const& [key, value] :
             {std::pair("sso_region", &region), std::pair("sso_start_url", &start_url)}) {
            auto const found = section->find(std::string_view(key));
            if (found == section->end() || found->second.empty())
                fail_profile(of, "the section [sso-session " + *session + "] lacks " + key);
            if (*value && **value != found->second)
                fail_profile(of, std::string(key) + " is another one than in the section [sso-session " +
                                     *session + "]");
            *value = found->second;
        }
    }
    for (auto const& [key, value] :
         {std::pair("sso_role_name", &role), std::pair("sso_account_id", &account)})
        if (!*value)
            fail_profile(of, std::string("SSO needs ") + key);
    if (!region || !start_url)
        fail_profile(of, "SSO needs sso_session, or sso_region and sso_start_url");
    sso_settings settings(*account, *role, *start_url, *region);
    settings.session_name = session;
    std::string const name = "profile " + of.name + ", SSO role " + base::printable(*role, 64);
    return cached(make_sso_provider(context_, std::move(settings), name));
}

std::shared_ptr<credentials_provider> profile_chain::others_of(profile const& of) const
{
    if (auto sso = sso_of(of))
        return sso;
    auto const keys = static_keys_of(of);
    if (keys && of.keys_in_credentials_file)
        return static_credentials(*keys);
    if (auto const session = of.get("login_session"))
        return cached(
            make_login_session_provider(context_, *session, "profile " + of.name + ", login session"));
    if (auto const command = of.get("credential_process"))
        return cached(
            make_process_provider(context_, *command, "profile " + of.name + ", credential_process"));
    return keys ? static_credentials(*keys) : nullptr;
}

std::shared_ptr<credentials_provider> profile_chain::all_of(profile const& of) const
{
    if (auto role = role_of(of))
        return role;
    if (auto web_identity = web_identity_of(of))
        return web_identity;
    return others_of(of);
}

} // namespace glacier::credentials_sources

namespace glacier {

std::shared_ptr<credentials_provider> profile_credentials(std::string const& profile,
                                                          credentials_options const& options)
{
    using namespace credentials_sources;
    auto const files = credentials_files::shared_files::load(options.environment);
    credentials_files::profile const found = find_profile(files, profile);
    auto provider = profile_chain(make_context(with_profile_settings(options, found)), files).all_of(found);
    if (!provider)
        fail(errc::no_credentials, "profile " + profile +
                                       " has no credentials: no aws_access_key_id, role_arn, sso_role_name, "
                                       "login_session or credential_process");
    return provider;
}

std::shared_ptr<credentials_provider> profile_credentials(std::string const& profile,
                                                          environment_reader environment)
{
    credentials_options options;
    options.environment = std::move(environment);
    return profile_credentials(profile, options);
}

} // namespace glacier
