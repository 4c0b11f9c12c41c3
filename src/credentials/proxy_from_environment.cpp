#include "credentials/proxy_from_environment.hpp"

#include <glacier/error.hpp>

#include <initializer_list>
#include <utility>

namespace glacier {

namespace {

struct variable {
    std::string name;
    std::string value;
};

std::optional<variable> first_of(environment_reader const& environment,
                                 std::initializer_list<char const*> names)
{
    for (char const* const name : names)
        if (auto value = environment(name); value && !value->empty())
            return variable{name, std::move(*value)};
    return std::nullopt;
}

std::optional<variable> find_url(bool is_plain, environment_reader const& environment)
{
    std::optional<variable> found;
    if (!is_plain)
        found = first_of(environment, {"https_proxy", "HTTPS_PROXY"});
    // A CGI program gets the header `Proxy` of its caller as HTTP_PROXY.
    else if (environment("REQUEST_METHOD"))
        found = first_of(environment, {"http_proxy"});
    else
        found = first_of(environment, {"http_proxy", "HTTP_PROXY"});
    return found ? found : first_of(environment, {"all_proxy", "ALL_PROXY"});
}

proxy_settings parse(std::string const& source, std::string const& url)
{
    try {
        return proxy_settings::from_url(url);
    } catch (invalid_value const& error) {
        error_details details;
        details.message = source + ": " + error.what();
        throw operation_error(errc::invalid_proxy, std::move(details));
    }
}

} // namespace

std::optional<proxy_settings> proxy_from_environment(std::optional<std::string> const& override_value,
                                                     std::optional<std::string> const& endpoint,
                                                     environment_reader const& environment)
{
    if (override_value)
        return *override_value == "none" ? std::nullopt
                                         : std::optional(parse("the proxy option", *override_value));
    bool const is_plain = endpoint && endpoint->starts_with("http://");
    auto const url = find_url(is_plain, environment);
    if (!url)
        return std::nullopt;
    proxy_settings found = parse(url->name, url->value);
    if (auto const bypass = first_of(environment, {"no_proxy", "NO_PROXY"}))
        found.bypass = bypass->value;
    return found;
}

} // namespace glacier
