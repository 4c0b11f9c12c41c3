// A container, an instance or SSO that answers with any bytes: requests that carry nothing but visible text of it, and
// credentials that can go into a header, or an error that a terminal can show.
//
// The first line says which source it is: `container`, `instance` or `sso`. The rest is its answers, after each of which
// there is a line `%%`: the status in the first line, and the body. For SSO the cached token comes first.

#include "base/iso8601.hpp"
#include "credentials/check_credentials.hpp"
#include "credentials/small_file.hpp"
#include "credentials/sources.hpp"
#include "fuzz/property.hpp"

#include <glacier/credentials_provider.hpp>
#include <glacier/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace glacier;
using namespace glacier::credentials_sources;
using fuzz::require;

/// The input that is not yet read.
std::string_view answers;

std::string_view take_answer()
{
    constexpr std::string_view separator = "\n%%\n";
    std::string_view const answer = answers.substr(0, answers.find(separator));
    answers.remove_prefix(std::min(answer.size() + separator.size(), answers.size()));
    return answer;
}

void check_request(protocol::http_request const& message)
{
    require(message.target.starts_with('/') && fuzz::is_visible(message.target));
    for (auto const& [name, value] : message.headers)
        require(fuzz::is_visible(name) && fuzz::is_printable(value));
}

class input_fetcher final : public http_fetcher {
public:
    asio::awaitable<protocol::http_response> fetch(fetch_request request) override
    {
        // Sources give up before that.
        require(++requests_ <= 8);
        check_request(request.message);
        std::string_view text = take_answer();
        protocol::http_response answer;
        std::string_view const status = fuzz::take_line(text);
        answer.status = status == "401" ? 401 : status == "404" ? 404 : status == "500" ? 500 : 200;
        answer.body = text;
        co_return answer;
    }

private:
    int requests_ = 0;
};

/// No wait takes time.
class no_timer final : public async::timer {
public:
    asio::awaitable<void> wait_until(time_point /*moment*/) override { co_return; }
    void wake() override {}
};

class fixed_time final : public async::time_source {
public:
    time_point now() const override { return {}; }
    timestamp today() const override { return base::parse_iso8601("2026-01-02T03:04:05Z").value(); }
    std::unique_ptr<async::timer> make_timer(asio::any_io_executor /*executor*/) override
    {
        return std::make_unique<no_timer>();
    }
};

class fixed_random final : public base::random_source {
public:
    void fill(std::span<std::byte> bytes) override { std::memset(bytes.data(), 0, bytes.size()); }
};

std::optional<std::string> variable_of(std::string const& name)
{
    if (name == "HOME")
        return "/nowhere";
    if (name == "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
        return "/credentials";
    return std::nullopt;
}

source_context context_of_input()
{
    credentials_options options;
    options.environment = variable_of;
    source_context context;
    context.options = std::make_shared<credentials_options const>(options);
    context.time = std::make_shared<fixed_time>();
    context.random = std::make_shared<fixed_random>();
    context.http = std::make_shared<input_fetcher>();
    return context;
}

sso_settings settings()
{
    sso_settings made("123456789012", "role", "https://example.awsapps.com/start", "eu-west-1");
    made.session_name = "session";
    return made;
}

std::shared_ptr<credentials_provider> make_source(std::string_view name)
{
    if (name == "container")
        return make_container_provider(context_of_input());
    if (name == "instance")
        return make_instance_provider(context_of_input());
    return name == "sso" ? make_sso_provider(context_of_input(), settings(), "SSO") : nullptr;
}

asio::awaitable<void> check_source(std::shared_ptr<credentials_provider> source)
{
    try {
        credentials const got = co_await source->get();
        require(!fault_of(got) && fuzz::is_printable(got.source) && !got.source.empty());
        if (got.expiration)
            require(base::parse_iso8601(base::to_iso8601(*got.expiration)) == got.expiration);
    } catch (operation_error const& error) {
        require(error.code() == errc::credentials_failed || error.code() == errc::no_credentials);
        require(fuzz::is_printable(error.what()));
    }
}

} // namespace

// What the sources reach beside the network, which is not linked.

namespace glacier::async {

std::shared_ptr<time_source> system_time()
{
    std::abort();
}

} // namespace glacier::async

namespace glacier::credentials_sources {

std::shared_ptr<http_fetcher> make_http_fetcher(tls_settings /*tls*/, std::optional<proxy_settings> /*proxy*/,
                                                connection_factory /*factory*/,
                                                std::size_t /*answer_bytes_max*/,
                                                std::shared_ptr<async::time_source> /*time*/)
{
    std::abort();
}

std::shared_ptr<credentials_provider> make_cached_provider(source_context /*context*/,
                                                           std::shared_ptr<credentials_provider> /*source*/)
{
    std::abort();
}

credentials_options with_profile_settings(credentials_options /*options*/)
{
    std::abort();
}

asio::awaitable<std::optional<secret_string>> read_small_file(std::string /*source*/,
                                                              std::filesystem::path /*path*/,
                                                              std::size_t /*bytes_max*/)
{
    co_return secret_string(take_answer());
}

asio::awaitable<secret_string> read_token_file(std::string /*source*/, std::filesystem::path /*path*/)
{
    co_return secret_string(take_answer());
}

asio::awaitable<error_code> replace_small_file(std::filesystem::path /*path*/, secret_string content)
{
    require(!content.empty());
    co_return error_code();
}

} // namespace glacier::credentials_sources

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    answers = fuzz::text_of(data, size);
    auto const source = make_source(fuzz::take_line(answers));
    if (!source)
        return 0;
    bool ended = false;
    asio::io_context context;
    asio::co_spawn(context, check_source(source), [&ended](std::exception_ptr const& failed) {
        require(!failed);
        ended = true;
    });
    context.run();
    require(ended);
    return 0;
}
