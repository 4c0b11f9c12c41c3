#pragma once

#include <glacier/error.hpp>
#include <glacier/timestamp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace glacier {

/// One request of an operation is about to be sent.
struct attempt_started {
    /// As error_details::operation.
    std::string_view operation;
    /// As error_details::resource.
    std::string_view resource;
    /// The same for all attempts of one call, and sent with each (`amz-sdk-invocation-id`).
    std::string_view invocation_id;
    /// 1 for the first.
    int attempt = 0;
};

/// One request of an operation was answered, or failed.
struct attempt_ended {
    /// As error_details::operation.
    std::string_view operation;
    /// As error_details::resource.
    std::string_view resource;
    /// As attempt_started::invocation_id.
    std::string_view invocation_id;
    /// 1 for the first.
    int attempt = 0;
    /// From the wait for a connection to the end of the answer, or of its head if the body is streamed.
    std::chrono::microseconds duration{0};
    /// 0 if no answer arrived.
    int http_status = 0;
    /// As error_details::request_id.
    std::string_view request_id;
    /// None for the operation's own success.
    error_code error;
    /// As error_details::service_code.
    std::string_view service_code;
    /// As error_details::message: untrusted.
    std::string_view message;
    /// The connection had served another request before.
    bool reused_connection = false;
};

/// A failed request will be repeated.
struct retry_scheduled {
    /// As error_details::operation.
    std::string_view operation;
    /// As error_details::resource.
    std::string_view resource;
    /// As attempt_started::invocation_id.
    std::string_view invocation_id;
    /// The attempt that failed, from 1.
    int attempt = 0;
    /// What it failed with.
    error_code error;
    /// Until it is repeated.
    std::chrono::milliseconds delay{0};
    /// What is left in the bucket that repetitions are paid from: see retry_settings::quota.
    int quota_left = 0;
};

/// The service asked to slow down, or a request waits for the client's own rate.
struct throttled {
    /// As error_details::operation.
    std::string_view operation;
    /// The answer said so; else the client waits by itself, in adaptive mode.
    bool by_service = true;
    /// Requests per second that the client now allows itself; 0: no limit of its own.
    double rate = 0;
    /// How long this request waits for the client's own rate.
    std::chrono::milliseconds delay{0};
};

/// The difference between the service's clock and this machine's was learned, or forgotten because it did not
/// help.
struct clock_skew_changed {
    /// To be added to this machine's time; 0: forgotten.
    std::chrono::seconds offset{0};
};

/// An operation has come to its end, after all its attempts.
struct operation_ended {
    /// As error_details::operation.
    std::string_view operation;
    /// As error_details::resource.
    std::string_view resource;
    /// As attempt_started::invocation_id.
    std::string_view invocation_id;
    /// Requests sent.
    int attempts = 0;
    /// From the call to its end.
    std::chrono::microseconds duration{0};
    /// None for success.
    error_code error;
    /// As error_details::outcome_unknown.
    bool outcome_unknown = false;
};

/// A host name was looked up.
struct host_resolved {
    /// The name.
    std::string_view host;
    /// How many addresses it has.
    std::size_t addresses = 0;
    /// How long it took.
    std::chrono::microseconds duration{0};
    /// None for success.
    error_code error;
};

/// A connection was opened, or could not be.
struct connection_opened {
    /// `https://HOST:PORT`.
    std::string_view endpoint;
    /// The address that was connected to, with its port; empty if none was.
    std::string_view address;
    /// Through this proxy, `HOST:PORT`; empty: directly.
    std::string_view proxy;
    /// From the lease to the end of the TLS handshake.
    std::chrono::microseconds duration{0};
    /// None for success.
    error_code error;
    /// Words about the error.
    std::string_view detail;
};

/// A TLS handshake has ended.
struct tls_handshake_ended {
    /// The name that the certificate must have.
    std::string_view host;
    /// `TLSv1.3`; empty after a failure.
    std::string_view version;
    /// As OpenSSL names it; empty after a failure.
    std::string_view cipher;
    /// An earlier session was taken up, so no certificate was sent.
    bool resumed = false;
    /// How long it took.
    std::chrono::microseconds duration{0};
    /// None for success.
    error_code error;
    /// Words about the error.
    std::string_view detail;
};

/// Why a connection was closed.
enum class connection_close_reason {
    /// Unused for pool_settings::idle_max.
    idle,
    /// Older than pool_settings::life_max.
    life,
    /// The exchange failed or was cancelled, or the peer will close it.
    not_reusable,
    /// The client is gone.
    shut_down,
};

/// A connection of the pool was closed.
struct connection_closed {
    /// `https://HOST:PORT`.
    std::string_view endpoint;
    /// Why.
    connection_close_reason reason = connection_close_reason::not_reusable;
};

/// An operation got its connection, or gave up waiting for one.
struct connection_acquired {
    /// `https://HOST:PORT`.
    std::string_view endpoint;
    /// How long it waited for a free one.
    std::chrono::microseconds waited{0};
    /// One that had been open.
    bool reused = false;
    /// None for success.
    error_code error;
};

/// Credentials were fetched anew, or could not be. Not sent for those that need no fetching, such as keys of the
/// environment.
struct credentials_refreshed {
    /// As credentials::source.
    std::string_view source;
    /// As credentials::expiration.
    std::optional<timestamp> expiration;
    /// None for success.
    error_code error;
    /// Words about the error, without secrets.
    std::string_view message;
    /// The credentials at hand are still valid and used on.
    bool still_valid = false;
};

/// Which way a transfer goes.
enum class transfer_direction {
    /// To the service.
    upload,
    /// From the service.
    download,
};

/// A transfer begins to move bytes.
struct transfer_started {
    /// Which way.
    transfer_direction direction = transfer_direction::upload;
    /// `vault NAME, upload ID` or `vault NAME, job ID`.
    std::string_view resource;
    /// Bytes of the archive or of the output; 0: not known yet.
    std::uint64_t size = 0;
    /// Size of each part or range but the last.
    std::uint64_t part_size = 0;
    /// Bytes that an earlier run had transferred.
    std::uint64_t bytes_resumed = 0;
};

/// A part of an upload, or a range of a download, failed and will be sent or fetched again.
struct transfer_part_repeated {
    /// Which way.
    transfer_direction direction = transfer_direction::upload;
    /// As transfer_started::resource.
    std::string_view resource;
    /// First byte, counted in the archive or in the output.
    std::uint64_t offset = 0;
    /// In bytes.
    std::uint64_t size = 0;
    /// The attempt that failed, from 1.
    int attempt = 0;
    /// What it failed with.
    error_code error;
};

/// A transfer has fewer or more parts on their way at once from now on.
struct transfer_pace_changed {
    /// Which way.
    transfer_direction direction = transfer_direction::upload;
    /// As transfer_started::resource.
    std::string_view resource;
    /// Parts or ranges at once, at most.
    std::size_t in_flight_max = 0;
    /// Why there are fewer; none: there are more.
    error_code error;
};

/// The service was asked how far a job is that somebody waits for.
struct job_looked_at {
    /// `vault NAME, job ID`.
    std::string_view resource;
    /// It has ended.
    bool completed = false;
    /// `InProgress`, `Succeeded` or `Failed`, as the service says it.
    std::string_view status;
};

/// A part of an upload, or a range of a download, was transferred and verified, or failed.
struct transfer_part_ended {
    /// Which way.
    transfer_direction direction = transfer_direction::upload;
    /// `vault NAME, upload ID` or `vault NAME, job ID`.
    std::string_view resource;
    /// First byte, counted in the archive or in the output.
    std::uint64_t offset = 0;
    /// In bytes.
    std::uint64_t size = 0;
    /// How long it took, repetitions included.
    std::chrono::microseconds duration{0};
    /// None for success.
    error_code error;
};

/// A transfer has come to its end.
struct transfer_ended {
    /// Which way.
    transfer_direction direction = transfer_direction::upload;
    /// `vault NAME, upload ID` or `vault NAME, job ID`.
    std::string_view resource;
    /// Bytes of the archive or of the output.
    std::uint64_t size = 0;
    /// How long it took.
    std::chrono::microseconds duration{0};
    /// None for success.
    error_code error;
};

/**
 * Is told what a client does: for logs, metrics and tracing. Derive from it, override what is of interest, and set
 * client_config::observer. Without one, nothing is measured or formatted.
 *
 * The texts in an event are valid during the call only. None holds a secret: no key, token, signature or header of
 * authorization. Texts from the network are untrusted and may hold any byte.
 *
 * Thread safety: a client calls from every thread that runs its operations or connections, also at the same time.
 * The functions must not block, must not throw, and must not call the client.
 */
class observer {
public:
    observer() = default;
    observer(observer const&) = delete;
    observer& operator=(observer const&) = delete;
    virtual ~observer() = default;

    /// See attempt_started.
    virtual void on_attempt_started(attempt_started const& /*event*/) noexcept {}
    /// See attempt_ended.
    virtual void on_attempt_ended(attempt_ended const& /*event*/) noexcept {}
    /// See retry_scheduled.
    virtual void on_retry_scheduled(retry_scheduled const& /*event*/) noexcept {}
    /// See throttled.
    virtual void on_throttled(throttled const& /*event*/) noexcept {}
    /// See clock_skew_changed.
    virtual void on_clock_skew_changed(clock_skew_changed const& /*event*/) noexcept {}
    /// See operation_ended.
    virtual void on_operation_ended(operation_ended const& /*event*/) noexcept {}
    /// See host_resolved.
    virtual void on_host_resolved(host_resolved const& /*event*/) noexcept {}
    /// See connection_opened.
    virtual void on_connection_opened(connection_opened const& /*event*/) noexcept {}
    /// See tls_handshake_ended.
    virtual void on_tls_handshake_ended(tls_handshake_ended const& /*event*/) noexcept {}
    /// See connection_closed.
    virtual void on_connection_closed(connection_closed const& /*event*/) noexcept {}
    /// See connection_acquired.
    virtual void on_connection_acquired(connection_acquired const& /*event*/) noexcept {}
    /// See credentials_refreshed.
    virtual void on_credentials_refreshed(credentials_refreshed const& /*event*/) noexcept {}
    /// See transfer_started.
    virtual void on_transfer_started(transfer_started const& /*event*/) noexcept {}
    /// See transfer_part_repeated.
    virtual void on_transfer_part_repeated(transfer_part_repeated const& /*event*/) noexcept {}
    /// See transfer_pace_changed.
    virtual void on_transfer_pace_changed(transfer_pace_changed const& /*event*/) noexcept {}
    /// See job_looked_at.
    virtual void on_job_looked_at(job_looked_at const& /*event*/) noexcept {}
    /// See transfer_part_ended.
    virtual void on_transfer_part_ended(transfer_part_ended const& /*event*/) noexcept {}
    /// See transfer_ended.
    virtual void on_transfer_ended(transfer_ended const& /*event*/) noexcept {}
};

} // namespace glacier
