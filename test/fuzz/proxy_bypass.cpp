// A list of NO_PROXY of any bytes: it says of an endpoint what its entries say, and its own host always bypasses.
//
// The first line of the input is the URL of the endpoint, the rest is the list.

#include "plan/proxy_bypass.hpp"

#include "fuzz/property.hpp"
#include "protocol/endpoint.hpp"

#include <string>
#include <string_view>

namespace {

using namespace glacier;
using fuzz::require;
using protocol::endpoint;

bool bypasses(std::string_view list, endpoint const& where)
{
    // A copy, so that the sanitizer sees a read beyond its end.
    std::string const copy(list);
    return plan::bypasses_proxy(copy, where.host, where.port);
}

bool any_entry_bypasses(std::string_view list, endpoint const& where)
{
    bool any = false;
    while (!list.empty()) {
        std::string_view const entry = list.substr(0, list.find(','));
        any |= bypasses(entry, where);
        list.remove_prefix(std::min(entry.size() + 1, list.size()));
    }
    return any;
}

void check_own_host(endpoint const& where)
{
    bool const is_bracketed = where.host.find(':') != std::string::npos;
    std::string const host = is_bracketed ? "[" + where.host + "]" : where.host;
    require(bypasses(host, where));
    require(bypasses(host + ":" + std::to_string(where.port), where));
    require(bypasses("*", where));
    // Only the addresses of the link bypass whatever the list has.
    if (!bypasses("", where))
        require(!bypasses(host + ":" + std::to_string(where.port - 1), where));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view list = fuzz::text_of(data, size);
    auto const where = protocol::parse_endpoint(fuzz::take_line(list));
    if (!where)
        return 0;
    bool const always = bypasses("", *where);
    require(bypasses(list, *where) == (always || any_entry_bypasses(list, *where)));
    require(!always || where->host.find_first_not_of("0123456789abcdef.:") == std::string::npos);
    // No entry is for a name that begins or ends with a dot.
    if (where->host.front() != '.' && where->host.back() != '.')
        check_own_host(*where);
    return 0;
}
