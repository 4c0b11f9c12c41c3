#include "base/iso8601.hpp"
#include "credentials/credentials_json.hpp"
#include "credentials/environment.hpp"
#include "credentials/failure.hpp"
#include "credentials/shared_files.hpp"
#include "credentials/small_file.hpp"
#include "credentials/sources.hpp"
#include "crypto/sha256.hpp"

#include <utility>

namespace glacier::credentials_sources {

namespace {

constexpr std::size_t file_bytes_max = std::size_t(64) * 1'024;

class login_session_provider final : public credentials_provider {
public:
    login_session_provider(source_context context, std::string login_session, std::string source_name)
        : context_(std::move(context)), login_session_(std::move(login_session)),
          source_name_(std::move(source_name))
    {}

    asio::awaitable<credentials> get() override { return read(context_, path(), source_name_); }

private:
    std::filesystem::path path() const
    {
        environment_reader const& environment = context_.options->environment;
        auto const directory = credentials_files::expand_path(
            variable(environment, "AWS_LOGIN_CACHE_DIRECTORY").value_or("~/.aws/login/cache"), environment);
        if (!directory)
            fail_source(source_name_, "HOME is not set, so there is no ~/.aws/login/cache");
        return *directory / (crypto::sha256_of(std::string_view(login_session_)).hex() + ".json");
    }

    static asio::awaitable<credentials> read(source_context context, std::filesystem::path path,
                                             std::string source)
    {
        std::optional<secret_string> const file = co_await read_small_file(source, path, file_bytes_max);
        if (!file)
            fail_source(source, "there is no " + path.string() + "; log in with: aws login");
        secret_json const document(source, file->reveal());
        credentials_names names;
        names.access_key_id = "accessKeyId";
        names.secret_access_key = "secretAccessKey";
        names.session_token = "sessionToken";
        names.expiration = "expiresAt";
        names.account_id = "accountId";
        boost::json::object const& token = document.object(document.root(), "accessToken");
        credentials read = read_credentials(document, token, names, source);
        if (!read.expiration)
            fail_source(source, "the login session lacks expiresAt");
        if (*read.expiration <= context.time->today())
            fail_source(source, "the login session ended at " + base::to_iso8601_seconds(*read.expiration) +
                                    "; log in with: aws login");
        co_return read;
    }

    source_context context_;
    std::string login_session_;
    std::string source_name_;
};

} // namespace

std::shared_ptr<credentials_provider> make_login_session_provider(source_context context,
                                                                  std::string login_session,
                                                                  std::string source_name)
{
    return std::make_shared<login_session_provider>(std::move(context), std::move(login_session),
                                                    std::move(source_name));
}

} // namespace glacier::credentials_sources

namespace glacier {

std::shared_ptr<credentials_provider> login_session_credentials(std::string login_session,
                                                                credentials_options const& options)
{
    using namespace credentials_sources;
    source_context const context = make_context(options);
    return make_cached_provider(
        context, make_login_session_provider(context, std::move(login_session), "login session"));
}

} // namespace glacier
