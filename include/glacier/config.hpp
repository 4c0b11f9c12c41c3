#pragma once

#include <glacier/connection_factory.hpp>
#include <glacier/credentials_provider.hpp>
#include <glacier/identifiers.hpp>
#include <glacier/observer.hpp>
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
    /// Errors of the client: errc::no_region, errc::invalid_endpoint for a text that cannot be part of a host
    /// name.
    std::string region;
    /// The account that owns the vaults; `-`: that of the credentials.
    account_id account = "-";
    /// `https://HOST[:PORT][/PREFIX]` or `http://...` instead of the region's endpoint. Plain HTTP is used
    /// only when it is asked for here. Errors of the client: errc::invalid_endpoint.
    std::optional<std::string> endpoint;
    /// Who signs the requests. Required. Errors of the client: errc::no_credentials.
    std::shared_ptr<credentials_provider> credentials;
    /// How long each phase of a request may take.
    timeout_settings timeouts;
    /// The connections. Errors of the client: errc::invalid_option for none.
    pool_settings pool;
    /// How failed requests are repeated. Errors of the client: errc::invalid_option for no attempt.
    retry_settings retry;
    /// Whom to trust. Errors of the client: errc::invalid_ca_bundle.
    tls_settings tls;
    /// Opens the connections; if not set, the system's name resolution and sockets do.
    glacier::connection_factory connection_factory;
    /// Is told of attempts, connections and transfers; nobody if not set.
    std::shared_ptr<glacier::observer> observer;
    /// Where files are read and hashed. If not set, two threads that belong to the execution context are
    /// started on first use.
    std::optional<asio::any_io_executor> blocking_executor;
    /// Largest JSON answer that is accepted, in bytes.
    std::size_t response_bytes_max = std::size_t(16) * 1'048'576;
};

/// What to take instead of what the environment says; what is not set is looked up.
struct config_overrides {
    config_overrides() = default;

    /// Profile of the shared files, whose credentials then go before those of the environment.
    std::optional<std::string> profile;
    /// As client_config::region.
    std::optional<std::string> region;
    /// As client_config::endpoint.
    std::optional<std::string> endpoint;
    /// As client_config::account; `-` if not set, since the environment has no variable for it.
    std::optional<account_id> account;
    /// As tls_settings::ca_bundle.
    std::optional<std::filesystem::path> ca_bundle;
    /// As client_config::observer; it is also told of refreshed credentials.
    std::shared_ptr<glacier::observer> observer;
};

/**
 * Configuration as the AWS tools find it.
 *
 * Region: the override, AWS_REGION, AWS_DEFAULT_REGION, the profile's `region`. Endpoint: the override,
 * AWS_ENDPOINT_URL_GLACIER, AWS_ENDPOINT_URL, the profile's `endpoint_url`; the last three are ignored if
 * AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is `true`. CA bundle: the override, AWS_CA_BUNDLE, the profile's
 * `ca_bundle`. Profile: the override, AWS_PROFILE, AWS_DEFAULT_PROFILE, `default`. Credentials: as
 * default_credentials() finds them.
 *
 * Reads files, so call it when the program starts, not on a busy event loop.
 *
 * Errors: operation_error with errc::no_region, errc::no_credentials, errc::credentials_failed, or
 * errc::invalid_profile, naming the file or variable.
 */
client_config load_client_config(config_overrides const& overrides = config_overrides(),
                                 environment_reader const& environment = process_environment());

} // namespace glacier
