#pragma once

#include "protocol/http_message.hpp"
#include "protocol/member.hpp"
#include "protocol/operation.hpp"

#include <glacier/identifiers.hpp>

#include <boost/system/result.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace glacier::protocol {

/// Why a message could not be read.
struct member_error {
    enum class reason { missing, invalid, malformed_json };

    reason why;
    /// Name of the member on the wire.
    std::string member;
    /// What stood there.
    std::string text;
};

/// A value, or the member that was wrong.
template <class T>
using decoded = boost::system::result<T, member_error>;

/// Path and query parameters of a request, decoded.
using parameters = std::map<std::string, std::string, std::less<>>;

/// A request that an operation of the table was found for.
struct routed_request {
    operation id;
    /// By the names between the braces of operation_info::uri, `accountId` included.
    parameters path;
    parameters query;
    http_headers const& headers;
    std::string_view body;
    /// Whether accept() refuses members of a JSON body that the operation does not have; otherwise it ignores them.
    bool refuse_unknown_members = false;
};

template <class Request>
using result_of = typename operation_traits<Request>::result_type;

/// Client: the request on the wire, but for what the transport and the signature add. Fails with
/// errc::invalid_header_value or another invalid_... code for a value that cannot be sent.
template <class Request>
result<http_request> encode(Request const& request, account_id const& account);

/// Client: the result in a successful answer. Lenient: unknown members are ignored, null is absent.
template <class Request>
decoded<result_of<Request>> decode(http_response const& response);

/// Service: the request in a message. Strict.
template <class Request>
decoded<Request> accept(routed_request const& request);

/// Service: a successful answer, with every member of the JSON, null included.
template <class Request>
http_response answer(result_of<Request> const& value);

} // namespace glacier::protocol
