#include "credentials/service_endpoint.hpp"

#include "base/printable.hpp"
#include "credentials/environment.hpp"
#include "credentials/failure.hpp"

#include <utility>

namespace glacier::credentials_sources {

namespace {

constexpr char const* region_of_global_sts = "us-east-1";

/// The part of a region's host names after the service: `.eu-west-1.amazonaws.com`.
result<std::string> host_ending_of(std::string const& region)
{
    auto const glacier = protocol::endpoint_of_region(region);
    if (!glacier)
        return glacier.error();
    return glacier->host.substr(glacier->host.find('.'));
}

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
                               environment_reader const& environment)
{
    auto const ending = host_ending_of(region);
    if (!ending)
        fail_source(source,
                    "the region \"" + base::printable(region, 60) + "\" cannot be part of a host name");
    service_place place;
    place.region = region;
    if (auto const url = configured(source, variable_suffix, environment))
        place.where = *url;
    else
        place.where.host = std::string(host_prefix) + *ending;
    return place;
}

service_place place_of_sts(std::string const& source, std::optional<std::string> const& region,
                           environment_reader const& environment)
{
    if (region)
        return place_of_service(source, "sts", "STS", *region, environment);
    service_place place;
    place.region = region_of_global_sts;
    if (auto const url = configured(source, "STS", environment))
        place.where = *url;
    else
        place.where.host = "sts.amazonaws.com";
    return place;
}

} // namespace glacier::credentials_sources
