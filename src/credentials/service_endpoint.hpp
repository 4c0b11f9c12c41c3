#pragma once

#include "protocol/endpoint.hpp"

#include <glacier/credentials_sources.hpp>

#include <string>
#include <string_view>

namespace glacier::credentials_sources {

/// Where a service that gives credentials is.
struct service_place {
    protocol::endpoint where;
    /// Signs its requests.
    std::string region;
};

/**
 * `https://sts.REGION.SUFFIX` and the like, or what AWS_ENDPOINT_URL_NAME or AWS_ENDPOINT_URL says, unless
 * AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is `true`. `host_prefix`: `sts`, `portal.sso`, `oidc`; `variable_suffix`: `STS`,
 * `SSO`, `SSO_OIDC`.
 *
 * Throws operation_error with errc::credentials_failed, naming `source` and the variable or the region.
 */
service_place place_of_service(std::string const& source, std::string_view host_prefix,
                               std::string const& variable_suffix, std::string const& region,
                               credentials_options const& options);

/// The same for STS in the region of the options. Without one: the global endpoint, which signatures take for us-east-1.
service_place place_of_sts(std::string const& source, credentials_options const& options);

} // namespace glacier::credentials_sources
