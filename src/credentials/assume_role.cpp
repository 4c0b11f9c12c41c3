#include "credentials/failure.hpp"
#include "credentials/sources.hpp"
#include "credentials/sts.hpp"
#include "credentials/sts_response.hpp"
#include "crypto/wipe.hpp"

#include <utility>

namespace glacier::credentials_sources {

namespace {

constexpr std::size_t policy_arns_max = 10;

void check(assume_role_settings const& settings)
{
    check_role(settings.role_arn, settings.session_name, settings.duration);
    if (settings.policy_arns.size() > policy_arns_max)
        throw invalid_value(errc::invalid_option, std::to_string(settings.policy_arns.size()) +
                                                      " policy_arns; at most 10 are allowed");
    if (settings.external_id && (settings.external_id->size() < 2 || settings.external_id->size() > 1'224))
        throw invalid_value(errc::invalid_option,
                            "external_id " + *settings.external_id + "; 2 to 1224 characters are allowed");
}

class assume_role_provider final : public credentials_provider {
public:
    assume_role_provider(source_context context, std::shared_ptr<credentials_provider> source,
                         assume_role_settings settings, std::string source_name)
        : state_(std::make_shared<state>(std::move(context), std::move(source), std::move(settings),
                                         std::move(source_name)))
    {}

    asio::awaitable<credentials> get() override { return assume(state_); }

private:
    struct state {
        state(source_context its_context, std::shared_ptr<credentials_provider> its_source,
              assume_role_settings its_settings, std::string its_source_name)
            : context(std::move(its_context)), source(std::move(its_source)),
              settings(std::move(its_settings)), source_name(std::move(its_source_name))
        {}

        source_context context;
        std::shared_ptr<credentials_provider> source;
        assume_role_settings settings;
        std::string source_name;
    };

    static asio::awaitable<credentials> assume(std::shared_ptr<state> self)
    {
        assume_role_settings const& settings = self->settings;
        credentials identity = co_await self->source->get();
        sts_form form("AssumeRole");
        form.add("RoleArn", std::string_view(settings.role_arn));
        form.add("RoleSessionName", std::string_view(session_name_of(settings.session_name, self->context)));
        if (settings.duration)
            form.add("DurationSeconds", std::string_view(std::to_string(settings.duration->count())));
        form.add("ExternalId", settings.external_id);
        form.add("Policy", settings.policy);
        for (std::size_t i = 0; i < settings.policy_arns.size(); ++i)
            form.add("PolicyArns.member." + std::to_string(i + 1) + ".arn",
                     std::string_view(settings.policy_arns[i]));
        form.add("SourceIdentity", settings.source_identity);
        if (settings.mfa_serial) {
            std::string code = co_await mfa_code(self);
            form.add("SerialNumber", settings.mfa_serial);
            form.add("TokenCode", std::string_view(code));
            crypto::wipe(code);
        }
        std::string answer =
            co_await call_sts(self->context, self->source_name, std::move(form), std::move(identity));
        crypto::wiper const wiped(answer);
        co_return parse_assumed_role(self->source_name, "AssumeRole", answer);
    }

    static asio::awaitable<std::string> mfa_code(std::shared_ptr<state> self)
    {
        mfa_code_function const& ask = self->context.options->mfa_code;
        std::string const& serial = *self->settings.mfa_serial;
        if (!ask)
            fail_source(self->source_name, "the role needs a code of the device " + serial +
                                               ", but credentials_options::mfa_code is not set");
        std::string code = co_await ask(serial);
        bool const six_digits = code.size() == 6 && code.find_first_not_of("0123456789") == std::string::npos;
        if (!six_digits)
            fail_source(self->source_name, "the code of the device " + serial + " has not six digits");
        co_return code;
    }

    std::shared_ptr<state> state_;
};

} // namespace

std::shared_ptr<credentials_provider> make_assume_role_provider(source_context context,
                                                                std::shared_ptr<credentials_provider> source,
                                                                assume_role_settings settings,
                                                                std::string source_name)
{
    check(settings);
    if (!source)
        throw invalid_value(errc::invalid_option, "no source of credentials for the role");
    return std::make_shared<assume_role_provider>(std::move(context), std::move(source), std::move(settings),
                                                  std::move(source_name));
}

} // namespace glacier::credentials_sources

namespace glacier {

std::shared_ptr<credentials_provider> assume_role_credentials(std::shared_ptr<credentials_provider> source,
                                                              assume_role_settings settings,
                                                              credentials_options const& options)
{
    using namespace credentials_sources;
    source_context const context = make_context(options);
    std::string const name = "role " + settings.role_arn;
    return make_cached_provider(
        context, make_assume_role_provider(context, std::move(source), std::move(settings), name));
}

asio::awaitable<caller_identity> get_caller_identity(std::shared_ptr<credentials_provider> source,
                                                     credentials_options options)
{
    using namespace credentials_sources;
    source_context const context = make_context(options);
    std::optional<credentials> identity = co_await source->get();
    std::string const name = "GetCallerIdentity";
    sts_form form(name);
    std::string const answer = co_await call_sts(context, name, std::move(form), std::move(identity));
    co_return parse_caller_identity(name, answer);
}

} // namespace glacier
