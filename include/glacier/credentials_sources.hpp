#pragma once

#include <glacier/connection_factory.hpp>
#include <glacier/credentials_provider.hpp>
#include <glacier/observer.hpp>
#include <glacier/proxy.hpp>
#include <glacier/secret_string.hpp>
#include <glacier/settings.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace glacier {

/// When temporary credentials are fetched anew.
struct refresh_settings {
    refresh_settings() = default;

    /// So long before they end, new ones are fetched while requests go on with the old; a failure is told to the
    /// observer only. At most half of the time that was left when they were fetched.
    std::chrono::milliseconds advisory_window = std::chrono::minutes(15);
    /// So long before they end, requests wait for the new ones. At most a quarter of the time that was left.
    std::chrono::milliseconds mandatory_window = std::chrono::minutes(10);
    /// After a failure the source is left alone for a random time from half of this on, which doubles with each
    /// failure.
    std::chrono::milliseconds delay_base = std::chrono::seconds(1);
    /// The longest of these times.
    std::chrono::milliseconds delay_max = std::chrono::minutes(1);
    /// After this a fetch is given up. More than a second.
    std::chrono::milliseconds timeout = std::chrono::minutes(2);
};

/// Gives the code of a multi-factor device, such as `123456`, for the device's serial number or ARN. Called for each
/// refresh, on the executor of the request that needs it.
using mfa_code_function = std::function<asio::awaitable<std::string>(std::string serial_number)>;

/// What the sources of credentials work with.
struct credentials_options {
    credentials_options() = default;

    /// Where variables are looked up.
    environment_reader environment = process_environment();
    /// Profile of the shared files, which then goes before the variables. Nothing: AWS_PROFILE, AWS_DEFAULT_PROFILE,
    /// `default`.
    std::optional<std::string> profile;
    /// Region of STS. Nothing: AWS_REGION, AWS_DEFAULT_REGION, that of the profile; without any, STS's global endpoint.
    std::optional<std::string> region;
    /// As client_config::use_fips_endpoint, for STS and SSO.
    bool use_fips_endpoint = false;
    /// As client_config::use_dualstack_endpoint, for STS and SSO.
    bool use_dualstack_endpoint = false;
    /// When temporary credentials are fetched anew.
    refresh_settings refresh;
    /// Is told of each refresh; nobody if not set.
    std::shared_ptr<glacier::observer> observer;
    /// Whom to trust where credentials are fetched by HTTPS.
    tls_settings tls;
    /// Reaches STS and SSO through a proxy; directly if not set. Endpoints of the machine or the container itself are
    /// always connected to directly.
    std::optional<proxy_settings> proxy;
    /// Opens the connections to STS and SSO, or to the proxy; if not set, the system's name resolution and sockets do.
    glacier::connection_factory connection_factory;
    /// For one request to STS or SSO.
    std::chrono::milliseconds request_timeout = std::chrono::seconds(30);
    /// For a process of `credential_process` to end. It is killed then.
    std::chrono::milliseconds process_timeout = std::chrono::minutes(1);
    /// Largest answer, and largest output of a process, in bytes.
    std::size_t answer_bytes_max = std::size_t(64) * 1'024;
    /// Asked for the code of a multi-factor device. Without one, roles that need it are an error.
    mfa_code_function mfa_code;
};

/**
 * The credentials that the AWS tools would find, in their order: environment, role of the profile, web identity, SSO,
 * keys of the credentials file, login session, process, keys of the config file, container, EC2 instance. The first
 * that is configured is used: if it fails, that is an error, and no other is tried. Temporary credentials are kept and
 * refreshed in time. A profile in the options goes before the environment's keys; one that AWS_PROFILE names does not.
 *
 * Reads the shared files, so call it when the program starts, not on a busy event loop.
 *
 * Thread safety: the provider may be shared by clients on several contexts.
 * Errors: errc::invalid_profile and errc::credentials_failed for a configuration that cannot work. Errors of get():
 *   errc::credentials_failed; errc::no_credentials if there are none, with all that was looked for.
 */
std::shared_ptr<credentials_provider> default_credentials(
    credentials_options const& options = credentials_options());

/// As profile_credentials(), with options. `options.profile` is not looked at.
std::shared_ptr<credentials_provider> profile_credentials(std::string const& profile,
                                                          credentials_options const& options);

/**
 * Keeps what another provider gives until shortly before it ends. One call fetches for all; whoever waits for it can be
 * cancelled without ending it for the others. If the execution context on which it runs is destroyed, another takes
 * it over. All providers of temporary credentials that the library makes do this already.
 *
 * Thread safety: full.
 * Errors of get(): operation_error, also for what `source` throws; after a failure the same error until the source may
 *   be asked again.
 */
std::shared_ptr<credentials_provider> cached_credentials(
    std::shared_ptr<credentials_provider> source, credentials_options const& options = credentials_options());

/// A role to take on.
struct assume_role_settings {
    /// The role; everything else is STS's default.
    explicit assume_role_settings(std::string its_role_arn) : role_arn(std::move(its_role_arn)) {}

    /// `arn:aws:iam::123456789012:role/backup`.
    std::string role_arn;
    /// 2 to 64 of letters, digits and `_+=,.@-`. Nothing: `glacier-` and a number.
    std::optional<std::string> session_name;
    /// 15 minutes to 12 hours; at most one hour if the credentials that ask for it are a role's. Nothing: one hour.
    std::optional<std::chrono::seconds> duration;
    /// What the role's trust policy asks for.
    std::optional<std::string> external_id;
    /// Multi-factor device, whose code credentials_options::mfa_code gives.
    std::optional<std::string> mfa_serial;
    /// Narrows the role: a policy as JSON.
    std::optional<std::string> policy;
    /// Narrows the role: ARNs of managed policies, at most 10.
    std::vector<std::string> policy_arns;
    /// Kept in the service's log.
    std::optional<std::string> source_identity;
};

/**
 * Temporary credentials of a role, from STS AssumeRole. `source` signs the request.
 *
 * Errors: errc::invalid_option for a setting that is not allowed. Errors of get(): errc::credentials_failed with STS's
 *   code and words.
 */
std::shared_ptr<credentials_provider> assume_role_credentials(
    std::shared_ptr<credentials_provider> source, assume_role_settings settings,
    credentials_options const& options = credentials_options());

/// A role to take on with a token of an identity provider.
struct web_identity_settings {
    /// The role, and the file with the token.
    web_identity_settings(std::string its_role_arn, std::filesystem::path its_token_file)
        : role_arn(std::move(its_role_arn)), token_file(std::move(its_token_file))
    {}

    /// As assume_role_settings::role_arn.
    std::string role_arn;
    /// Read for each refresh, since it changes: Kubernetes renews it.
    std::filesystem::path token_file;
    /// As assume_role_settings::session_name.
    std::optional<std::string> session_name;
    /// As assume_role_settings::duration.
    std::optional<std::chrono::seconds> duration;
};

/// Temporary credentials of a role, from STS AssumeRoleWithWebIdentity. Errors: as assume_role_credentials().
std::shared_ptr<credentials_provider> web_identity_credentials(
    web_identity_settings settings, credentials_options const& options = credentials_options());

/**
 * What a program prints: JSON with `Version` 1, `AccessKeyId`, `SecretAccessKey` and, of temporary credentials,
 * `SessionToken`, `Expiration` and `AccountId`. `command` is split as a shell would, but no shell runs it. The program
 * gets no input and a process group of its own, which is killed when its time is over or its output too large.
 *
 * Errors: errc::invalid_profile for a command that cannot be split. Errors of get(): errc::credentials_failed, with
 *   what the program wrote to its standard error, but never with its output.
 */
std::shared_ptr<credentials_provider> process_credentials(
    std::string const& command, credentials_options const& options = credentials_options());

/// A role that a user has through IAM Identity Center (SSO).
struct sso_settings {
    /// What the profile of an AWS tool has as `sso_account_id`, `sso_role_name`, `sso_start_url` and `sso_region`.
    sso_settings(std::string its_account_id, std::string its_role_name, std::string its_start_url,
                 std::string its_region)
        : account_id(std::move(its_account_id)), role_name(std::move(its_role_name)),
          start_url(std::move(its_start_url)), region(std::move(its_region))
    {}

    /// Twelve digits.
    std::string account_id;
    /// Name of the permission set.
    std::string role_name;
    /// `https://example.awsapps.com/start`.
    std::string start_url;
    /// Region of the Identity Center.
    std::string region;
    /// Name of the `sso-session` section. With it the token is refreshed; without, it must be renewed by a login.
    std::optional<std::string> session_name;
};

/**
 * Role credentials from SSO, by the token that a login (`aws sso login`) left in ~/.aws/sso/cache.
 *
 * Errors of get(): errc::credentials_failed; it says so when a login is needed.
 */
std::shared_ptr<credentials_provider> sso_credentials(
    sso_settings settings, credentials_options const& options = credentials_options());

/**
 * The credentials that `aws login` left in ~/.aws/login/cache (AWS_LOGIN_CACHE_DIRECTORY). They are not refreshed
 * here. `login_session`: the value of the profile's key of that name.
 *
 * Errors of get(): errc::credentials_failed; it says so when a login is needed.
 */
std::shared_ptr<credentials_provider> login_session_credentials(
    std::string login_session, credentials_options const& options = credentials_options());

/**
 * The credentials of an ECS task or an EKS pod: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or
 * AWS_CONTAINER_CREDENTIALS_FULL_URI, with AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or
 * AWS_CONTAINER_AUTHORIZATION_TOKEN. Plain HTTP goes only to this machine and to the fixed addresses of ECS and EKS.
 *
 * Errors of get(): errc::no_credentials if neither is set; errc::credentials_failed.
 */
std::shared_ptr<credentials_provider> container_credentials(
    credentials_options const& options = credentials_options());

/**
 * The credentials of the role of an EC2 instance, by version 2 of its metadata service (IMDSv2) only.
 * AWS_EC2_METADATA_DISABLED, AWS_EC2_METADATA_SERVICE_ENDPOINT, AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE,
 * AWS_METADATA_SERVICE_TIMEOUT (seconds) and AWS_METADATA_SERVICE_NUM_ATTEMPTS are looked at, and the profile's keys
 * for the same. If the service gives credentials that end soon or have ended, they are used on, since EC2 accepts them
 * while it has trouble to renew them.
 *
 * Errors of get(): errc::no_credentials if it is disabled or the instance has no role; errc::credentials_failed.
 */
std::shared_ptr<credentials_provider> instance_credentials(
    credentials_options const& options = credentials_options());

/// Whom credentials belong to.
struct caller_identity {
    caller_identity() = default;

    /// Twelve digits.
    std::string account_id;
    /// Of the user or of the session of a role.
    std::string arn;
    /// Unique id of the user or role.
    std::string user_id;
};

/// Asks STS (GetCallerIdentity), which needs no permission. Errors: those of `source`; errc::credentials_failed with
/// STS's code and words.
asio::awaitable<caller_identity> get_caller_identity(std::shared_ptr<credentials_provider> source,
                                                     credentials_options options = credentials_options());

} // namespace glacier
