#include "credentials/sts.hpp"

#include "base/uri.hpp"
#include "credentials/service_endpoint.hpp"
#include "credentials/sts_response.hpp"
#include "crypto/wipe.hpp"
#include "protocol/sigv4.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace glacier::credentials_sources {

namespace {

constexpr int attempts_max = 3;
constexpr std::chrono::milliseconds delay_base = std::chrono::milliseconds(200);

bool is_session_name_character(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_+=,.@-").find(c) != std::string_view::npos;
}

bool may_be_repeated(int status, std::string const& code)
{
    constexpr std::array<std::string_view, 5> codes{"IDPCommunicationError", "Throttling",
                                                    "ThrottlingException", "RequestThrottled",
                                                    "ServiceUnavailable"};
    return status >= 500 || status == 429 || std::find(codes.begin(), codes.end(), code) != codes.end();
}

std::string describe_refusal(int status, sts_error const& error)
{
    std::string text = "answered " + std::to_string(status);
    for (std::string const* const part : {&error.code, &error.message})
        if (!part->empty())
            text += ": " + *part;
    if (!error.request_id.empty())
        text += " (request id " + error.request_id + ")";
    return text;
}

} // namespace

sts_form::sts_form(std::string_view action)
    : action_(action), text_("Action=" + action_ + "&Version=2011-06-15")
{
    // Growing would leave copies behind.
    text_.reserve(std::size_t(32) * 1'024);
}

sts_form::~sts_form()
{
    crypto::wipe(text_);
}

void sts_form::add(std::string_view name, std::string_view value)
{
    std::string encoded = base::encode_uri_component(value);
    text_ += "&" + std::string(name) + "=";
    text_ += encoded;
    crypto::wipe(encoded);
}

void sts_form::add(std::string_view name, std::optional<std::string> const& value)
{
    if (value)
        add(name, std::string_view(*value));
}

asio::awaitable<std::string> call_sts(source_context context, std::string source_name, sts_form form,
                                      std::optional<credentials> identity)
{
    service_place const place = place_of_sts(source_name, *context.options);
    protocol::signer signer(protocol::signing_scope{place.region, "sts"});
    auto const timer = context.time->make_timer(co_await asio::this_coro::executor);
    for (int attempt = 1;; ++attempt) {
        protocol::http_request message;
        message.method = protocol::http_method::post;
        message.target = "/";
        message.headers.set("host", place.where.host_header());
        message.headers.set("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        message.body = form.text();
        if (identity) {
            // The path is signed as it goes out.
            message.target = place.where.path_prefix + message.target;
            signer.sign(message, *identity, context.time->today());
            message.target = "/";
        }
        fetch_request request(place.where, std::move(message));
        request.limit = context.options->request_timeout;
        protocol::http_response answer = co_await fetch_for(source_name, context.http, std::move(request));
        if (answer.status == 200)
            co_return std::move(answer.body);
        sts_error const error = parse_sts_error(answer.body);
        crypto::wipe(answer.body);
        if (attempt == attempts_max || !may_be_repeated(answer.status, error.code)) {
            error_details details;
            details.message =
                source_name + ": STS " + place.where.str() + " " + describe_refusal(answer.status, error);
            throw sts_refusal(std::move(details), error.code);
        }
        auto const delay = delay_base * (1 << attempt);
        auto const random =
            std::chrono::duration_cast<std::chrono::milliseconds>(delay * context.random->fraction());
        co_await timer->wait_until(context.time->now() + random);
    }
}

void check_role(std::string const& role_arn, std::optional<std::string> const& session_name,
                std::optional<std::chrono::seconds> duration)
{
    constexpr std::chrono::seconds duration_min = std::chrono::minutes(15);
    constexpr std::chrono::seconds duration_max = std::chrono::hours(12);
    if (role_arn.size() < 20 || role_arn.size() > 2'048 || !role_arn.starts_with("arn:"))
        throw invalid_value(errc::invalid_option,
                            "role_arn " + role_arn + "; arn:aws:iam::ACCOUNT:role/NAME is allowed");
    bool const named_well =
        !session_name || (session_name->size() >= 2 && session_name->size() <= 64 &&
                          std::all_of(session_name->begin(), session_name->end(), is_session_name_character));
    if (!named_well)
        throw invalid_value(errc::invalid_option, "role_session_name " + *session_name +
                                                      "; 2 to 64 of letters, digits and _+=,.@- are allowed");
    if (duration && (*duration < duration_min || *duration > duration_max))
        throw invalid_value(errc::invalid_option, "duration_seconds " + std::to_string(duration->count()) +
                                                      "; 900 to 43200 are allowed");
}

std::string session_name_of(std::optional<std::string> const& given, source_context const& context)
{
    if (given)
        return *given;
    auto const seconds =
        std::chrono::duration_cast<std::chrono::seconds>(context.time->today().time_since_epoch());
    return "glacier-" + std::to_string(seconds.count());
}

} // namespace glacier::credentials_sources
