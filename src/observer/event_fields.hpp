#pragma once

#include <glacier/line_sink.hpp>
#include <glacier/observer.hpp>

#include <string_view>

namespace glacier::observers {

// Each event once: its name, how much it matters, and its members. `visit(name, value)` is called with text, whole
// numbers, double, bool, chrono durations, error codes and an optional timestamp.

constexpr std::string_view name_of(connection_close_reason reason) noexcept
{
    switch (reason) {
    case connection_close_reason::idle:
        return "idle";
    case connection_close_reason::life:
        return "life";
    case connection_close_reason::not_reusable:
        return "not_reusable";
    case connection_close_reason::shut_down:
        break;
    }
    return "shut_down";
}

constexpr std::string_view name_of(transfer_direction direction) noexcept
{
    return direction == transfer_direction::upload ? "upload" : "download";
}

constexpr std::string_view name_of(event_level level) noexcept
{
    switch (level) {
    case event_level::trace:
        return "trace";
    case event_level::info:
        return "info";
    case event_level::warning:
        break;
    }
    return "warning";
}

constexpr std::string_view name_of(attempt_started const& /*event*/) noexcept
{
    return "attempt_started";
}

constexpr std::string_view name_of(attempt_ended const& /*event*/) noexcept
{
    return "attempt_ended";
}

constexpr std::string_view name_of(retry_scheduled const& /*event*/) noexcept
{
    return "retry_scheduled";
}

constexpr std::string_view name_of(throttled const& /*event*/) noexcept
{
    return "throttled";
}

constexpr std::string_view name_of(clock_skew_changed const& /*event*/) noexcept
{
    return "clock_skew_changed";
}

constexpr std::string_view name_of(operation_ended const& /*event*/) noexcept
{
    return "operation_ended";
}

constexpr std::string_view name_of(host_resolved const& /*event*/) noexcept
{
    return "host_resolved";
}

constexpr std::string_view name_of(connection_opened const& /*event*/) noexcept
{
    return "connection_opened";
}

constexpr std::string_view name_of(tls_handshake_ended const& /*event*/) noexcept
{
    return "tls_handshake_ended";
}

constexpr std::string_view name_of(connection_closed const& /*event*/) noexcept
{
    return "connection_closed";
}

constexpr std::string_view name_of(connection_acquired const& /*event*/) noexcept
{
    return "connection_acquired";
}

constexpr std::string_view name_of(credentials_refreshed const& /*event*/) noexcept
{
    return "credentials_refreshed";
}

constexpr std::string_view name_of(transfer_started const& /*event*/) noexcept
{
    return "transfer_started";
}

constexpr std::string_view name_of(transfer_part_repeated const& /*event*/) noexcept
{
    return "transfer_part_repeated";
}

constexpr std::string_view name_of(transfer_pace_changed const& /*event*/) noexcept
{
    return "transfer_pace_changed";
}

constexpr std::string_view name_of(job_looked_at const& /*event*/) noexcept
{
    return "job_looked_at";
}

constexpr std::string_view name_of(transfer_part_ended const& /*event*/) noexcept
{
    return "transfer_part_ended";
}

constexpr std::string_view name_of(transfer_ended const& /*event*/) noexcept
{
    return "transfer_ended";
}

/// Of what is of no interest as long as it works.
template <class Event>
event_level level_of(Event const& event) noexcept
{
    return event.error ? event_level::warning : event_level::trace;
}

inline event_level level_of(attempt_started const& /*event*/) noexcept
{
    return event_level::trace;
}

// A failure that is repeated is normal; one that is not is told by operation_ended.
inline event_level level_of(attempt_ended const& event) noexcept
{
    return event.error ? event_level::info : event_level::trace;
}

inline event_level level_of(retry_scheduled const& /*event*/) noexcept
{
    return event_level::info;
}

inline event_level level_of(throttled const& /*event*/) noexcept
{
    return event_level::info;
}

inline event_level level_of(clock_skew_changed const& /*event*/) noexcept
{
    return event_level::warning;
}

inline event_level level_of(operation_ended const& event) noexcept
{
    return event.error ? event_level::warning : event_level::info;
}

inline event_level level_of(connection_closed const& /*event*/) noexcept
{
    return event_level::trace;
}

inline event_level level_of(credentials_refreshed const& event) noexcept
{
    return event.error ? event_level::warning : event_level::info;
}

inline event_level level_of(transfer_started const& /*event*/) noexcept
{
    return event_level::info;
}

inline event_level level_of(transfer_part_repeated const& /*event*/) noexcept
{
    return event_level::info;
}

inline event_level level_of(transfer_pace_changed const& event) noexcept
{
    return event.error ? event_level::info : event_level::trace;
}

inline event_level level_of(job_looked_at const& /*event*/) noexcept
{
    return event_level::trace;
}

inline event_level level_of(transfer_ended const& event) noexcept
{
    return event.error ? event_level::warning : event_level::info;
}

template <class Visit>
void visit_fields(attempt_started const& event, Visit& visit)
{
    visit("operation", event.operation);
    visit("resource", event.resource);
    visit("invocation_id", event.invocation_id);
    visit("attempt", event.attempt);
}

template <class Visit>
void visit_fields(attempt_ended const& event, Visit& visit)
{
    visit("operation", event.operation);
    visit("resource", event.resource);
    visit("invocation_id", event.invocation_id);
    visit("attempt", event.attempt);
    visit("duration", event.duration);
    visit("http_status", event.http_status);
    visit("request_id", event.request_id);
    visit("error", event.error);
    visit("service_code", event.service_code);
    visit("message", event.message);
    visit("reused_connection", event.reused_connection);
}

template <class Visit>
void visit_fields(retry_scheduled const& event, Visit& visit)
{
    visit("operation", event.operation);
    visit("resource", event.resource);
    visit("invocation_id", event.invocation_id);
    visit("attempt", event.attempt);
    visit("error", event.error);
    visit("delay", event.delay);
    visit("quota_left", event.quota_left);
}

template <class Visit>
void visit_fields(throttled const& event, Visit& visit)
{
    visit("operation", event.operation);
    visit("by_service", event.by_service);
    visit("rate", event.rate);
    visit("delay", event.delay);
}

template <class Visit>
void visit_fields(clock_skew_changed const& event, Visit& visit)
{
    visit("offset", event.offset);
}

template <class Visit>
void visit_fields(operation_ended const& event, Visit& visit)
{
    visit("operation", event.operation);
    visit("resource", event.resource);
    visit("invocation_id", event.invocation_id);
    visit("attempts", event.attempts);
    visit("duration", event.duration);
    visit("error", event.error);
    visit("outcome_unknown", event.outcome_unknown);
}

template <class Visit>
void visit_fields(host_resolved const& event, Visit& visit)
{
    visit("host", event.host);
    visit("addresses", event.addresses);
    visit("duration", event.duration);
    visit("error", event.error);
}

template <class Visit>
void visit_fields(connection_opened const& event, Visit& visit)
{
    visit("endpoint", event.endpoint);
    visit("address", event.address);
    visit("proxy", event.proxy);
    visit("duration", event.duration);
    visit("error", event.error);
    visit("detail", event.detail);
}

template <class Visit>
void visit_fields(tls_handshake_ended const& event, Visit& visit)
{
    visit("host", event.host);
    visit("version", event.version);
    visit("cipher", event.cipher);
    visit("resumed", event.resumed);
    visit("duration", event.duration);
    visit("error", event.error);
    visit("detail", event.detail);
}

template <class Visit>
void visit_fields(connection_closed const& event, Visit& visit)
{
    visit("endpoint", event.endpoint);
    visit("reason", name_of(event.reason));
}

template <class Visit>
void visit_fields(connection_acquired const& event, Visit& visit)
{
    visit("endpoint", event.endpoint);
    visit("waited", event.waited);
    visit("reused", event.reused);
    visit("error", event.error);
}

template <class Visit>
void visit_fields(credentials_refreshed const& event, Visit& visit)
{
    visit("source", event.source);
    visit("expiration", event.expiration);
    visit("error", event.error);
    visit("message", event.message);
    visit("still_valid", event.still_valid);
}

template <class Visit>
void visit_fields(transfer_started const& event, Visit& visit)
{
    visit("direction", name_of(event.direction));
    visit("resource", event.resource);
    visit("size", event.size);
    visit("part_size", event.part_size);
    visit("bytes_resumed", event.bytes_resumed);
}

template <class Visit>
void visit_fields(transfer_part_repeated const& event, Visit& visit)
{
    visit("direction", name_of(event.direction));
    visit("resource", event.resource);
    visit("offset", event.offset);
    visit("size", event.size);
    visit("attempt", event.attempt);
    visit("error", event.error);
}

template <class Visit>
void visit_fields(transfer_pace_changed const& event, Visit& visit)
{
    visit("direction", name_of(event.direction));
    visit("resource", event.resource);
    visit("in_flight_max", event.in_flight_max);
    visit("error", event.error);
}

template <class Visit>
void visit_fields(job_looked_at const& event, Visit& visit)
{
    visit("resource", event.resource);
    visit("completed", event.completed);
    visit("status", event.status);
}

template <class Visit>
void visit_fields(transfer_part_ended const& event, Visit& visit)
{
    visit("direction", name_of(event.direction));
    visit("resource", event.resource);
    visit("offset", event.offset);
    visit("size", event.size);
    visit("duration", event.duration);
    visit("error", event.error);
}

template <class Visit>
void visit_fields(transfer_ended const& event, Visit& visit)
{
    visit("direction", name_of(event.direction));
    visit("resource", event.resource);
    visit("size", event.size);
    visit("duration", event.duration);
    visit("error", event.error);
}

} // namespace glacier::observers
