#include "client/failed_attempt.hpp"

#include "base/printable.hpp"
#include "protocol/service_error.hpp"

#include <string_view>
#include <utility>

namespace glacier {

namespace {

/// What a success or redirection that is not the operation's own says.
std::string describe_unexpected(protocol::http_response const& response, protocol::operation_info const& info)
{
    std::string text = "expected " + std::to_string(info.success_status);
    if (info.response_body == protocol::body_kind::bytes)
        text += " or 206";
    text += ", got " + std::to_string(response.status);
    // Not followed: the signature is for this host alone.
    if (std::string_view const location = response.headers.get("location"); !location.empty())
        text += " to " + base::printable(location, 200);
    std::string const excerpt = protocol::excerpt_of(response.body);
    return excerpt.empty() ? text : text + ": " + excerpt;
}

} // namespace

failed_attempt describe_failure(net::exchange_result const& result, protocol::operation_info const& info,
                                protocol::endpoint const& peer)
{
    failed_attempt failed;
    failed.failure.sent = result.sent;
    failed.failure.http_status = result.response.status;
    failed.failure.reused_connection = result.reused_connection;
    failed.details.http_status = result.response.status;
    failed.details.request_id = protocol::request_id_of(result.response.headers);
    if (result.error) {
        failed.failure.code = result.error;
        failed.details.message = with_peer(result.detail, peer);
        return failed;
    }
    failed.failure.answered = true;
    if (result.response.status < 400) {
        failed.failure.code = errc::unexpected_status;
        failed.details.message = describe_unexpected(result.response, info);
        return failed;
    }
    protocol::service_error error = protocol::parse_service_error(result.response);
    failed.failure.code = error.code;
    failed.failure.from_service = !error.code_text.empty();
    failed.details.service_code = std::move(error.code_text);
    failed.details.message = std::move(error.message);
    return failed;
}

std::string with_peer(std::string const& detail, protocol::endpoint const& peer)
{
    if (detail.find(peer.host) != std::string::npos)
        return detail;
    return peer.str() + (detail.empty() ? "" : ": ") + detail;
}

} // namespace glacier
