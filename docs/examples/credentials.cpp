// Sources of credentials, and what a client is told of them.

#include "local_service.hpp"

#include <glacier/client.hpp>
#include <glacier/credentials_sources.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;

/// The default chain, for one profile, with its refreshes in a log.
class refresh_log final : public glacier::observer {
public:
    void on_credentials_refreshed(glacier::credentials_refreshed const& event) noexcept override
    {
        if (event.error)
            std::clog << "credentials: " << event.message << (event.still_valid ? " (still valid)\n" : "\n");
        else
            std::clog << "credentials: new ones from " << event.source << '\n';
    }
};

std::shared_ptr<glacier::credentials_provider> of_profile(glacier::environment_reader environment)
{
    glacier::credentials_options options;
    options.environment = std::move(environment);
    options.profile = "backup";
    options.observer = std::make_shared<refresh_log>();
    return glacier::default_credentials(options);
}

/// A role in another account, by the credentials that this machine has.
std::shared_ptr<glacier::credentials_provider> of_role(std::shared_ptr<glacier::credentials_provider> own)
{
    glacier::assume_role_settings role("arn:aws:iam::123456789012:role/archive-writer");
    role.session_name = "nightly-backup";
    role.duration = std::chrono::hours(1);
    role.external_id = "partner-7";
    glacier::credentials_options options;
    options.region = "eu-west-1";
    return glacier::assume_role_credentials(std::move(own), role, options);
}

/// A source of one's own: a coroutine. The cache calls it shortly before the end of what it gave.
asio::awaitable<glacier::credentials> ask_vault(glacier::credentials issued)
{
    issued.source = "our own vault";
    issued.expiration = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) +
                        std::chrono::hours(1);
    co_return issued;
}

std::shared_ptr<glacier::credentials_provider> of_vault(glacier::credentials issued)
{
    return glacier::cached_credentials(glacier::custom_credentials([issued] { return ask_vault(issued); }));
}

asio::awaitable<void> run(glacier::client client)
{
    co_await client.create_vault(glacier::create_vault_request("photos"));
    std::cout << "created\n";
}

int main()
{
    local_service const service;
    glacier::credentials const issued = glacier::emulator_options({}).identity;
    asio::io_context context;
    std::exception_ptr failure;
    glacier::client_config config = service.config();
    config.credentials = of_vault(issued);
    asio::co_spawn(context, run(glacier::client(context.get_executor(), config)),
                   [&failure](std::exception_ptr error) { failure = error; });
    context.run();
    if (failure)
        std::rethrow_exception(failure);

    // Made, but not asked: there is no STS here.
    of_role(config.credentials);
    try {
        of_profile([](std::string const&) { return std::optional<std::string>(); });
    } catch (glacier::operation_error const& error) {
        std::cout << error.what() << '\n';
    }
}
