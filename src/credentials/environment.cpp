#include <glacier/credentials_provider.hpp>

#include <glacier/error.hpp>

#include <cstdlib>

namespace glacier {

namespace {

class environment_provider final : public credentials_provider {
public:
    explicit environment_provider(environment_reader environment) : environment_(std::move(environment)) {}

    asio::awaitable<credentials> get() override { co_return read(); }

private:
    credentials read() const
    {
        credentials found(require("AWS_ACCESS_KEY_ID"), secret_string(require("AWS_SECRET_ACCESS_KEY")));
        if (auto const token = environment_("AWS_SESSION_TOKEN"))
            found.session_token = secret_string(*token);
        found.source = "environment";
        return found;
    }

    std::string require(std::string const& name) const
    {
        auto value = environment_(name);
        if (value && !value->empty())
            return std::move(*value);
        error_details details;
        details.message = "the environment variable " + name + " is not set";
        throw operation_error(errc::no_credentials, std::move(details));
    }

    environment_reader environment_;
};

} // namespace

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
    return std::make_shared<environment_provider>(std::move(environment));
}

} // namespace glacier
