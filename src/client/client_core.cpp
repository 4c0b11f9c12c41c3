#include "client/client_core.hpp"

#include "async/offload.hpp"
#include "async/run_on.hpp"
#include "async/task_group.hpp"
#include "async/transfer_limits.hpp"
#include "base/http_date.hpp"
#include "base/iso8601.hpp"
#include "client/check_config.hpp"
#include "client/failed_attempt.hpp"
#include "client/invocation_id.hpp"
#include "client/send_gate.hpp"
#include "net/connection.hpp"
#include "net/proxy_tunnel.hpp"
#include "plan/clock_skew.hpp"
#include "plan/retry_plan.hpp"
#include "protocol/redactor.hpp"
#include "protocol/retry_after.hpp"
#include "protocol/service_error.hpp"
#include "protocol/sigv4.hpp"

#include <glacier/version.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>

#include <atomic>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

namespace glacier {

namespace {

/// Calls both, the first one if it is there.
std::function<void(error_code)> both(std::function<void(error_code)> first,
                                     std::function<void(error_code)> second)
{
    if (!first)
        return second;
    return [first = std::move(first), second = std::move(second)](error_code code) {
        first(code);
        second(code);
    };
}

bool is_success(protocol::operation_info const& info, bool streams_answer, int status) noexcept
{
    return status == info.success_status || (streams_answer && status == 206);
}

std::string user_agent_of(client_config const& config)
{
    std::string text = "glacier-cpp/" + std::string(version);
    return config.application_id.empty() ? text : text + " app/" + config.application_id;
}

} // namespace

/// What all handles of a client share.
struct client_core::state {
    state(asio::any_io_executor its_executor, client_config its_config, client_environment its_environment)
        : executor(std::move(its_executor)), config(std::move(its_config)),
          environment(std::move(its_environment)), endpoint(endpoint_of(config).where),
          user_agent(user_agent_of(config)),
          signer(protocol::signing_scope{endpoint_of(config).signing_region, "glacier"}),
          quota(config.retry.quota), gate(std::make_shared<send_gate>(environment.time)),
          proxy_authorization(config.proxy ? net::proxy_authorization(*config.proxy) : std::string())
    {
        if (!environment.limits)
            environment.limits = std::make_shared<transfer_limits::state>(
                config.transfers, config.pool.connections_max, environment.time);
    }

    asio::any_io_executor executor;
    client_config config;
    client_environment environment;
    protocol::endpoint endpoint;
    std::string user_agent;
    protocol::signer signer;
    plan::retry_quota quota;
    plan::clock_skew skew;
    std::shared_ptr<send_gate> gate;
    // Empty without one.
    secret_string proxy_authorization;
    job_pollers pollers;
};

/// One operation while it runs.
struct client_core::call {
    call(client_core const& handle, prepared_request its_request)
        : client(handle.state_), request(std::move(its_request)), info(protocol::info_of(request.id)),
          plan(handle.retry_, client->quota, info.repeat), limit(handle.operation_timeout_),
          on_failed_attempt(handle.on_failed_attempt_),
          invocation_id(make_invocation_id(*client->environment.random))
    {
        if (info.repeat == protocol::repeatable::no)
            may_have_arrived = std::make_shared<std::atomic<bool>>(false);
    }

    bool is_adaptive() const noexcept { return plan.settings().mode == retry_mode::adaptive; }

    bool outcome_unknown() const noexcept { return may_have_arrived && *may_have_arrived; }

    /// The next request, signed.
    net::exchange_request sign();

    /// Whoever answers may send back what he was sent, and what he says is shown in errors, events and logs.
    protocol::redactor secrets() const;
    void redact(protocol::http_response& answer) const;
    void redact(error_details& details) const;

    performed_request succeed(net::exchange_result result);

    /// How long to wait before the next request; throws if there will be none.
    std::chrono::milliseconds fail(net::exchange_result const& result);

    /// Throws the operation's error.
    [[noreturn]] void give_up(error_code code, error_details details, bool outcome_unknown) const;
    [[noreturn]] void time_out() const;

    /// Whether the cause of the refusal was mended, so that another request is worth it.
    bool repair(net::exchange_result const& result, failed_attempt const& failed);

    void tell_started() const;
    void tell_ended(net::exchange_result const& result, error_code code, error_details const& details) const;
    void tell_retry(error_code code, std::chrono::milliseconds delay) const;
    void tell_throttled(bool by_service, double rate, std::chrono::milliseconds delay) const;

    observer* watcher() const noexcept { return client->config.observer.get(); }

    std::shared_ptr<state> client;
    prepared_request request;
    protocol::operation_info const& info;
    plan::retry_plan plan;
    std::chrono::milliseconds limit;
    std::function<void(error_code)> on_failed_attempt;
    std::string invocation_id;
    int requests = 0;
    bool clock_corrected = false;
    bool credentials_renewed = false;
    // What the last attempt failed with.
    error_details last_failure;

    // Of the attempt under way.
    std::optional<credentials> identity;
    std::string authorization;
    std::chrono::seconds offset{0};
    timestamp sent_at;
    async::time_source::time_point began;
    // Null where nobody asks, since the request may be repeated.
    std::shared_ptr<std::atomic<bool>> may_have_arrived;

    // Of an operation with a deadline.
    bool expired = false;
    std::optional<performed_request> performed;
    std::exception_ptr error;
};

net::exchange_request client_core::call::sign()
{
    ++requests;
    offset = client->skew.offset();
    sent_at = client->environment.clock->now();
    timestamp const time = sent_at + offset;

    // What replaced a request on a stale connection, or one whose cause was mended, comes on top of the attempts that
    // are allowed.
    int const uncounted = requests - plan.attempts();
    std::string attempt = "attempt=" + std::to_string(requests) +
                          "; max=" + std::to_string(plan.settings().attempts_max + uncounted);
    std::chrono::milliseconds const patience = client->config.timeouts.response;
    if (requests > 1 && request.content.size() == 0 && patience > std::chrono::milliseconds::zero())
        attempt = "ttl=" + base::to_iso8601_basic(time + patience) + "; " + attempt;

    net::exchange_request sent(request.message, request.content, request.streams_answer);
    sent.may_have_arrived = may_have_arrived;
    sent.message.target = client->endpoint.path_prefix + sent.message.target;
    sent.message.headers.set("host", client->endpoint.host_header());
    sent.message.headers.set("user-agent", client->user_agent);
    sent.message.headers.set("amz-sdk-invocation-id", invocation_id);
    sent.message.headers.set("amz-sdk-request", std::move(attempt));
    client->signer.sign(sent.message, *identity, time);
    authorization = sent.message.headers.get("authorization");
    return sent;
}

protocol::redactor client_core::call::secrets() const
{
    protocol::redactor hidden;
    hidden.add(*identity, authorization);
    hidden.add(client->proxy_authorization.reveal());
    if (client->config.proxy)
        hidden.add(client->config.proxy->password.reveal());
    return hidden;
}

void client_core::call::redact(protocol::http_response& answer) const
{
    secrets().redact(answer);
}

void client_core::call::redact(error_details& details) const
{
    protocol::redactor const hidden = secrets();
    for (std::string* const text : {&details.message, &details.service_code, &details.request_id})
        *text = hidden.redact(*text);
}

client_core::performed_request client_core::call::succeed(net::exchange_result result)
{
    tell_ended(result, {}, {});
    plan.on_success();
    if (is_adaptive())
        client->gate->on_attempt(false);
    performed_request made;
    made.response = std::move(result.response);
    made.stream = std::move(result.stream);
    made.attempts = requests;
    return made;
}

std::chrono::milliseconds client_core::call::fail(net::exchange_result const& result)
{
    failed_attempt failed = describe_failure(result, info, client->endpoint);
    // Again, because secrets may have stood in escapes of JSON, or been cut off.
    redact(failed.details);
    if (failed.failure.answered)
        failed.failure.retry_after = protocol::retry_after_of(result.response.headers, sent_at + offset);
    // A request that ends before its length is never acted on.
    if (may_have_arrived && !*may_have_arrived)
        failed.failure.sent = false;
    tell_ended(result, failed.failure.code, failed.details);
    if (on_failed_attempt)
        on_failed_attempt(failed.failure.code);

    bool const throttled = plan::kind_of(failed.failure) == plan::failure_kind::throttling;
    double const rate = is_adaptive() ? client->gate->on_attempt(throttled) : 0;
    if (throttled)
        tell_throttled(true, rate, {});

    plan::retry_decision decision;
    if (repair(result, failed))
        decision.step = plan::retry_step::repeat_at_once;
    else
        decision = plan.on_failure(failed.failure, client->environment.random->fraction());
    if (decision.step == plan::retry_step::give_up) {
        // A success, though not the expected one: the work may be done.
        int const status = failed.details.http_status;
        bool const odd_success = status >= 200 && status < 300 && info.repeat == protocol::repeatable::no;
        give_up(failed.failure.code, std::move(failed.details), decision.outcome_unknown || odd_success);
    }
    tell_retry(failed.failure.code, decision.delay);
    last_failure = std::move(failed.details);
    if (may_have_arrived)
        *may_have_arrived = false;
    return decision.delay;
}

void client_core::call::give_up(error_code code, error_details details, bool outcome_unknown) const
{
    details.operation = info.name;
    details.resource = request.resource;
    details.attempts = requests;
    details.outcome_unknown = outcome_unknown;
    throw operation_error(code, std::move(details));
}

void client_core::call::time_out() const
{
    error_details details = last_failure;
    std::string text = "more than " + std::to_string(limit.count()) + " ms";
    if (!details.message.empty())
        text += ", after a failure: " + details.message;
    details.message = std::move(text);
    give_up(errc::operation_timeout, std::move(details), outcome_unknown());
}

bool client_core::call::repair(net::exchange_result const& result, failed_attempt const& failed)
{
    if (failed.failure.code == service_errc::expired_token && failed.failure.from_service) {
        if (std::exchange(credentials_renewed, true))
            return false;
        client->config.credentials->expire(*identity);
        return true;
    }
    if (!failed.failure.answered ||
        !plan::refuses_the_time(failed.details.service_code, failed.details.message))
        return false;
    plan::refused_time refused;
    refused.offset_used = offset;
    refused.sent = sent_at;
    refused.answered = client->environment.clock->now();
    refused.service_time = base::parse_http_date(result.response.headers.get("date"));
    refused.repeated = std::exchange(clock_corrected, true);
    auto const decided = client->skew.on_refused(refused);
    if (decided.changed && watcher() != nullptr) {
        clock_skew_changed event;
        event.offset = client->skew.offset();
        watcher()->on_clock_skew_changed(event);
    }
    return decided.repeat;
}

void client_core::call::tell_started() const
{
    if (watcher() == nullptr)
        return;
    attempt_started event;
    event.operation = info.name;
    event.resource = request.resource;
    event.invocation_id = invocation_id;
    event.attempt = requests;
    watcher()->on_attempt_started(event);
}

void client_core::call::tell_ended(net::exchange_result const& result, error_code code,
                                   error_details const& details) const
{
    if (watcher() == nullptr)
        return;
    attempt_ended event;
    event.operation = info.name;
    event.resource = request.resource;
    event.invocation_id = invocation_id;
    event.attempt = requests;
    event.duration =
        std::chrono::duration_cast<std::chrono::microseconds>(client->environment.time->now() - began);
    event.http_status = result.response.status;
    event.request_id = protocol::request_id_of(result.response.headers);
    event.error = code;
    event.service_code = details.service_code;
    event.message = details.message;
    event.reused_connection = result.reused_connection;
    watcher()->on_attempt_ended(event);
}

void client_core::call::tell_retry(error_code code, std::chrono::milliseconds delay) const
{
    if (watcher() == nullptr)
        return;
    retry_scheduled event;
    event.operation = info.name;
    event.resource = request.resource;
    event.invocation_id = invocation_id;
    event.attempt = requests;
    event.error = code;
    event.delay = delay;
    event.quota_left = client->quota.available();
    watcher()->on_retry_scheduled(event);
}

void client_core::call::tell_throttled(bool by_service, double rate, std::chrono::milliseconds delay) const
{
    if (watcher() == nullptr)
        return;
    throttled event;
    event.operation = info.name;
    event.by_service = by_service;
    event.rate = rate;
    event.delay = delay;
    watcher()->on_throttled(event);
}

client_core::client_core(asio::any_io_executor executor, client_config config, client_environment environment)
    : state_(std::make_shared<state>(std::move(executor), std::move(config), std::move(environment))),
      retry_(state_->config.retry), operation_timeout_(state_->config.timeouts.operation)
{
    if (!state_->config.credentials) {
        error_details details;
        details.message = "the configuration has no provider";
        throw operation_error(errc::no_credentials, std::move(details));
    }
    check_config(state_->config);
}

std::shared_ptr<client_core> client_core::with(call_settings const& settings) const
{
    auto const made = std::make_shared<client_core>(*this);
    made->retry_ = settings.retry.value_or(retry_);
    made->operation_timeout_ = settings.operation_timeout.value_or(operation_timeout_);
    if (settings.on_failed_attempt)
        made->on_failed_attempt_ = both(on_failed_attempt_, settings.on_failed_attempt);
    check_retry(made->retry_);
    check_operation_timeout(made->operation_timeout_);
    return made;
}

std::shared_ptr<client_core> client_core::as_configured() const
{
    auto const made = std::make_shared<client_core>(*this);
    made->retry_ = state_->config.retry;
    made->operation_timeout_ = state_->config.timeouts.operation;
    made->on_failed_attempt_ = nullptr;
    return made;
}

asio::any_io_executor const& client_core::executor() const noexcept
{
    return state_->executor;
}

asio::any_io_executor client_core::blocking_executor() const
{
    if (state_->config.blocking_executor)
        return *state_->config.blocking_executor;
    return async::blocking_executor_of(state_->executor);
}

pool_statistics client_core::statistics() const
{
    return state_->environment.exchanger->statistics();
}

asio::awaitable<std::size_t> client_core::warm_up(std::size_t connections) const
{
    std::shared_ptr<state> const client = state_;
    try {
        co_return co_await client->environment.exchanger->warm_up(connections);
    } catch (net::connection_error const& error) {
        error_details details;
        details.operation = "warm-up";
        details.message = with_peer(error.detail(), client->endpoint);
        throw operation_error(error.code(), std::move(details));
    }
}

std::shared_ptr<transfer_limits::state> const& client_core::limits() const noexcept
{
    return state_->environment.limits;
}

job_pollers& client_core::pollers() const noexcept
{
    return state_->pollers;
}

std::chrono::seconds client_core::clock_offset() const noexcept
{
    return state_->skew.offset();
}

client_config const& client_core::config() const noexcept
{
    return state_->config;
}

protocol::endpoint const& client_core::endpoint() const noexcept
{
    return state_->endpoint;
}

asio::awaitable<client_core::performed_request> client_core::perform(prepared_request request)
{
    auto running = std::make_shared<call>(*this, std::move(request));
    bool const has_deadline = operation_timeout_ > std::chrono::milliseconds::zero();
    auto operation = has_deadline ? limited(running) : repeat(running);
    if (running->watcher() == nullptr)
        return operation;
    return observed(std::move(running), std::move(operation));
}

asio::awaitable<client_core::performed_request> client_core::repeat(std::shared_ptr<call> running)
{
    while (true) {
        if (running->is_adaptive()) {
            std::function<void(std::chrono::milliseconds)> on_wait;
            if (running->watcher() != nullptr)
                on_wait = [told = running.get()](std::chrono::milliseconds delay) {
                    told->tell_throttled(false, told->client->gate->rate(), delay);
                };
            co_await running->client->gate->pass(std::move(on_wait));
        }
        net::exchange_result result = co_await attempt(running);
        running->redact(result.response);
        if (!result.error &&
            is_success(running->info, running->request.streams_answer, result.response.status))
            co_return running->succeed(std::move(result));

        std::chrono::milliseconds const delay = running->fail(result);
        if (delay > std::chrono::milliseconds::zero()) {
            async::time_source& time = *running->client->environment.time;
            auto const timer = time.make_timer(co_await asio::this_coro::executor);
            co_await timer->wait_until(time.now() + delay);
        }
    }
}

asio::awaitable<net::exchange_result> client_core::attempt(std::shared_ptr<call> running)
{
    state& client = *running->client;
    // Credentials and time are those of the attempt: both may have changed since the one before.
    try {
        running->identity = co_await client.config.credentials->get();
    } catch (operation_error const& error) {
        // Nothing that a repetition would mend.
        running->give_up(error.code(), error.details(), false);
    }
    net::exchange_request sent = running->sign();
    if (running->watcher() == nullptr)
        co_return co_await client.environment.exchanger->exchange(std::move(sent));

    running->tell_started();
    running->began = client.environment.time->now();
    try {
        co_return co_await client.environment.exchanger->exchange(std::move(sent));
    } catch (boost::system::system_error const& error) {
        running->tell_ended(net::exchange_result(), error.code(), error_details());
        throw;
    }
}

asio::awaitable<client_core::performed_request> client_core::observed(
    std::shared_ptr<call> running, asio::awaitable<performed_request> operation)
{
    auto report = std::make_unique<operation_report>(running->client->config.observer,
                                                     running->client->environment.time, running->info.name,
                                                     running->request.resource, running->invocation_id);
    try {
        performed_request performed = co_await std::move(operation);
        report->set_attempts(running->requests);
        performed.report = std::move(report);
        co_return performed;
    } catch (operation_error const& error) {
        report->set_attempts(running->requests);
        report->failed(error.code(), error.outcome_unknown());
        throw;
    } catch (boost::system::system_error const& error) {
        report->set_attempts(running->requests);
        report->failed(error.code(), running->outcome_unknown());
        throw;
    }
}

asio::awaitable<client_core::performed_request> client_core::limited(std::shared_ptr<call> running)
{
    // The deadline cancels the operation, which only one thread at a time may do.
    asio::any_io_executor const strand = asio::make_strand(co_await asio::this_coro::executor);
    co_return co_await async::run_on(strand, limited_on(strand, running));
}

asio::awaitable<void> client_core::keep_outcome(std::shared_ptr<call> running)
{
    try {
        running->performed = co_await repeat(running);
    } catch (...) {
        running->error = std::current_exception();
    }
}

namespace {

constexpr std::uint64_t operation_child = 1;
constexpr std::uint64_t deadline_child = 2;

asio::awaitable<void> wait_until(asio::any_io_executor executor, std::shared_ptr<async::time_source> time,
                                 async::time_source::time_point moment)
{
    auto const timer = time->make_timer(executor);
    co_await timer->wait_until(moment);
}

/// Waits for the first to end. `deadline_passed`: that was the deadline. Both must outlive this.
asio::awaitable<void> first_to_end(async::task_group& children, bool& deadline_passed,
                                   asio::awaitable<void> operation, asio::awaitable<void> deadline)
{
    children.start(operation_child, std::move(operation));
    children.start(deadline_child, std::move(deadline));
    auto const first = co_await children.next();
    deadline_passed = first && first->id == deadline_child && !first->error;
}

} // namespace

asio::awaitable<client_core::performed_request> client_core::limited_on(asio::any_io_executor strand,
                                                                        std::shared_ptr<call> running)
{
    async::task_group children(strand);
    std::shared_ptr<async::time_source> const time = running->client->environment.time;
    auto operation = keep_outcome(running);
    auto deadline = wait_until(strand, time, time->now() + running->limit);
    auto race = first_to_end(children, running->expired, std::move(operation), std::move(deadline));
    co_await children.run(std::move(race));

    if (running->performed)
        co_return std::move(*running->performed);
    // What was cancelled by the deadline has ended otherwise than what the caller has cancelled.
    error_code code = asio::error::operation_aborted;
    try {
        if (running->error)
            std::rethrow_exception(running->error);
    } catch (boost::system::system_error const& error) {
        code = error.code();
    } catch (...) {
        throw;
    }
    if (running->expired && code == asio::error::operation_aborted)
        running->time_out();
    if (running->error)
        std::rethrow_exception(running->error);
    throw boost::system::system_error(code);
}

} // namespace glacier
