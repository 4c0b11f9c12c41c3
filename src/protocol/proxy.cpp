#include <glacier/proxy.hpp>

#include "base/uri.hpp"
#include "protocol/endpoint.hpp"

#include <glacier/error.hpp>

#include <optional>

namespace glacier {

namespace {

constexpr std::string_view scheme = "http://";

/// Where the colon is before a port, or before a password whose host is missing: not within the brackets of an address.
std::size_t first_colon(std::string_view authority) noexcept
{
    auto const close = authority.find_first_not_of("[0123456789abcdefABCDEF:.");
    bool const is_address =
        authority.starts_with('[') && close != std::string_view::npos && authority[close] == ']';
    return authority.find(':', is_address ? close : 0);
}

/// What of the URL can be shown: no user, no password, nor what may be one because the rest is missing.
std::string without_secret(std::string_view url)
{
    std::string shown;
    auto const slashes = url.find("://");
    if (slashes != std::string_view::npos && url.find_first_of(":@") == slashes) {
        shown = url.substr(0, slashes + 3);
        url.remove_prefix(slashes + 3);
    }
    if (auto const at = url.rfind('@'); at != std::string_view::npos)
        return shown + "..." + std::string(url.substr(at));
    auto const colon = first_colon(url);
    bool const port_follows = colon == std::string_view::npos ||
                              url.find_first_not_of("0123456789/", colon + 1) == std::string_view::npos;
    return shown + (port_follows ? std::string(url) : std::string(url.substr(0, colon + 1)) + "...");
}

} // namespace

proxy_settings::proxy_settings(std::string its_host, std::uint16_t its_port)
    : host(std::move(its_host)), port(its_port)
{}

proxy_settings proxy_settings::from_url(std::string_view url)
{
    auto const refuse = [url] { return invalid_value(errc::invalid_proxy, without_secret(url)); };
    std::string_view rest = url;
    if (rest.starts_with(scheme))
        rest.remove_prefix(scheme.size());
    if (rest.find("://") != std::string_view::npos)
        throw refuse();
    auto const at = rest.rfind('@');
    std::string_view const authority = at == std::string_view::npos ? rest : rest.substr(at + 1);
    auto const parsed = protocol::parse_endpoint(std::string(scheme) + std::string(authority));
    if (!parsed || !parsed->path_prefix.empty())
        throw refuse();
    proxy_settings made(parsed->host, parsed->port);
    if (at == std::string_view::npos)
        return made;

    std::string_view const identity = rest.substr(0, at);
    auto const colon = identity.find(':');
    auto const user = base::decode_uri_component(identity.substr(0, colon));
    auto const password = colon == std::string_view::npos
                              ? std::optional<std::string>(std::string())
                              : base::decode_uri_component(identity.substr(colon + 1));
    if (!user || !password || user->find(':') != std::string::npos)
        throw refuse();
    made.user = *user;
    made.password = secret_string(*password);
    return made;
}

} // namespace glacier
