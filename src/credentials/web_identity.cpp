#include "credentials/failure.hpp"
#include "credentials/small_file.hpp"
#include "credentials/sources.hpp"
#include "credentials/sts.hpp"
#include "credentials/sts_response.hpp"
#include "crypto/wipe.hpp"

#include <utility>

namespace glacier::credentials_sources {

namespace {

constexpr std::size_t token_length_min = 4;
constexpr std::size_t token_length_max = 20'000;

class web_identity_provider final : public credentials_provider {
public:
    web_identity_provider(source_context context, web_identity_settings settings, std::string source_name)
        : state_(std::make_shared<state>(std::move(context), std::move(settings), std::move(source_name)))
    {}

    asio::awaitable<credentials> get() override { return assume(state_); }

private:
    struct state {
        state(source_context its_context, web_identity_settings its_settings, std::string its_source_name)
            : context(std::move(its_context)), settings(std::move(its_settings)),
              source_name(std::move(its_source_name))
        {}

        source_context context;
        web_identity_settings settings;
        std::string source_name;
    };

    static asio::awaitable<credentials> assume(std::shared_ptr<state> self)
    {
        // Whoever renews the file may do so between reading it and asking.
        try {
            co_return co_await assume_once(self);
        } catch (sts_refusal const& refusal) {
            if (!refusal.sts_code().starts_with("ExpiredToken"))
                throw;
        }
        co_return co_await assume_once(self);
    }

    static asio::awaitable<credentials> assume_once(std::shared_ptr<state> self)
    {
        web_identity_settings const& settings = self->settings;
        secret_string const token = co_await read_token_file(self->source_name, settings.token_file);
        std::size_t const length = token.reveal().size();
        if (length < token_length_min || length > token_length_max)
            fail_source(self->source_name,
                        settings.token_file.string() + " holds no token of 4 to 20000 characters");
        sts_form form("AssumeRoleWithWebIdentity");
        form.add("RoleArn", std::string_view(settings.role_arn));
        form.add("RoleSessionName", std::string_view(session_name_of(settings.session_name, self->context)));
        form.add("WebIdentityToken", token.reveal());
        if (settings.duration)
            form.add("DurationSeconds", std::string_view(std::to_string(settings.duration->count())));
        std::string answer =
            co_await call_sts(self->context, self->source_name, std::move(form), std::nullopt);
        crypto::wiper const wiped(answer);
        co_return parse_assumed_role(self->source_name, "AssumeRoleWithWebIdentity", answer);
    }

    std::shared_ptr<state> state_;
};

} // namespace

std::shared_ptr<credentials_provider> make_web_identity_provider(source_context context,
                                                                 web_identity_settings settings,
                                                                 std::string source_name)
{
    check_role(settings.role_arn, settings.session_name, settings.duration);
    return std::make_shared<web_identity_provider>(std::move(context), std::move(settings),
                                                   std::move(source_name));
}

} // namespace glacier::credentials_sources

namespace glacier {

std::shared_ptr<credentials_provider> web_identity_credentials(web_identity_settings settings,
                                                               credentials_options const& options)
{
    using namespace credentials_sources;
    source_context const context = make_context(options);
    std::string const name = "web identity for role " + settings.role_arn;
    return make_cached_provider(context, make_web_identity_provider(context, std::move(settings), name));
}

} // namespace glacier
