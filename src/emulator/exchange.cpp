#include "emulator/exchange.hpp"

#include "emulator/fault_effect.hpp"
#include "emulator/ids.hpp"
#include "emulator/inferred_request.hpp"

#include "base/printable.hpp"
#include "crypto/sha256.hpp"

#include <exception>

namespace glacier::emulation {

namespace {

constexpr std::string_view api_version = "2012-06-01";

std::optional<protocol::http_method> method_of(std::string_view text) noexcept
{
    using protocol::http_method;
    for (http_method const method :
         {http_method::get, http_method::put, http_method::post, http_method::delete_})
        if (protocol::to_string(method) == text)
            return method;
    return std::nullopt;
}

} // namespace

exchange::exchange(application& app, request_head head)
    : app_(app), method_(std::move(head.method)), content_length_(head.content_length)
{
    request_.target = std::move(head.target);
    request_.headers = std::move(head.headers);
    attempt([this] { return on_head(); });
}

template <class Step>
void exchange::attempt(Step step)
{
    try {
        refusal_ = step();
    } catch (std::exception const& error) {
        failure_ = error.what();
        refusal_ =
            error_of(service_errc::service_unavailable, "The emulator failed; its log has the reason.");
    }
}

std::optional<protocol::service_error> exchange::on_head()
{
    app_.time.renew();
    if (auto const method = method_of(method_)) {
        request_.method = *method;
        route_ = protocol::find_route(*method, request_.target);
    }
    bool const is_large = content_length_.value_or(0) > app_.body_bytes_max;
    if (!route_) {
        if (is_large || app_.services.options.inferred.routing_before_signature)
            return unknown_operation(method_, request_.target);
        return std::nullopt;
    }
    handler_ = &handler_of(route_->id);
    decide_fault();
    if (fault_)
        if (auto error = refusal_of(*fault_))
            return error;

    if (handler_->begin != nullptr) {
        // An upload is checked before its body arrives, so the hash in the header stands for it.
        auto const* const payload_sha256 = request_.headers.find("x-amz-content-sha256");
        if (auto error = check_request(payload_sha256 != nullptr ? *payload_sha256 : std::string()))
            return error;
        auto upload = handler_->begin(app_.services, routed(), content_length_);
        if (!upload)
            return upload.error();
        upload_ = std::move(*upload);
        return std::nullopt;
    }
    if (is_large)
        return invalid_parameter("Content-Length", std::to_string(*content_length_));
    return std::nullopt;
}

void exchange::decide_fault()
{
    auto const vault = route_->path.find("vaultName");
    fault_ = app_.faults.decide(operation_name(),
                                vault != route_->path.end() ? std::string_view(vault->second) : "");
}

std::optional<protocol::service_error> exchange::check_request(std::string_view payload_sha256) const
{
    bool const version_first = app_.services.options.inferred.version_before_signature;
    if (version_first)
        if (auto error = check_version())
            return error;
    bool const is_upload = handler_ != nullptr && handler_->begin != nullptr;
    bool const has_signature =
        request_.headers.find("authorization") != nullptr || !app_.signatures.required();
    if (is_upload && payload_sha256.empty() && has_signature)
        return parameter_missing("x-amz-content-sha256");
    if (auto error = app_.signatures.check(request_, payload_sha256, app_.wall_clock.now()))
        return error;
    if (auto error = check_payload_header(request_.headers))
        return error;
    if (!route_)
        return unknown_operation(method_, request_.target);
    if (!version_first)
        if (auto error = check_version())
            return error;
    std::string const& account = route_->path.find("accountId")->second;
    if (account != "-" && account != app_.services.options.account)
        return error_of(service_errc::access_denied,
                        "Access denied for account ID: " + base::printable(account, 100));
    return std::nullopt;
}

std::optional<protocol::service_error> exchange::check_version() const
{
    auto const* const version = request_.headers.find("x-amz-glacier-version");
    if (version == nullptr)
        return parameter_missing("API version");
    if (*version != api_version)
        return invalid_parameter("API version", *version);
    return std::nullopt;
}

void exchange::on_body(std::span<std::byte const> bytes)
{
    if (refused())
        return;
    if (!upload_) {
        request_.body.append(reinterpret_cast<char const*>(bytes.data()), bytes.size());
        return;
    }
    attempt([&]() -> std::optional<protocol::service_error> {
        upload_->write(bytes);
        return std::nullopt;
    });
}

reply exchange::finish()
{
    reply answer;
    if (!refused()) {
        attempt([&]() -> std::optional<protocol::service_error> {
            auto result = carry_out();
            if (!result)
                return result.error();
            answer = std::move(*result);
            return std::nullopt;
        });
    }
    if (refused()) {
        answer = reply();
        apply_inferred(app_.services.options.inferred, *refusal_);
        answer.response = protocol::to_response(*refusal_);
    }
    if (fault_)
        damage(answer, *fault_);
    answer.response.headers.add("x-amzn-RequestId", new_id(app_.services.random, request_id_length));
    return answer;
}

service_result<reply> exchange::carry_out()
{
    if (upload_)
        return upload_->finish();

    // The hash of the body as it is, whatever the header says.
    auto const computed = crypto::sha256_of(std::string_view(request_.body));
    auto const* const sent = request_.headers.find("x-amz-content-sha256");
    if (auto const error = check_request(sent != nullptr ? *sent : computed.hex()))
        return *error;
    if (sent != nullptr && sha256_digest::from_hex(*sent) != computed)
        return payload_mismatch(computed, *sent);
    return handler_->answer(app_.services, routed());
}

protocol::routed_request exchange::routed() const
{
    protocol::routed_request request{route_->id, route_->path, route_->query, request_.headers,
                                     request_.body};
    apply_inferred(app_.services, request);
    return request;
}

std::string_view exchange::operation_name() const noexcept
{
    return route_ ? protocol::info_of(route_->id).name : std::string_view();
}

} // namespace glacier::emulation
