#include "client/client_core.hpp"

#include "async/offload.hpp"
#include "base/printable.hpp"
#include "net/connection.hpp"
#include "net/dialer.hpp"
#include "net/http_exchanger.hpp"
#include "protocol/service_error.hpp"

#include <glacier/version.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace glacier {

namespace {

[[noreturn]] void refuse(errc reason, std::string message)
{
    error_details details;
    details.message = std::move(message);
    throw operation_error(reason, std::move(details));
}

/// An attempt that did not end with the operation's own status.
struct failed_attempt {
    plan::attempt_failure failure;
    error_details details;
};

bool is_success(protocol::operation_info const& info, bool streams_answer, int status) noexcept
{
    return status == info.success_status || (streams_answer && status == 206);
}

/// The peer, unless the detail names it.
std::string with_peer(std::string const& detail, protocol::endpoint const& peer)
{
    if (detail.find(peer.host) != std::string::npos)
        return detail;
    return peer.str() + (detail.empty() ? "" : ": ") + detail;
}

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

failed_attempt describe(net::exchange_result const& result, protocol::operation_info const& info,
                        protocol::endpoint const& peer)
{
    failed_attempt failed;
    failed.failure.sent = result.sent;
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

} // namespace

protocol::endpoint endpoint_of(client_config const& config)
{
    if (config.region.empty())
        refuse(errc::no_region, {});
    auto const by_region = protocol::endpoint_of_region(config.region);
    if (!by_region)
        throw invalid_value(errc::invalid_endpoint, "region " + config.region);
    if (!config.endpoint)
        return *by_region;
    auto const parsed = protocol::parse_endpoint(*config.endpoint);
    if (!parsed)
        throw invalid_value(errc::invalid_endpoint, *config.endpoint);
    return *parsed;
}

client_environment make_client_environment(asio::any_io_executor executor, client_config const& config)
{
    net::exchanger_settings settings;
    settings.timeouts = config.timeouts;
    settings.pool = config.pool;
    settings.response_bytes_max = config.response_bytes_max;
    settings.endpoint = endpoint_of(config).str();
    settings.observer = config.observer;
    asio::any_io_executor const blocking =
        config.blocking_executor
            ? *config.blocking_executor
            : async::blocking_executor_of(asio::query(executor, asio::execution::context));

    client_environment environment;
    net::dialer_settings dialing(config.tls, config.timeouts);
    dialing.factory = config.connection_factory;
    dialing.pool = config.pool;
    dialing.proxy = config.proxy;
    dialing.observer = config.observer;
    auto dialer = net::make_dialer(endpoint_of(config), std::move(dialing));
    environment.exchanger = net::make_http_exchanger(executor, blocking, std::move(dialer), settings);
    environment.clock = std::make_shared<base::system_clock>();
    environment.random = std::make_shared<base::system_random>();
    return environment;
}

client_core::client_core(asio::any_io_executor executor, client_config config, client_environment environment)
    : executor_(std::move(executor)), config_(std::move(config)), environment_(std::move(environment)),
      endpoint_(endpoint_of(config_)), signer_(protocol::signing_scope{config_.region, "glacier"}),
      quota_(config_.retry.quota)
{
    if (!config_.credentials)
        refuse(errc::no_credentials, "the configuration has no provider");
    if (config_.pool.connections_max == 0)
        throw invalid_value(errc::invalid_option, "pool.connections_max = 0");
    if (config_.retry.attempts_max < 1)
        throw invalid_value(errc::invalid_option,
                            "retry.attempts_max = " + std::to_string(config_.retry.attempts_max));
}

asio::any_io_executor client_core::blocking_executor() const
{
    if (config_.blocking_executor)
        return *config_.blocking_executor;
    return async::blocking_executor_of(asio::query(executor_, asio::execution::context));
}

asio::awaitable<std::size_t> client_core::warm_up(std::size_t connections) const
{
    try {
        co_return co_await environment_.exchanger->warm_up(connections);
    } catch (net::connection_error const& error) {
        error_details details;
        details.operation = "warm-up";
        details.message = with_peer(error.detail(), endpoint_);
        throw operation_error(error.code(), std::move(details));
    }
}

asio::awaitable<net::exchange_result> client_core::attempt(prepared_request const& request)
{
    // Credentials and time are those of the attempt: both may have changed since the one before.
    credentials const identity = co_await config_.credentials->get();
    net::exchange_request sent(request.message, request.content, request.streams_answer);
    sent.message.target = endpoint_.path_prefix + sent.message.target;
    sent.message.headers.set("host", endpoint_.host_header());
    sent.message.headers.set("user-agent", "glacier-cpp/" + std::string(version));
    signer_.sign(sent.message, identity, environment_.clock->now());
    co_return co_await environment_.exchanger->exchange(std::move(sent));
}

asio::awaitable<client_core::performed_request> client_core::perform(prepared_request request)
{
    protocol::operation_info const& info = protocol::info_of(request.id);
    plan::retry_plan plan(config_.retry, quota_, info.repeat);
    for (int sent = 1;; ++sent) {
        error_details details;
        error_code code;
        plan::retry_decision decision;
        try {
            net::exchange_result result = co_await attempt(request);
            if (!result.error && is_success(info, request.streams_answer, result.response.status)) {
                plan.on_success();
                performed_request performed;
                performed.response = std::move(result.response);
                performed.stream = std::move(result.stream);
                performed.attempts = sent;
                co_return performed;
            }
            failed_attempt failed = describe(result, info, endpoint_);
            decision = plan.on_failure(failed.failure, environment_.random->fraction());
            code = failed.failure.code;
            details = std::move(failed.details);
        } catch (operation_error const& error) {
            // From the credentials or the body: nothing that a repetition would mend.
            code = error.code();
            details = error.details();
        }
        if (decision.step == plan::retry_step::give_up) {
            details.operation = info.name;
            details.resource = request.resource;
            details.attempts = sent;
            // A success, though not the expected one: the work may be done.
            bool const odd_success = details.http_status >= 200 && details.http_status < 300;
            details.outcome_unknown =
                decision.outcome_unknown || (odd_success && info.repeat == protocol::repeatable::no);
            throw operation_error(code, std::move(details));
        }
        if (decision.delay > std::chrono::milliseconds::zero()) {
            asio::steady_timer timer(co_await asio::this_coro::executor, decision.delay);
            co_await timer.async_wait(asio::use_awaitable);
        }
    }
}

} // namespace glacier
