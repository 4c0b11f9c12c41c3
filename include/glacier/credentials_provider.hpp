#pragma once

#include <glacier/credentials.hpp>

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace glacier {

namespace asio = boost::asio;

/**
 * Where a client gets its credentials. It is asked for every request, so a provider of temporary ones can
 * change them at any time.
 *
 * Thread safety: get() may be called from several threads and for several requests at once.
 */
class credentials_provider {
public:
    credentials_provider() = default;
    credentials_provider(credentials_provider const&) = delete;
    credentials_provider& operator=(credentials_provider const&) = delete;
    virtual ~credentials_provider() = default;

    /// The credentials for the next request. Called for each, repetitions included. Errors: operation_error
    /// with errc::no_credentials and what was looked for; whatever it throws ends the operation.
    virtual asio::awaitable<credentials> get() = 0;

    /// The service refused these as expired: whoever keeps them fetches new ones for the next get(). The client
    /// calls it once per operation and then tries again. Does nothing if not overridden.
    virtual void expire(credentials const& /*refused*/) {}
};

/// Reads a variable of the environment; nothing if it is not set.
using environment_reader = std::function<std::optional<std::string>(std::string const&)>;

/// The process's environment.
environment_reader process_environment();

/// Always the same credentials.
std::shared_ptr<credentials_provider> static_credentials(credentials value);

/// No credentials: requests are sent without a signature. Amazon Glacier refuses them; an emulator or a proxy that
/// signs may not.
std::shared_ptr<credentials_provider> anonymous_credentials();

/**
 * Credentials from a coroutine of your own, which is called for every request, on its executor, and for several at
 * once. Wrap it in cached_credentials() (credentials_sources.hpp) if it has to ask somebody.
 *
 * Lifetime: the function is kept as long as the provider.
 * Errors: whatever the function throws ends the operation.
 */
std::shared_ptr<credentials_provider> custom_credentials(
    std::function<asio::awaitable<credentials>()> function);

/**
 * AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; for temporary credentials AWS_SESSION_TOKEN, or its older name
 * AWS_SECURITY_TOKEN, and AWS_CREDENTIAL_EXPIRATION (ISO 8601); the account in AWS_ACCOUNT_ID. Read for every
 * request.
 *
 * Errors of get(): errc::no_credentials if the first two are missing or empty; errc::credentials_failed if only one
 * of them is, or if the expiration is past or no time.
 */
std::shared_ptr<credentials_provider> environment_credentials(
    environment_reader environment = process_environment());

/**
 * The credentials of a profile of the shared files, whichever kind they are: a role, a web identity, SSO, keys, a login
 * session, or a process (docs/guide/credentials.md). The files are read once: ~/.aws/credentials
 * (AWS_SHARED_CREDENTIALS_FILE) and ~/.aws/config (AWS_CONFIG_FILE). Temporary credentials are refreshed in time.
 *
 * Errors: errc::invalid_profile for a file that cannot be read or has a fault, for a profile that is in
 * neither file, for half a pair of keys, and for keys that contradict each other; errc::no_credentials for a profile
 * without credentials. Errors of get(): errc::credentials_failed.
 */
std::shared_ptr<credentials_provider> profile_credentials(
    std::string const& profile, environment_reader environment = process_environment());

} // namespace glacier
