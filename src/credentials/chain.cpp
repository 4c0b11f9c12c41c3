#include "credentials/chain.hpp"

#include "credentials/environment.hpp"
#include "credentials/failure.hpp"
#include "credentials/profile_chain.hpp"

#include <utility>

namespace glacier::credentials_sources {

namespace {

/// The last of the chain: its "no credentials" is that of the whole.
class last_provider final : public credentials_provider {
public:
    last_provider(std::shared_ptr<credentials_provider> source, std::string tried)
        : source_(std::move(source)), tried_(std::move(tried))
    {}

    asio::awaitable<credentials> get() override { return ask(source_, tried_); }

    void expire(credentials const& refused) override { source_->expire(refused); }

private:
    static asio::awaitable<credentials> ask(std::shared_ptr<credentials_provider> source, std::string tried)
    {
        try {
            co_return co_await source->get();
        } catch (operation_error const& error) {
            if (error.code() != errc::no_credentials)
                throw;
            fail(errc::no_credentials, tried + "; " + error.details().message);
        }
    }

    std::shared_ptr<credentials_provider> source_;
    std::string tried_;
};

std::shared_ptr<credentials_provider> from_environment(source_context const& context)
{
    environment_reader const& environment = context.options->environment;
    bool const has_id = variable(environment, "AWS_ACCESS_KEY_ID").has_value();
    bool const has_secret = variable(environment, "AWS_SECRET_ACCESS_KEY").has_value();
    if (!has_id && !has_secret)
        return nullptr;
    if (has_id != has_secret)
        fail_source("environment", has_id ? "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not"
                                          : "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not");
    return make_environment_provider(environment, context.time);
}

std::shared_ptr<credentials_provider> web_identity_from_environment(source_context const& context)
{
    environment_reader const& environment = context.options->environment;
    auto const file = variable(environment, "AWS_WEB_IDENTITY_TOKEN_FILE");
    if (!file)
        return nullptr;
    auto const role = variable(environment, "AWS_ROLE_ARN");
    if (!role)
        fail_source("environment", "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not");
    web_identity_settings settings(*role, *file);
    settings.session_name = variable(environment, "AWS_ROLE_SESSION_NAME");
    std::string const name = "web identity for role " + *role;
    try {
        return make_cached_provider(context, make_web_identity_provider(context, std::move(settings), name));
    } catch (invalid_value const& error) {
        fail_source("environment", error.what());
    }
}

bool is_in_container(environment_reader const& environment)
{
    return variable(environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") ||
           variable(environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
}

std::string describe_tried(credentials_files::profile const& profile, bool profile_in_code)
{
    std::string text = "looked for ";
    if (!profile_in_code)
        text += "AWS_ACCESS_KEY_ID and AWS_WEB_IDENTITY_TOKEN_FILE in the environment, which are not set; ";
    text += profile.found ? "credentials in the profile " + profile.name + ", which has none; "
                          : "the profile " + profile.name + " in the shared files, which is not there; ";
    return text +
           "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI, which are not set";
}

} // namespace

std::shared_ptr<credentials_provider> make_default_chain(source_context const& context,
                                                         credentials_files::shared_files const& files,
                                                         credentials_files::profile const& profile)
{
    environment_reader const& environment = context.options->environment;
    profile_chain const of_profile(context, files);
    bool const profile_in_code = context.options->profile.has_value();
    if (!profile_in_code)
        if (auto found = from_environment(context))
            return found;
    if (auto found = of_profile.role_of(profile))
        return found;
    if (!profile_in_code)
        if (auto found = web_identity_from_environment(context))
            return found;
    if (auto found = of_profile.web_identity_of(profile))
        return found;
    if (auto found = of_profile.others_of(profile))
        return found;
    if (is_in_container(environment))
        return make_cached_provider(context, make_container_provider(context));
    std::string const tried = describe_tried(profile, profile_in_code);
    if (is_true(environment, "AWS_EC2_METADATA_DISABLED"))
        fail(errc::no_credentials, tried + "; instance metadata is turned off by AWS_EC2_METADATA_DISABLED");
    return std::make_shared<last_provider>(make_cached_provider(context, make_instance_provider(context)),
                                           tried);
}

} // namespace glacier::credentials_sources

namespace glacier {

std::shared_ptr<credentials_provider> default_credentials(credentials_options const& options)
{
    using namespace credentials_sources;
    auto const files = credentials_files::shared_files::load(options.environment);
    credentials_files::profile const profile = find_profile(files, chosen_profile(options));
    return make_default_chain(make_context(with_profile_settings(options, profile)), files, profile);
}

} // namespace glacier
