#include "credentials/sso_token.hpp"

#include "base/iso8601.hpp"
#include "credentials/credentials_json.hpp"
#include "credentials/failure.hpp"
#include "credentials/service_endpoint.hpp"
#include "credentials/shared_files.hpp"
#include "credentials/small_file.hpp"
#include "crypto/sha1.hpp"
#include "crypto/wipe.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace glacier::credentials_sources {

namespace {

constexpr std::size_t file_bytes_max = std::size_t(64) * 1'024;
/// A token that ends sooner is renewed.
constexpr std::chrono::milliseconds renewal_window = std::chrono::minutes(15);

/// What the file of a token holds.
struct cached_token {
    cached_token() = default;

    secret_string access_token;
    timestamp expires_at;
    // Empty where a token cannot be renewed.
    secret_string refresh_token;
    std::string client_id;
    secret_string client_secret;
    std::optional<timestamp> registration_expires_at;
};

std::string json_text(boost::json::string_view text)
{
    return boost::json::serialize(text);
}

/// Older files have `UTC` at the end of a time.
std::optional<timestamp> parse_time(std::string_view text)
{
    if (text.ends_with("UTC"))
        return base::parse_iso8601(std::string(text.substr(0, text.size() - 3)) + "Z");
    return base::parse_iso8601(text);
}

std::optional<timestamp> time_of(secret_json const& document, std::string const& source,
                                 std::string_view name)
{
    auto const text = document.find_text(document.root(), name);
    if (!text)
        return std::nullopt;
    auto const moment = parse_time(*text);
    if (!moment)
        fail_source(source, std::string(name) + " of the cached token is no time");
    return moment;
}

cached_token read_token(std::string const& source, secret_json const& document)
{
    cached_token read;
    read.access_token = secret_string(document.text(document.root(), "accessToken"));
    auto const expires_at = time_of(document, source, "expiresAt");
    if (!expires_at)
        fail_source(source, "the cached token lacks expiresAt");
    read.expires_at = *expires_at;
    read.refresh_token = secret_string(document.find_text(document.root(), "refreshToken").value_or(""));
    read.client_id = document.find_text(document.root(), "clientId").value_or("");
    read.client_secret = secret_string(document.find_text(document.root(), "clientSecret").value_or(""));
    read.registration_expires_at = time_of(document, source, "registrationExpiresAt");
    return read;
}

bool can_be_renewed(cached_token const& token, timestamp today)
{
    return !token.refresh_token.empty() && !token.client_id.empty() && !token.client_secret.empty() &&
           (!token.registration_expires_at || *token.registration_expires_at > today);
}

/// The body of the request for a new token. The caller wipes it.
std::string renewal_body(cached_token const& token)
{
    std::string body = "{\"clientId\":" + json_text(token.client_id) + ",\"grantType\":\"refresh_token\"";
    body.reserve(file_bytes_max);
    auto const add = [&body](char const* name, secret_string const& value) {
        std::string text = json_text(boost::json::string_view(value.reveal().data(), value.reveal().size()));
        body += name;
        body += text;
        crypto::wipe(text);
    };
    add(",\"clientSecret\":", token.client_secret);
    add(",\"refreshToken\":", token.refresh_token);
    body += "}";
    return body;
}

/// The file with the new token in the place of the old, and everything else as it was.
secret_string updated_file(secret_json const& old, secret_json const& answer, timestamp expires_at)
{
    boost::json::object changed(old.root(), old.root().storage());
    auto const set = [&changed](boost::json::string_view name, std::string_view value) {
        changed[name] = boost::json::string_view(value.data(), value.size());
    };
    set("accessToken", answer.text(answer.root(), "accessToken"));
    set("expiresAt", base::to_iso8601_seconds(expires_at));
    if (auto const refresh_token = answer.find_text(answer.root(), "refreshToken"))
        set("refreshToken", *refresh_token);
    std::string text = boost::json::serialize(changed);
    crypto::wiper const wiped(text);
    return secret_string(text);
}

asio::awaitable<secret_string> renew(source_context context, std::string source, sso_settings settings,
                                     cached_token token, std::filesystem::path path, secret_string file)
{
    service_place const place =
        place_of_service(source, "oidc", "SSO_OIDC", settings.region, *context.options);
    protocol::http_request message;
    message.method = protocol::http_method::post;
    message.target = "/token";
    message.headers.set("content-type", "application/json");
    message.body = renewal_body(token);
    fetch_request request(place.where, std::move(message));
    request.limit = context.options->request_timeout;
    protocol::http_response answer = co_await fetch_for(source, context.http, std::move(request));
    crypto::wiper const wiped(answer.body);
    if (answer.status != 200)
        fail_source(source, "renewing the token: " + place.where.str() + " " + describe_answer(answer));
    secret_json const read(source, answer.body);
    constexpr std::int64_t seconds_max = std::int64_t(366) * 24 * 3'600;
    std::int64_t const seconds = read.number(read.root(), "expiresIn");
    if (seconds <= 0 || seconds > seconds_max)
        fail_source(source, "expiresIn is not 1 second to a year");
    secret_string renewed(read.text(read.root(), "accessToken"));
    timestamp const expires_at = context.time->today() + std::chrono::seconds(seconds);
    secret_json const old(source, file.reveal());
    // Other programs share the file. If it cannot be written, the token is good for this time all the same.
    co_await replace_small_file(path, updated_file(old, read, expires_at));
    co_return renewed;
}

} // namespace

std::filesystem::path sso_token_path(std::string const& source, sso_settings const& settings,
                                     environment_reader const& environment)
{
    std::string const name = crypto::sha1_hex(settings.session_name.value_or(settings.start_url)) + ".json";
    auto const path = credentials_files::expand_path("~/.aws/sso/cache/" + name, environment);
    if (!path)
        fail_source(source, "HOME is not set, so there is no ~/.aws/sso/cache");
    return *path;
}

void fail_for_login(std::string const& source, sso_settings const& settings, std::string const& why)
{
    std::string const command = settings.session_name
                                    ? "aws sso login --sso-session " + *settings.session_name
                                    : std::string("aws sso login");
    fail_source(source, why + "; log in with: " + command);
}

asio::awaitable<secret_string> fetch_sso_token(source_context context, std::string source,
                                               sso_settings settings)
{
    std::filesystem::path const path = sso_token_path(source, settings, context.options->environment);
    std::optional<secret_string> file = co_await read_small_file(source, path, file_bytes_max);
    if (!file)
        fail_for_login(source, settings, "there is no token " + path.string());
    secret_json const document(source, file->reveal());
    cached_token token = read_token(source, document);
    timestamp const today = context.time->today();
    bool const valid = token.expires_at > today;
    bool const soon = token.expires_at - today < renewal_window;
    if (soon && settings.session_name && can_be_renewed(token, today)) {
        try {
            co_return co_await renew(context, source, settings, token, path, std::move(*file));
        } catch (operation_error const& error) {
            // Which begins with the source already.
            if (!valid)
                fail_for_login(source, settings, error.details().message.substr(source.size() + 2));
        }
    }
    if (!valid)
        fail_for_login(source, settings, "the token ended at " + base::to_iso8601_seconds(token.expires_at));
    co_return std::move(token.access_token);
}

} // namespace glacier::credentials_sources
