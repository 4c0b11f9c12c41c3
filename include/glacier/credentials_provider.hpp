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

/**
 * AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for temporary credentials, AWS_SESSION_TOKEN; read for
 * every request.
 *
 * Errors of get(): errc::no_credentials if one of the first two is missing or empty.
 */
std::shared_ptr<credentials_provider> environment_credentials(
    environment_reader environment = process_environment());

/**
 * The static keys of a profile of the shared files: ~/.aws/credentials (AWS_SHARED_CREDENTIALS_FILE) and
 * ~/.aws/config (AWS_CONFIG_FILE). Read once.
 *
 * Errors: errc::invalid_profile for a file that cannot be read or has a fault, for a profile that is in
 * neither file, and for half a pair of keys; errc::no_credentials for a profile without static keys.
 */
std::shared_ptr<credentials_provider> profile_credentials(
    std::string const& profile, environment_reader environment = process_environment());

} // namespace glacier
