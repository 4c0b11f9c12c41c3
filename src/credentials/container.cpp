#include "base/printable.hpp"
#include "credentials/credentials_json.hpp"
#include "credentials/environment.hpp"
#include "credentials/failure.hpp"
#include "credentials/small_file.hpp"
#include "credentials/sources.hpp"
#include "crypto/wipe.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace glacier::credentials_sources {

namespace {

constexpr char const* source_name = "container";
constexpr char const* ecs_address = "169.254.170.2";
constexpr char const* eks_address = "169.254.170.23";
constexpr char const* eks_address_ipv6 = "fd00:ec2::23";

constexpr std::chrono::milliseconds request_limit = std::chrono::seconds(2);
constexpr std::chrono::milliseconds pause = std::chrono::seconds(1);
constexpr int attempts_max = 3;

bool is_address(std::string const& host, char const* expected)
{
    std::array<unsigned char, 16> one{};
    std::array<unsigned char, 16> other{};
    int const family = std::strchr(expected, ':') != nullptr ? AF_INET6 : AF_INET;
    return ::inet_pton(family, host.c_str(), one.data()) == 1 &&
           ::inet_pton(family, expected, other.data()) == 1 && one == other;
}

bool is_loopback(std::string const& host)
{
    std::array<unsigned char, 4> address{};
    return (::inet_pton(AF_INET, host.c_str(), address.data()) == 1 && address[0] == 127) ||
           is_address(host, "::1");
}

/// Plain HTTP carries the token and the keys in the clear, so it goes to nobody but this machine. Host names are not
/// looked up: what is checked here is the address that is connected to.
protocol::endpoint checked(protocol::endpoint target)
{
    if (target.tls)
        return target;
    if (target.host == "localhost")
        target.host = "127.0.0.1";
    if (is_loopback(target.host) || is_address(target.host, ecs_address) ||
        is_address(target.host, eks_address) || is_address(target.host, eks_address_ipv6))
        return target;
    fail_source(source_name, "AWS_CONTAINER_CREDENTIALS_FULL_URI has the host " +
                                 base::printable(target.host, 100) +
                                 "; with http:// only loopback addresses, localhost, 169.254.170.2, "
                                 "169.254.170.23 and [fd00:ec2::23] are allowed");
}

bool is_target(std::string const& text)
{
    return text.starts_with('/') &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~' && c != '#'; });
}

/// Where to ask: host, and path with query.
struct container_address {
    protocol::endpoint where;
    std::string target;
};

container_address read_full_uri(std::string const& uri)
{
    std::string_view constexpr scheme_end = "://";
    auto const authority = uri.find(scheme_end);
    auto const path =
        authority == std::string::npos ? authority : uri.find('/', authority + scheme_end.size());
    std::string const target = path == std::string::npos ? "/" : uri.substr(path);
    auto const where = protocol::parse_endpoint(uri.substr(0, path));
    if (!where || !is_target(target))
        fail_source(source_name, "AWS_CONTAINER_CREDENTIALS_FULL_URI is \"" + base::printable(uri, 100) +
                                     "\"; https://HOST[:PORT]/PATH or http://... is allowed");
    container_address address;
    address.where = checked(*where);
    address.target = target;
    return address;
}

container_address address_of(environment_reader const& environment)
{
    auto const relative = variable(environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    if (!relative) {
        auto const full = variable(environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
        if (!full)
            fail(errc::no_credentials, "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor "
                                       "AWS_CONTAINER_CREDENTIALS_FULL_URI is set");
        return read_full_uri(*full);
    }
    if (!is_target(*relative))
        fail_source(source_name, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is \"" +
                                     base::printable(*relative, 100) +
                                     "\"; a path that begins with / is allowed");
    container_address address;
    address.where.tls = false;
    address.where.host = ecs_address;
    address.where.port = 80;
    address.target = *relative;
    return address;
}

class container_provider final : public credentials_provider {
public:
    explicit container_provider(source_context context)
        : context_(std::make_shared<source_context const>(std::move(context)))
    {}

    asio::awaitable<credentials> get() override { return ask(context_); }

private:
    using context_pointer = std::shared_ptr<source_context const>;

    static asio::awaitable<credentials> ask(context_pointer context)
    {
        container_address const address = address_of(context->options->environment);
        secret_string const token = co_await authorization(context);
        auto const timer = context->time->make_timer(co_await asio::this_coro::executor);
        for (int attempt = 1;; ++attempt) {
            std::optional<operation_error> failed;
            try {
                co_return co_await ask_once(context, address, token);
            } catch (operation_error const& error) {
                failed = error;
            }
            if (attempt == attempts_max)
                throw operation_error(*failed);
            co_await timer->wait_until(context->time->now() + pause);
        }
    }

    static asio::awaitable<credentials> ask_once(context_pointer context, container_address address,
                                                 secret_string token)
    {
        protocol::http_request message;
        message.target = address.target;
        message.headers.set("accept", "application/json");
        if (!token.empty())
            message.headers.set("authorization", std::string(token.reveal()));
        fetch_request request(address.where, std::move(message));
        request.limit = request_limit;
        request.direct = true;
        protocol::http_response answer = co_await fetch_for(source_name, context->http, std::move(request));
        crypto::wiper const wiped(answer.body);
        if (answer.status != 200)
            fail_source(source_name, address.where.str() + " " + describe_answer(answer));
        secret_json const document(source_name, answer.body);
        credentials_names names;
        names.session_token = "Token";
        co_return read_credentials(document, document.root(), names, source_name);
    }

    static asio::awaitable<secret_string> authorization(context_pointer context)
    {
        environment_reader const& environment = context->options->environment;
        secret_string token;
        if (auto const file = variable(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"))
            token = co_await read_token_file(source_name, *file);
        else if (auto const text = variable(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN"))
            token = secret_string(*text);
        std::string_view const value = token.reveal();
        if (std::any_of(value.begin(), value.end(), [](char c) { return c < ' ' || c > '~'; }))
            fail_source(
                source_name,
                "the authorization token has a line end or another character that is not printable ASCII");
        co_return token;
    }

    context_pointer context_;
};

} // namespace

std::shared_ptr<credentials_provider> make_container_provider(source_context context)
{
    return std::make_shared<container_provider>(std::move(context));
}

} // namespace glacier::credentials_sources

namespace glacier {

std::shared_ptr<credentials_provider> container_credentials(credentials_options const& options)
{
    using namespace credentials_sources;
    source_context const context = make_context(options);
    return make_cached_provider(context, make_container_provider(context));
}

} // namespace glacier
