#include "base/printable.hpp"
#include "base/uri.hpp"
#include "credentials/credentials_json.hpp"
#include "credentials/failure.hpp"
#include "credentials/service_endpoint.hpp"
#include "credentials/sources.hpp"
#include "credentials/sso_token.hpp"
#include "crypto/wipe.hpp"

#include <algorithm>
#include <utility>

namespace glacier::credentials_sources {

namespace {

class sso_provider final : public credentials_provider {
public:
    sso_provider(source_context context, sso_settings settings, std::string source_name)
        : state_(std::make_shared<state>(std::move(context), std::move(settings), std::move(source_name)))
    {}

    asio::awaitable<credentials> get() override { return ask(state_); }

private:
    struct state {
        state(source_context its_context, sso_settings its_settings, std::string its_source_name)
            : context(std::move(its_context)), settings(std::move(its_settings)),
              source_name(std::move(its_source_name))
        {}

        source_context context;
        sso_settings settings;
        std::string source_name;
    };

    static asio::awaitable<credentials> ask(std::shared_ptr<state> self)
    {
        sso_settings const& settings = self->settings;
        std::string const& source = self->source_name;
        secret_string const token = co_await fetch_sso_token(self->context, source, settings);
        std::string_view const value = token.reveal();
        if (!std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c <= '~'; }))
            fail_source(source, "the token has characters that are not visible ASCII");
        service_place const place =
            place_of_service(source, "portal.sso", "SSO", settings.region, *self->context.options);
        protocol::http_request message;
        message.target =
            "/federation/credentials?role_name=" + base::encode_uri_component(settings.role_name) +
            "&account_id=" + base::encode_uri_component(settings.account_id);
        message.headers.set("x-amz-sso_bearer_token", std::string(value));
        fetch_request request(place.where, std::move(message));
        request.limit = self->context.options->request_timeout;
        protocol::http_response answer = co_await fetch_for(source, self->context.http, std::move(request));
        crypto::wiper const wiped(answer.body);
        if (answer.status == 401)
            fail_for_login(source, settings, place.where.str() + " " + describe_answer(answer));
        if (answer.status != 200)
            fail_source(source, place.where.str() + " " + describe_answer(answer));
        co_return read_role(source, settings, answer.body);
    }

    static credentials read_role(std::string const& source, sso_settings const& settings,
                                 std::string_view text)
    {
        secret_json const document(source, text);
        boost::json::object const& role = document.object(document.root(), "roleCredentials");
        credentials_names names;
        names.access_key_id = "accessKeyId";
        names.secret_access_key = "secretAccessKey";
        names.session_token = "sessionToken";
        names.expiration = {};
        names.account_id = {};
        credentials read = read_credentials(document, role, names, source);
        // The end of the year 9999.
        constexpr std::int64_t milliseconds_max = 253'402'300'799'999;
        std::int64_t const expiration = document.number(role, "expiration");
        if (expiration <= 0 || expiration > milliseconds_max)
            fail_source(source, "expiration is no time in milliseconds");
        read.expiration = timestamp(std::chrono::milliseconds(expiration));
        read.account_id = settings.account_id;
        return read;
    }

    std::shared_ptr<state> state_;
};

} // namespace

std::shared_ptr<credentials_provider> make_sso_provider(source_context context, sso_settings settings,
                                                        std::string source_name)
{
    return std::make_shared<sso_provider>(std::move(context), std::move(settings), std::move(source_name));
}

} // namespace glacier::credentials_sources

namespace glacier {

std::shared_ptr<credentials_provider> sso_credentials(sso_settings settings,
                                                      credentials_options const& options)
{
    using namespace credentials_sources;
    source_context const context = make_context(options);
    std::string const name = "SSO role " + base::printable(settings.role_name, 64);
    return make_cached_provider(context, make_sso_provider(context, std::move(settings), name));
}

} // namespace glacier
