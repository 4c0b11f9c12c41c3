#pragma once

#include "protocol/endpoint.hpp"

#include <boost/system/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace glacier::protocol {

/// Regions whose host names end alike. All of them say that they have hosts for FIPS and dual stack.
struct partition {
    std::string_view name;
    /// `eu-isoe` for regions such as `eu-isoe-west-1`; empty for the partition of all other regions.
    std::string_view region_prefix;
    /// Stands for services that have one place for the whole partition.
    std::string_view global_region;
    std::string_view dns_suffix;
    std::string_view dualstack_dns_suffix;
};

/// The partition of a region. One that nobody knows yet is of `aws`, as in the rules of the SDKs.
partition const& partition_of(std::string_view region) noexcept;

/// Which of a service's hosts is wanted.
struct endpoint_parameters {
    explicit endpoint_parameters(std::string its_region) : region(std::move(its_region)) {}

    /// A region, or one of the old names for its FIPS host: `fips-us-east-1`, `us-east-1-fips`.
    std::string region;
    bool use_fips = false;
    bool use_dualstack = false;
    /// Instead of a host of the region.
    std::optional<std::string> url;
};

/// Where requests go, and the region that signs them.
struct resolved_endpoint {
    endpoint where;
    std::string signing_region;
};

/// Why there is no endpoint: the code, and a sentence where the code does not say all.
struct endpoint_error {
    errc reason = errc::invalid_endpoint;
    std::string message;
};

/**
 * The endpoint of the service by the official rules. A region is needed with a URL too, because it signs.
 *
 * Errors: errc::no_region; errc::invalid_endpoint for a URL that cannot be read and for a region that cannot be part
 *   of a host name, which the message then shows; errc::invalid_option, in the words of the rules, for what excludes
 *   each other.
 */
boost::system::result<resolved_endpoint, endpoint_error> resolve_endpoint(
    endpoint_parameters const& parameters);

/**
 * The host of a service in a region, such as `sts.eu-west-1.amazonaws.com`. `service` is what such names begin with:
 * `glacier`, `sts`, `portal.sso`, `oidc`. Does not look at endpoint_parameters::url.
 *
 * Errors: errc::no_region, and errc::invalid_endpoint for a region that cannot be part of a host name.
 */
result<std::string> host_of_service(std::string_view service, endpoint_parameters const& parameters);

} // namespace glacier::protocol
