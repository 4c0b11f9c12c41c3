// The URL of a proxy from a configuration or an environment: refused without showing the password, or parts that make a
// URL of the same proxy.
//
// The first line of the input is the URL. With what follows it, it is put around a password too.

#include <glacier/proxy.hpp>

#include "base/uri.hpp"
#include "credentials/proxy_from_environment.hpp"
#include "fuzz/property.hpp"

#include <glacier/error.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace glacier;
using fuzz::require;

constexpr std::string_view secret = "hunter2";

/// Nothing if it is refused.
std::optional<proxy_settings> read(std::string const& url)
{
    try {
        return proxy_settings::from_url(url);
    } catch (invalid_value const& error) {
        require(error.code() == errc::invalid_proxy);
        require(fuzz::is_printable(error.what()));
        return std::nullopt;
    }
}

std::string url_of(proxy_settings const& proxy)
{
    bool const is_v6 = proxy.host.find(':') != std::string::npos;
    std::string const host = is_v6 ? "[" + proxy.host + "]" : proxy.host;
    return "http://" + base::encode_uri_component(proxy.user) + ":" +
           base::encode_uri_component(proxy.password.reveal()) + "@" + host + ":" +
           std::to_string(proxy.port);
}

void check_same(proxy_settings const& one, proxy_settings const& other)
{
    require(one.host == other.host && one.port == other.port && one.user == other.user);
    require(one.password.reveal() == other.password.reveal());
}

void check_parts(proxy_settings const& proxy)
{
    require(!proxy.host.empty() && proxy.port != 0 && fuzz::is_visible(proxy.host));
    require(proxy.host.find_first_of("/@[]") == std::string::npos);
    require(proxy.user.find(':') == std::string::npos);
    require(proxy.bypass.empty());
    auto const again = read(url_of(proxy));
    require(again.has_value());
    check_same(*again, proxy);
}

void check_environment(std::string const& url, std::optional<proxy_settings> const& expected)
{
    auto const environment = [&url](std::string const& name) -> std::optional<std::string> {
        if (name == "https_proxy")
            return url;
        return name == "no_proxy" ? std::optional<std::string>(url) : std::nullopt;
    };
    try {
        auto const found = proxy_from_environment(std::nullopt, std::nullopt, environment);
        require(found.has_value() == !url.empty());
        if (!found)
            return;
        require(expected.has_value() && found->bypass == url);
        check_same(*found, *expected);
    } catch (operation_error const& error) {
        require(!expected && error.code() == errc::invalid_proxy);
        require(fuzz::is_printable(error.what()));
    }
}

void require_hidden(std::string const& url)
{
    try {
        proxy_settings::from_url(url);
    } catch (invalid_value const& error) {
        require(std::string_view(error.what()).find(secret) == std::string_view::npos);
    }
}

void check_secret(std::string_view before, std::string_view after)
{
    std::string const around = std::string(before) + "\n" + std::string(after);
    if (around.find(secret) != std::string::npos)
        return;
    require_hidden(std::string(before) + ":" + std::string(secret) + "@" + std::string(after));
    // Without the host it is the password that is taken for one.
    if (around.find('@') == std::string::npos)
        require_hidden(std::string(before) + ":" + std::string(secret) + std::string(after));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view rest = fuzz::text_of(data, size);
    std::string const url(fuzz::take_line(rest));
    auto const proxy = read(url);
    if (proxy)
        check_parts(*proxy);
    check_environment(url, proxy);
    check_secret(url, rest);
    return 0;
}
