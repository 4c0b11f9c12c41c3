// A request of any bytes: no crash, a head that is the same in one piece and in pieces, and for what an operation
// accepts, a request that leads back to it.

#include "emulator/head_parser.hpp"
#include "fuzz/property.hpp"
#include "protocol/all_requests.hpp"
#include "protocol/route.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace glacier;
using emulation::head_parser;
using fuzz::is_printable;
using fuzz::require;

emulation::head_limits small_limits()
{
    emulation::head_limits limits;
    limits.bytes_max = 4'096;
    limits.headers_max = 16;
    return limits;
}

head_parser::progress feed(head_parser& parser, std::string_view text)
{
    // A copy, so that the sanitizer sees a read beyond its end.
    std::vector<char> const bytes(text.begin(), text.end());
    return parser.feed(std::string_view(bytes.data(), bytes.size()));
}

void check_head_in_pieces(std::string_view text, head_parser::progress whole, std::size_t head_size)
{
    head_parser parser(small_limits());
    auto reached = head_parser::progress::incomplete;
    std::size_t const step = 1 + text.size() / 16;
    for (std::size_t size = 0; reached == head_parser::progress::incomplete && size < text.size();) {
        size = std::min(size + step, text.size());
        reached = feed(parser, text.substr(0, size));
    }
    require(reached == whole);
    if (reached == head_parser::progress::complete)
        require(parser.size() == head_size);
}

std::optional<protocol::http_method> method_of(std::string_view text)
{
    using protocol::http_method;
    for (http_method const method :
         {http_method::get, http_method::put, http_method::post, http_method::delete_})
        if (protocol::to_string(method) == text)
            return method;
    return std::nullopt;
}

template <class Request>
void check_accept(protocol::routed_request const& routed)
{
    if (protocol::operation_traits<Request>::id != routed.id)
        return;
    auto const accepted = protocol::accept<Request>(routed);
    if (!accepted) {
        require(!accepted.error().member.empty());
        return;
    }
    auto const encoded = protocol::encode(*accepted, *account_id::parse("123456789012"));
    require(encoded.has_value());
    auto const again = protocol::find_route(encoded->method, encoded->target);
    require(again.has_value());
    require(again->id == routed.id);
    protocol::routed_request const second{again->id, again->path, again->query, encoded->headers,
                                          encoded->body};
    require(protocol::accept<Request>(second).has_value());
}

void check_operation(emulation::request_head const& head, std::string_view body)
{
    auto const method = method_of(head.method);
    if (!method)
        return;
    auto const route = protocol::find_route(*method, head.target);
    if (!route)
        return;
    protocol::routed_request const routed{route->id, route->path, route->query, head.headers, body};
    test::all_requests::for_each([&]<class Request>() { check_accept<Request>(routed); });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    head_parser parser(small_limits());
    auto const reached = feed(parser, text);
    check_head_in_pieces(text, reached, parser.size());
    if (reached == head_parser::progress::refused) {
        require(is_printable(parser.error().reason));
        require(parser.error().status >= 400 && !parser.keep_alive());
    }
    if (reached != head_parser::progress::complete)
        return 0;
    require(parser.size() <= std::min<std::size_t>(size, small_limits().bytes_max));
    std::string const body(text.substr(parser.size()));
    check_operation(parser.head(), body);
    return 0;
}
