#pragma once

#include <glacier/connection_factory.hpp>
#include <glacier/credentials_provider.hpp>
#include <glacier/identifiers.hpp>
#include <glacier/observer.hpp>
#include <glacier/proxy.hpp>
#include <glacier/settings.hpp>
#include <glacier/transfer_limits.hpp>

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

    /// Region of the vaults, such as `eu-west-1`. Required, also with an endpoint: it is part of signatures. The old
    /// names `fips-us-east-1` and `us-east-1-fips` stand for the region with `use_fips_endpoint`.
    /// Errors of the client: errc::no_region, errc::invalid_endpoint for a text that cannot be part of a host
    /// name.
    std::string region;
    /// The account that owns the vaults; `-`: that of the credentials.
    account_id account = "-";
    /// `https://HOST[:PORT][/PREFIX]` or `http://...` instead of the region's endpoint. Plain HTTP is used
    /// only when it is asked for here. Errors of the client: errc::invalid_endpoint.
    std::optional<std::string> endpoint;
    /// The region's host whose cryptography is validated by FIPS 140. Not with `endpoint`. Not every region has one.
    /// Errors of the client: errc::invalid_option.
    bool use_fips_endpoint = false;
    /// The region's host that has IPv6 addresses too. Not with `endpoint`. Not every region has one.
    /// Errors of the client: errc::invalid_option.
    bool use_dualstack_endpoint = false;
    /// Who signs the requests. Required. Errors of the client: errc::no_credentials.
    std::shared_ptr<credentials_provider> credentials;
    /// How long each phase of a request may take.
    timeout_settings timeouts;
    /// The connections. Errors of the client: errc::invalid_option for none.
    pool_settings pool;
    /// How failed requests are repeated. Errors of the client: errc::invalid_option for no attempt, or for less than
    /// nothing.
    retry_settings retry;
    /// Named in the User-Agent header as `app/ID`, so that the requests of one application can be told from others
    /// in the service's logs. Up to 50 characters of a-z A-Z 0-9 ! # $ % & ' * + - . ^ _ ` | ~; empty: none. Errors of
    /// the client: errc::invalid_option.
    std::string application_id;
    /// Whom to trust, and with what. Errors of the client: errc::invalid_ca_bundle,
    /// errc::invalid_client_certificate, errc::invalid_option.
    tls_settings tls;
    /// Reaches the endpoint through a proxy; directly if not set. Errors of the client: errc::invalid_proxy.
    std::optional<proxy_settings> proxy;
    /// Opens the connections, to the proxy if there is one; if not set, the system's name resolution and sockets
    /// do.
    glacier::connection_factory connection_factory;
    /// Is told of attempts, connections and transfers; nobody if not set.
    std::shared_ptr<glacier::observer> observer;
    /// Memory and speed of transfers. Errors of the client: errc::invalid_option.
    transfer_settings transfers;
    /// Where files are read and hashed. If not set, two threads that belong to the execution context are
    /// started on first use, with a nice value that is greater by 5 than that of the thread that needs them first: where
    /// processors are short, the loop goes before them.
    /// An executor that is set must have been joined, as asio::thread_pool::join() does, before an execution context on
    /// which operations still run is destroyed.
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
    /// As client_config::use_fips_endpoint.
    std::optional<bool> use_fips_endpoint;
    /// As client_config::use_dualstack_endpoint.
    std::optional<bool> use_dualstack_endpoint;
    /// As client_config::account; `-` if not set, since the environment has no variable for it.
    std::optional<account_id> account;
    /// As tls_settings::ca_bundle.
    std::optional<std::filesystem::path> ca_bundle;
    /// As proxy_settings::from_url(); `none`: no proxy, whatever the environment says.
    std::optional<std::string> proxy;
    /// As client_config::observer; it is also told of refreshed credentials.
    std::shared_ptr<glacier::observer> observer;
};

/**
 * Configuration as the AWS tools find it. What is empty counts as not set.
 *
 * Region: the override, AWS_REGION, AWS_DEFAULT_REGION, the profile's `region`. Endpoint: the override,
 * AWS_ENDPOINT_URL_GLACIER, AWS_ENDPOINT_URL, `endpoint_url` below `glacier` in the section `[services NAME]` that the
 * profile's `services` names, the profile's `endpoint_url`; all but the override are ignored if
 * AWS_IGNORE_CONFIGURED_ENDPOINT_URLS, or the profile's `ignore_configured_endpoint_urls`, is `true`. FIPS and dual
 * stack: the override, AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, the profile's `use_fips_endpoint` and
 * `use_dualstack_endpoint`. Retries: AWS_RETRY_MODE and AWS_MAX_ATTEMPTS, the profile's `retry_mode` and
 * `max_attempts`. Name in the User-Agent: AWS_SDK_UA_APP_ID, the profile's `sdk_ua_app_id`. CA bundle: the override,
 * AWS_CA_BUNDLE, the profile's `ca_bundle`. Profile: the override, AWS_PROFILE, AWS_DEFAULT_PROFILE, `default`.
 * Credentials: as default_credentials() finds them.
 *
 * Proxy: the override; for an endpoint of `https://` https_proxy or HTTPS_PROXY, for one of `http://` http_proxy or
 * HTTP_PROXY (not that in capitals where REQUEST_METHOD is set, since a CGI program gets it from its caller); else
 * all_proxy or ALL_PROXY. In each pair the first one that is set and not empty counts. no_proxy or NO_PROXY is
 * proxy_settings::bypass of those from the environment.
 *
 * Reads files, so call it when the program starts, not on a busy event loop.
 *
 * Errors: operation_error with errc::no_region, errc::no_credentials, errc::credentials_failed, errc::invalid_option
 * for a value of the environment that is not allowed, errc::invalid_profile or errc::invalid_proxy, naming the file or
 * variable.
 */
client_config load_client_config(config_overrides const& overrides = config_overrides(),
                                 environment_reader const& environment = process_environment());

} // namespace glacier
