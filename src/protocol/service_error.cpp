#include "protocol/service_error.hpp"

#include "base/printable.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

namespace glacier::protocol {

namespace {

struct known_code {
    service_errc code;
    std::string_view text;
    int status;
};

constexpr std::array known_codes{
    known_code{service_errc::access_denied, "AccessDeniedException", 403},
    known_code{service_errc::bad_request, "BadRequest", 400},
    known_code{service_errc::expired_token, "ExpiredTokenException", 403},
    known_code{service_errc::insufficient_capacity, "InsufficientCapacityException", 503},
    known_code{service_errc::invalid_parameter_value, "InvalidParameterValueException", 400},
    known_code{service_errc::invalid_signature, "InvalidSignatureException", 403},
    known_code{service_errc::limit_exceeded, "LimitExceededException", 400},
    known_code{service_errc::missing_authentication_token, "MissingAuthenticationTokenException", 400},
    known_code{service_errc::missing_parameter_value, "MissingParameterValueException", 400},
    known_code{service_errc::no_longer_supported, "NoLongerSupportedException", 400},
    known_code{service_errc::policy_enforced, "PolicyEnforcedException", 400},
    known_code{service_errc::request_timeout, "RequestTimeoutException", 408},
    known_code{service_errc::resource_not_found, "ResourceNotFoundException", 404},
    known_code{service_errc::serialization, "SerializationException", 400},
    known_code{service_errc::service_unavailable, "ServiceUnavailableException", 500},
    known_code{service_errc::throttling, "ThrottlingException", 400},
    known_code{service_errc::unrecognized_client, "UnrecognizedClientException", 400},
    known_code{service_errc::incomplete_signature, "IncompleteSignatureException", 400},
};

/// Gateways write `aws.glacier#CodeException:http://...`; only the name counts.
std::string_view bare_code(std::string_view text) noexcept
{
    text = text.substr(0, text.find(':'));
    auto const hash = text.rfind('#');
    return hash == std::string_view::npos ? text : text.substr(hash + 1);
}

std::string text_member(boost::json::object const& object, std::string_view first, std::string_view second)
{
    for (std::string_view const name : {first, second}) {
        auto const* const value = object.if_contains(boost::json::string_view(name.data(), name.size()));
        if (value != nullptr && value->is_string())
            return std::string(value->get_string().data(), value->get_string().size());
    }
    return {};
}

/// Whether the object's code is all that it tells: there is no message, rather than one that cannot be read.
bool tells_only_its_code(boost::json::object const& object, std::string_view code)
{
    auto const* const message = object.if_contains("message");
    return !code.empty() && (message == nullptr || message->is_null() || message->is_string());
}

constexpr std::string_view blanks = " \t\r\n";

/// The text between the tags of HTML or XML, without comments, scripts and styles.
std::string text_of_markup(std::string_view markup)
{
    std::string lower(markup);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    std::string text;
    for (std::size_t position = 0; position < markup.size();) {
        auto const tag = std::min(lower.find('<', position), lower.size());
        text += markup.substr(position, tag - position);
        text += ' ';
        std::string_view end = ">";
        for (auto const& [from, to] :
             {std::pair("<!--", "-->"), std::pair("<script", "</script>"), std::pair("<style", "</style>")})
            if (lower.compare(tag, std::string_view(from).size(), from) == 0)
                end = to;
        auto const end_of_tag = lower.find(end, tag);
        position = end_of_tag == std::string::npos ? markup.size() : end_of_tag + end.size();
    }
    return text;
}

/// Without blanks at the ends, and with one space for each run of them.
std::string without_runs_of_blanks(std::string_view text)
{
    std::string shorter;
    while (!text.empty()) {
        auto const begin = std::min(text.find_first_not_of(blanks), text.size());
        text.remove_prefix(begin);
        std::string_view const word = text.substr(0, text.find_first_of(blanks));
        if (!shorter.empty() && !word.empty())
            shorter += ' ';
        shorter += word;
        text.remove_prefix(word.size());
    }
    return shorter;
}

/// An answer without a code, from a proxy or a load balancer, is understood by its status.
service_errc code_of_status(int status) noexcept
{
    switch (status) {
    case 403:
        return service_errc::access_denied;
    case 404:
        return service_errc::resource_not_found;
    case 408:
        return service_errc::request_timeout;
    case 429:
        return service_errc::throttling;
    case 500:
    case 502:
    case 503:
    case 504:
        return service_errc::service_unavailable;
    default:
        return service_errc::unknown;
    }
}

} // namespace

std::string_view code_text_of(service_errc code) noexcept
{
    for (known_code const& known : known_codes)
        if (known.code == code)
            return known.text;
    return {};
}

int status_of(service_errc code) noexcept
{
    for (known_code const& known : known_codes)
        if (known.code == code)
            return known.status;
    return 500;
}

std::string_view request_id_of(http_headers const& headers) noexcept
{
    std::string_view const id = headers.get("x-amzn-requestid");
    return id.empty() ? headers.get("x-amz-request-id") : id;
}

std::string excerpt_of(std::string_view body)
{
    // What comes later is not shown, and the body may be long.
    constexpr std::size_t bytes_looked_at = 16'384;
    constexpr std::size_t characters_max = 200;
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    body = body.substr(0, bytes_looked_at);
    if (body.starts_with(byte_order_mark))
        body.remove_prefix(byte_order_mark.size());
    body.remove_prefix(std::min(body.find_first_not_of(blanks), body.size()));
    std::string text;
    if (body.starts_with('<'))
        text = without_runs_of_blanks(text_of_markup(body));
    if (text.empty())
        text = without_runs_of_blanks(body);
    return base::printable(text, characters_max);
}

service_error parse_service_error(http_response const& response)
{
    service_error error;
    error.status = response.status;
    error.request_id = request_id_of(response.headers);

    bool only_code = false;
    boost::system::error_code failed;
    auto const body =
        boost::json::parse(boost::json::string_view(response.body.data(), response.body.size()), failed);
    if (!failed && body.is_object()) {
        error.code_text = text_member(body.get_object(), "code", "Code");
        if (error.code_text.empty())
            error.code_text = text_member(body.get_object(), "__type", "__type");
        error.message = text_member(body.get_object(), "message", "Message");
        only_code = tells_only_its_code(body.get_object(), error.code_text);
    }
    if (error.message.empty() && !only_code)
        error.message = excerpt_of(response.body);
    if (std::string_view const code = bare_code(response.headers.get("x-amzn-errortype")); !code.empty())
        error.code_text = code;
    error.code_text = bare_code(error.code_text);

    if (error.code_text.empty()) {
        error.code = code_of_status(response.status);
        return error;
    }
    for (known_code const& known : known_codes)
        if (known.text == error.code_text)
            error.code = known.code;
    return error;
}

http_response to_response(service_error const& error)
{
    boost::json::object body;
    body["code"] = error.code_text;
    body["message"] = error.message;
    body["type"] = error.status >= 500 ? "Server" : "Client";

    http_response response;
    response.status = error.status;
    response.headers.add("Content-Type", "application/json");
    response.body = boost::json::serialize(body);
    return response;
}

} // namespace glacier::protocol
