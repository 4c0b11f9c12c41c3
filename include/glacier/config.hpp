#pragma once

#include <glacier/connection_factory.hpp>
#include <glacier/credentials_provider.hpp>
#include <glacier/identifiers.hpp>
#include <glacier/settings.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace glacier {

/**
 * Everything that a client can be told. load_client_config() fills it from the environment and the shared
 * files; one made in code takes only what is set here.
 */
struct client_config {
    client_config() = default;

    /// Region of the vaults, such as `eu-west-1`. Required, also with an endpoint: it is part of signatures.
    std::string region;
    /// The account that owns the vaults.
    account_id account = "-";
    /// `https://HOST[:PORT][/PREFIX]` or `http://...` instead of the region's endpoint. Plain HTTP is used
    /// only when it is asked for here.
    std::optional<std::string> endpoint;
    /// Required.
    std::shared_ptr<credentials_provider> credentials;
    timeout_settings timeouts;
    pool_settings pool;
    retry_settings retry;
    tls_settings tls;
    /// Opens the connections; if not set, the system's name resolution and sockets do.
    glacier::connection_factory connection_factory;
    /// Where files are read and hashed. If not set, two threads that belong to the execution context are
    /// started on first use.
    std::optional<asio::any_io_executor> blocking_executor;
    /// Largest JSON answer that is accepted, in bytes.
    std::size_t response_bytes_max = std::size_t(16) * 1'048'576;
};

/// What to take instead of what the environment says; what is not set is looked up.
struct config_overrides {
    config_overrides() = default;

    std::optional<std::string> profile;
    std::optional<std::string> region;
    std::optional<std::string> endpoint;
    std::optional<account_id> account;
    std::optional<std::filesystem::path> ca_bundle;
};

/**
 * Configuration as the AWS tools find it.
 *
 * Region: the override, AWS_REGION, AWS_DEFAULT_REGION, the profile's `region`. Endpoint: the override,
 * AWS_ENDPOINT_URL_GLACIER, AWS_ENDPOINT_URL, the profile's `endpoint_url`; the last three are ignored if
 * AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is `true`. CA bundle: the override, AWS_CA_BUNDLE, the profile's
 * `ca_bundle`. Profile: the override, AWS_PROFILE, `default`. Credentials: those of the environment unless
 * a profile was given as override, then those of the profile.
 *
 * Reads files, so call it when the program starts, not on a busy event loop.
 *
 * Errors: operation_error with errc::no_region, errc::no_credentials, or errc::invalid_profile, naming the
 * file or variable.
 */
client_config load_client_config(config_overrides const& overrides = config_overrides(),
                                 environment_reader const& environment = process_environment());

} // namespace glacier
