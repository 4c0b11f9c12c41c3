#include "credentials/service_endpoint.hpp"

#include "base/printable.hpp"
#include "credentials/environment.hpp"
#include "credentials/failure.hpp"
#include "protocol/endpoint_rules.hpp"

#include <utility>

namespace glacier::credentials_sources {

namespace {

constexpr char const* region_of_global_sts = "us-east-1";

/// The endpoint that a variable says.
std::optional<protocol::endpoint> configured(std::string const& source, std::string const& variable_suffix,
                                             environment_reader const& environment)
{
    if (is_true(environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))
        return std::nullopt;
    for (std::string const& name : {"AWS_ENDPOINT_URL_" + variable_suffix, std::string("AWS_ENDPOINT_URL")}) {
        auto const url = variable(environment, name);
        if (!url)
            continue;
        auto const parsed = protocol::parse_endpoint(*url);
        if (!parsed)
            fail_source(source, name + " is \"" + base::printable(*url, 100) +
                                    "\"; https://HOST[:PORT][/PREFIX] or http://... is allowed");
        return *parsed;
    }
    return std::nullopt;
}

} // namespace

service_place place_of_service(std::string const& source, std::string_view host_prefix,
                               std::string const& variable_suffix, std::string const& region,
                               credentials_options const& options)
{
    protocol::endpoint_parameters parameters(region);
    parameters.use_fips = options.use_fips_endpoint;
    parameters.use_dualstack = options.use_dualstack_endpoint;
    auto host = protocol::host_of_service(host_prefix, parameters);
    if (!host)
        fail_source(source,
                    "the region \"" + base::printable(region, 60) + "\" cannot be part of a host name");
    service_place place;
    place.region = region;
    if (auto const url = configured(source, variable_suffix, options.environment))
        place.where = *url;
    else
        place.where.host = std::move(*host);
    return place;
}

service_place place_of_sts(std::string const& source, credentials_options const& options)
{
    if (options.region)
        return place_of_service(source, "sts", "STS", *options.region, options);
    service_place place;
    place.region = region_of_global_sts;
    if (auto const url = configured(source, "STS", options.environment))
        place.where = *url;
    else
        place.where.host = "sts.amazonaws.com";
    return place;
}

} // namespace glacier::credentials_sources
