#include "protocol/endpoint_rules.hpp"

#include <algorithm>
#include <array>

namespace glacier::protocol {

namespace {

constexpr partition commercial{"aws", "", "aws-global", "amazonaws.com", "api.aws"};

constexpr std::array other_partitions{
    partition{"aws-cn", "cn", "aws-cn-global", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
    partition{"aws-eusc", "eusc-de", "", "amazonaws.eu", "api.amazonwebservices.eu"},
    partition{"aws-iso", "us-iso", "aws-iso-global", "c2s.ic.gov", "api.aws.ic.gov"},
    partition{"aws-iso-b", "us-isob", "aws-iso-b-global", "sc2s.sgov.gov", "api.aws.scloud"},
    partition{"aws-iso-e", "eu-isoe", "aws-iso-e-global", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
    partition{"aws-iso-f", "us-isof", "aws-iso-f-global", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
    partition{"aws-us-gov", "us-gov", "aws-us-gov-global", "amazonaws.com", "api.aws"},
};

bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

bool is_label_character(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
}

/// A region becomes part of a host name, so nothing but one label may be in it.
bool is_host_label(std::string_view text) noexcept
{
    return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), is_label_character) &&
           !std::all_of(text.begin(), text.end(), is_digit) && text.front() != '-' && text.back() != '-';
}

/// Whether it is `PREFIX-WORD-NUMBER`.
bool is_region_of(std::string_view region, std::string_view prefix) noexcept
{
    if (!region.starts_with(prefix) || !region.substr(prefix.size()).starts_with('-'))
        return false;
    std::string_view const rest = region.substr(prefix.size() + 1);
    auto const dash = rest.find('-');
    if (dash == 0 || dash == std::string_view::npos || dash + 1 == rest.size())
        return false;
    std::string_view const number = rest.substr(dash + 1);
    return std::all_of(number.begin(), number.end(), is_digit);
}

/// The region of a name for its FIPS host; nothing for other names.
std::optional<std::string_view> region_of_fips_name(std::string_view name) noexcept
{
    constexpr std::string_view prefix = "fips-";
    constexpr std::string_view suffix = "-fips";
    if (name.starts_with(prefix))
        return name.substr(prefix.size());
    if (name.ends_with(suffix))
        return name.substr(0, name.size() - suffix.size());
    return std::nullopt;
}

std::string region_host(std::string_view service, std::string_view region, bool fips, bool dualstack)
{
    partition const& place = partition_of(region);
    std::string host(service);
    // The plain hosts of GovCloud are FIPS hosts.
    if (fips && (dualstack || place.name != "aws-us-gov"))
        host += "-fips";
    host += '.';
    host += region;
    host += '.';
    host += dualstack ? place.dualstack_dns_suffix : place.dns_suffix;
    return host;
}

} // namespace

partition const& partition_of(std::string_view region) noexcept
{
    for (partition const& each : other_partitions)
        if ((!region.empty() && region == each.global_region) || is_region_of(region, each.region_prefix))
            return each;
    return commercial;
}

result<std::string> host_of_service(std::string_view service, endpoint_parameters const& parameters)
{
    if (parameters.region.empty())
        return error_code(errc::no_region);
    auto const fips_region = region_of_fips_name(parameters.region);
    std::string_view const region = fips_region.value_or(parameters.region);
    if (!is_host_label(region))
        return error_code(errc::invalid_endpoint);
    return region_host(service, region, parameters.use_fips || fips_region, parameters.use_dualstack);
}

boost::system::result<resolved_endpoint, endpoint_error> resolve_endpoint(
    endpoint_parameters const& parameters)
{
    auto const fips_region = region_of_fips_name(parameters.region);
    std::string_view const region = fips_region.value_or(parameters.region);
    if (parameters.url && (parameters.use_fips || fips_region))
        return endpoint_error{errc::invalid_option,
                              "Invalid Configuration: FIPS and custom endpoint are not supported"};
    if (parameters.url && parameters.use_dualstack)
        return endpoint_error{errc::invalid_option,
                              "Invalid Configuration: Dualstack and custom endpoint are not supported"};
    if (parameters.region.empty())
        return endpoint_error{errc::no_region, {}};

    resolved_endpoint resolved;
    resolved.signing_region = region;
    auto host = host_of_service("glacier", parameters);
    if (!host)
        return endpoint_error{errc::invalid_endpoint, "region " + parameters.region};
    if (!parameters.url) {
        resolved.where.host = std::move(*host);
        return resolved;
    }
    auto parsed = parse_endpoint(*parameters.url);
    if (!parsed)
        return endpoint_error{errc::invalid_endpoint, *parameters.url};
    resolved.where = std::move(*parsed);
    return resolved;
}

} // namespace glacier::protocol
