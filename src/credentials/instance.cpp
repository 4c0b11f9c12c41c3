#include "base/decimal.hpp"
#include "base/iso8601.hpp"
#include "base/printable.hpp"
#include "base/uri.hpp"
#include "credentials/credentials_json.hpp"
#include "credentials/environment.hpp"
#include "credentials/failure.hpp"
#include "credentials/profile_chain.hpp"
#include "credentials/sources.hpp"
#include "crypto/wipe.hpp"
#include "net/connection.hpp"

#include <algorithm>
#include <utility>

namespace glacier::credentials_sources {

namespace {

constexpr char const* source_name = "instance metadata";
constexpr char const* role_path = "/latest/meta-data/iam/security-credentials/";
constexpr std::uint64_t timeout_seconds_max = 60;
constexpr std::uint64_t attempts_limit = 10;

/// Where the metadata service is, and how patient to be with it.
struct metadata_place {
    protocol::endpoint where;
    /// Not just the address that every machine would try.
    bool configured = false;
    std::chrono::milliseconds timeout = std::chrono::seconds(1);
    int attempts = 1;
};

std::uint64_t number_of(environment_reader const& environment, char const* name, std::uint64_t otherwise,
                        std::uint64_t greatest)
{
    auto const text = variable(environment, name);
    if (!text)
        return otherwise;
    auto const number = base::parse_decimal(*text);
    if (!number || *number == 0 || *number > greatest)
        fail_source(source_name, std::string(name) + " is \"" + base::printable(*text, 40) + "\"; 1 to " +
                                     std::to_string(greatest) + " is allowed");
    return *number;
}

bool equals_in_any_case(std::string_view text, std::string_view lower)
{
    return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char one, char other) {
        return (one >= 'A' && one <= 'Z' ? static_cast<char>(one - 'A' + 'a') : one) == other;
    });
}

metadata_place place_of(environment_reader const& environment)
{
    metadata_place place;
    place.timeout =
        std::chrono::seconds(number_of(environment, "AWS_METADATA_SERVICE_TIMEOUT", 1, timeout_seconds_max));
    place.attempts =
        static_cast<int>(number_of(environment, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", 1, attempts_limit));
    if (auto const url = variable(environment, "AWS_EC2_METADATA_SERVICE_ENDPOINT")) {
        auto const parsed = protocol::parse_endpoint(*url);
        if (!parsed)
            fail_source(source_name, "AWS_EC2_METADATA_SERVICE_ENDPOINT is \"" + base::printable(*url, 100) +
                                         "\"; http://HOST[:PORT] is allowed");
        place.where = *parsed;
        place.configured = true;
        return place;
    }
    auto const mode = variable(environment, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE").value_or("IPv4");
    bool const ipv6 = equals_in_any_case(mode, "ipv6");
    if (!ipv6 && !equals_in_any_case(mode, "ipv4"))
        fail_source(source_name, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is \"" + base::printable(mode, 40) +
                                     "\"; IPv4 and IPv6 are allowed");
    place.where.tls = false;
    place.where.host = ipv6 ? "fd00:ec2::254" : "169.254.169.254";
    place.where.port = 80;
    return place;
}

/// The first line, without blanks around it.
std::string_view first_line(std::string_view text)
{
    text = text.substr(0, text.find_first_of("\r\n"));
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    return text;
}

bool is_visible(std::string_view text) noexcept
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

class instance_provider final : public credentials_provider {
public:
    explicit instance_provider(source_context context)
        : context_(std::make_shared<source_context const>(std::move(context)))
    {}

    asio::awaitable<credentials> get() override { return ask(context_); }

private:
    using context_pointer = std::shared_ptr<source_context const>;

    static asio::awaitable<credentials> ask(context_pointer context)
    {
        if (is_true(context->options->environment, "AWS_EC2_METADATA_DISABLED"))
            fail(errc::no_credentials, "instance metadata is turned off by AWS_EC2_METADATA_DISABLED");
        metadata_place const place = place_of(context->options->environment);
        auto found = co_await ask_with_token(context, place);
        // The token's time was over: once more with a new one.
        if (!found)
            found = co_await ask_with_token(context, place);
        if (!found)
            fail_source(source_name, place.where.str() + " answered 401 to a new token");
        co_return std::move(*found);
    }

    /// Nothing if the token is not accepted.
    static asio::awaitable<std::optional<credentials>> ask_with_token(context_pointer context,
                                                                      metadata_place place)
    {
        secret_string const token = co_await fetch_token(context, place);
        protocol::http_response const listed = co_await read(context, place, role_path, token);
        if (listed.status == 401)
            co_return std::nullopt;
        std::string const role(first_line(listed.body));
        if (listed.status == 404 || (listed.status == 200 && role.empty()))
            fail(errc::no_credentials, "the EC2 instance has no role");
        if (listed.status != 200)
            fail_source(source_name, place.where.str() + " " + describe_answer(listed));
        if (role.size() > 128 || !is_visible(role))
            fail_source(source_name, "the name of the role is \"" + base::printable(role, 60) + "\"");

        std::string const path = role_path + base::encode_uri_component(role);
        protocol::http_response answer = co_await read(context, place, path, token);
        crypto::wiper const wiped(answer.body);
        if (answer.status == 401)
            co_return std::nullopt;
        if (answer.status != 200)
            fail_source(source_name, place.where.str() + " " + describe_answer(answer));
        co_return read_role(*context, answer.body, role);
    }

    static credentials read_role(source_context const& context, std::string_view text,
                                 std::string const& role)
    {
        secret_json const document(source_name, text);
        auto const code = document.find_text(document.root(), "Code");
        if (code && *code != "Success")
            fail_source(source_name, "no credentials for role " + role + ": " + error_words(text));
        credentials_names names;
        names.session_token = "Token";
        credentials read = read_credentials(document, document.root(), names, source_name);
        read.source = "EC2 instance role " + role;
        extend(context, read);
        return read;
    }

    /// While EC2 cannot renew credentials it gives the old ones, and the services accept them.
    static void extend(source_context const& context, credentials& read)
    {
        constexpr std::chrono::milliseconds least = std::chrono::minutes(2);
        constexpr std::chrono::milliseconds range = std::chrono::minutes(8);
        auto const random =
            std::chrono::duration_cast<std::chrono::milliseconds>(range * context.random->fraction());
        auto const extension = context.options->refresh.advisory_window + least + random;
        timestamp const today = context.time->today();
        if (!read.expiration || *read.expiration - today >= extension)
            return;
        read.source += ", used on although it ends at " + base::to_iso8601(*read.expiration);
        read.expiration = today + extension;
    }

    static asio::awaitable<secret_string> fetch_token(context_pointer context, metadata_place place)
    {
        protocol::http_request message;
        message.method = protocol::http_method::put;
        message.target = "/latest/api/token";
        message.headers.set("x-aws-ec2-metadata-token-ttl-seconds", "21600");
        protocol::http_response answer;
        try {
            answer = co_await send(context, place, std::move(message));
        } catch (net::connection_error const& error) {
            refuse_token(place, error);
        }
        crypto::wiper const wiped(answer.body);
        std::string_view const token = first_line(answer.body);
        if (answer.status != 200)
            fail_source(source_name, place.where.str() + " gives no token of IMDSv2: it " +
                                         describe_answer(answer) + "; IMDSv1 is not used");
        if (token.empty() || token.size() > 1'024 || !is_visible(token))
            fail_source(source_name, "the token of IMDSv2 is no text of 1 to 1024 visible ASCII characters");
        co_return secret_string(token);
    }

    [[noreturn]] static void refuse_token(metadata_place const& place, net::connection_error const& error)
    {
        operation_error const failed = describe(source_name, place.where, error.code(), error.detail());
        if (error.code() == errc::response_timeout || error.code() == errc::connection_closed)
            fail_source(source_name,
                        place.where.str() + " does not answer the request for a token of IMDSv2 (" +
                            error.code().message() +
                            "); in a container, the instance's hop limit for metadata must be 2 or "
                            "more; IMDSv1 is not used");
        // Most machines are no EC2 instance, and this one does not claim to be.
        if (!place.configured && error.code() == condition::transport)
            fail(errc::no_credentials, failed.details().message);
        throw operation_error(failed);
    }

    static asio::awaitable<protocol::http_response> read(context_pointer context, metadata_place place,
                                                         std::string path, secret_string token)
    {
        protocol::http_request message;
        message.target = std::move(path);
        message.headers.set("x-aws-ec2-metadata-token", std::string(token.reveal()));
        try {
            co_return co_await send(context, place, std::move(message));
        } catch (net::connection_error const& error) {
            throw describe(source_name, place.where, error.code(), error.detail());
        }
    }

    static asio::awaitable<protocol::http_response> send(context_pointer context, metadata_place place,
                                                         protocol::http_request message)
    {
        for (int attempt = 1;; ++attempt) {
            fetch_request request(place.where, message);
            request.limit = place.timeout;
            request.direct = true;
            bool const last = attempt >= place.attempts;
            try {
                protocol::http_response answer = co_await context->http->fetch(std::move(request));
                if (last || answer.status < 500)
                    co_return answer;
            } catch (net::connection_error const&) {
                if (last)
                    throw;
            }
        }
    }

    context_pointer context_;
};

} // namespace

std::shared_ptr<credentials_provider> make_instance_provider(source_context context)
{
    return std::make_shared<instance_provider>(std::move(context));
}

} // namespace glacier::credentials_sources

namespace glacier {

std::shared_ptr<credentials_provider> instance_credentials(credentials_options const& options)
{
    using namespace credentials_sources;
    source_context const context = make_context(with_profile_settings(options));
    return make_cached_provider(context, make_instance_provider(context));
}

} // namespace glacier
