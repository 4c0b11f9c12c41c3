// A URL of any bytes as the endpoint: refused, or parts that can go into a request, and that make a URL of the same
// endpoint.

#include "protocol/endpoint.hpp"

#include "fuzz/property.hpp"

#include <string>
#include <string_view>

namespace {

using namespace glacier;
using fuzz::require;
using protocol::endpoint;

void check_path_prefix(std::string_view prefix)
{
    require(prefix.empty() || (prefix.front() == '/' && prefix.back() != '/'));
    require(fuzz::is_visible(prefix) && prefix.find_first_of("?#\\") == std::string_view::npos);
    std::string const closed = std::string(prefix) + "/";
    for (char const* const part : {"//", "/./", "/../"})
        require(closed.find(part) == std::string::npos);
}

void check_parts(endpoint const& parsed)
{
    require(!parsed.host.empty() && parsed.host.size() <= 253 && parsed.port != 0);
    require(parsed.host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-._:") == std::string::npos);
    std::string const header = parsed.host_header();
    bool const is_bracketed = header.front() == '[';
    require(is_bracketed == (parsed.host.find(':') != std::string::npos));
    require(header.compare(is_bracketed ? 1 : 0, parsed.host.size(), parsed.host) == 0);
    check_path_prefix(parsed.path_prefix);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    auto const parsed = protocol::parse_endpoint(fuzz::text_of(data, size));
    if (!parsed) {
        require(parsed.error() == errc::invalid_endpoint);
        return 0;
    }
    check_parts(*parsed);
    auto const again = protocol::parse_endpoint(parsed->str() + parsed->path_prefix);
    require(again.has_value());
    require(again->tls == parsed->tls && again->host == parsed->host && again->port == parsed->port);
    require(again->path_prefix == parsed->path_prefix);
    return 0;
}
