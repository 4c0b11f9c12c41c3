#include <glacier/credentials_provider.hpp>

#include "base/iso8601.hpp"
#include "base/printable.hpp"
#include "credentials/check_credentials.hpp"
#include "credentials/environment.hpp"
#include "credentials/failure.hpp"
#include "crypto/wipe.hpp"

#include <glacier/error.hpp>

#include <chrono>
#include <cstdlib>
#include <utility>

namespace glacier {

namespace {

using credentials_sources::fail_source;
using credentials_sources::variable;

constexpr char const* source_name = "environment";

class environment_provider final : public credentials_provider {
public:
    environment_provider(environment_reader environment, std::shared_ptr<async::time_source> time)
        : environment_(std::move(environment)), time_(std::move(time))
    {}

    asio::awaitable<credentials> get() override { co_return read(); }

private:
    credentials read() const
    {
        auto id = variable(environment_, "AWS_ACCESS_KEY_ID");
        auto secret = variable(environment_, "AWS_SECRET_ACCESS_KEY");
        if (!id && !secret)
            credentials_sources::fail(errc::no_credentials,
                                      "the environment variable AWS_ACCESS_KEY_ID is not set");
        if (!id)
            fail_source(source_name, "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not");
        if (!secret)
            fail_source(source_name, "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
        credentials found(std::move(*id), secret_string(*secret));
        crypto::wipe(*secret);
        auto token = variable(environment_, "AWS_SESSION_TOKEN");
        if (!token)
            token = variable(environment_, "AWS_SECURITY_TOKEN");
        if (token) {
            found.session_token = secret_string(*token);
            crypto::wipe(*token);
        }
        found.account_id = variable(environment_, "AWS_ACCOUNT_ID");
        found.expiration = expiration();
        found.source = source_name;
        if (auto const fault = credentials_sources::fault_of(found))
            fail_source(source_name, *fault);
        return found;
    }

    std::optional<timestamp> expiration() const
    {
        auto const text = variable(environment_, "AWS_CREDENTIAL_EXPIRATION");
        if (!text)
            return std::nullopt;
        auto const moment = base::parse_iso8601(*text);
        if (!moment)
            fail_source(source_name, "AWS_CREDENTIAL_EXPIRATION is \"" + base::printable(*text, 60) +
                                         "\"; a time such as 2026-01-31T12:00:00Z is allowed");
        if (*moment <= time_->today())
            fail_source(source_name,
                        "AWS_CREDENTIAL_EXPIRATION is past: the keys ended at " + base::to_iso8601(*moment));
        return moment;
    }

    environment_reader environment_;
    std::shared_ptr<async::time_source> time_;
};

} // namespace

namespace credentials_sources {

std::optional<std::string> variable(environment_reader const& environment, std::string const& name)
{
    auto value = environment(name);
    if (value && value->empty())
        value.reset();
    return value;
}

bool is_true(environment_reader const& environment, std::string const& name)
{
    auto const value = environment(name).value_or("");
    return value.size() == 4 && (value[0] == 't' || value[0] == 'T') &&
           (value[1] == 'r' || value[1] == 'R') && (value[2] == 'u' || value[2] == 'U') &&
           (value[3] == 'e' || value[3] == 'E');
}

std::shared_ptr<credentials_provider> make_environment_provider(environment_reader environment,
                                                                std::shared_ptr<async::time_source> time)
{
    return std::make_shared<environment_provider>(std::move(environment), std::move(time));
}

} // namespace credentials_sources

environment_reader process_environment()
{
    return [](std::string const& name) -> std::optional<std::string> {
        char const* const value = std::getenv(name.c_str());
        if (value == nullptr)
            return std::nullopt;
        return std::string(value);
    };
}

std::shared_ptr<credentials_provider> environment_credentials(environment_reader environment)
{
    return credentials_sources::make_environment_provider(std::move(environment), async::system_time());
}

} // namespace glacier
