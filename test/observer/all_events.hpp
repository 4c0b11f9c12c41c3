#pragma once

#include <glacier/observer.hpp>

#include <chrono>
#include <cstddef>
#include <string_view>

namespace glacier::test {

inline constexpr std::size_t kinds_of_events = 18;

/// Tells an observer each kind of event once, with all members set; `text` is what comes from the network.
inline void tell_all_events(observer& told, std::string_view text, error_code error = {})
{
    using namespace std::chrono_literals;
    attempt_started started;
    started.operation = "DescribeVault";
    started.resource = "vault photos";
    started.invocation_id = "id-of-the-call";
    started.attempt = 1;
    told.on_attempt_started(started);
    attempt_ended ended;
    ended.operation = "DescribeVault";
    ended.resource = "vault photos";
    ended.invocation_id = "id-of-the-call";
    ended.attempt = 1;
    ended.duration = 1'500us;
    ended.http_status = 400;
    ended.request_id = text;
    ended.error = error;
    ended.service_code = text;
    ended.message = text;
    ended.reused_connection = true;
    told.on_attempt_ended(ended);
    retry_scheduled retry;
    retry.operation = "DescribeVault";
    retry.resource = "vault photos";
    retry.invocation_id = "id-of-the-call";
    retry.attempt = 1;
    retry.error = error;
    retry.delay = 250ms;
    retry.quota_left = 495;
    told.on_retry_scheduled(retry);
    throttled slow;
    slow.operation = "DescribeVault";
    slow.rate = 2.5;
    slow.delay = 400ms;
    told.on_throttled(slow);
    clock_skew_changed skew;
    skew.offset = -420s;
    told.on_clock_skew_changed(skew);
    operation_ended operation;
    operation.operation = "DescribeVault";
    operation.resource = "vault photos";
    operation.invocation_id = "id-of-the-call";
    operation.attempts = 2;
    operation.duration = 3'000us;
    operation.error = error;
    operation.outcome_unknown = true;
    told.on_operation_ended(operation);
    host_resolved resolved;
    resolved.host = "glacier.eu-west-1.amazonaws.com";
    resolved.addresses = 3;
    resolved.duration = 700us;
    resolved.error = error;
    told.on_host_resolved(resolved);
    connection_opened opened;
    opened.endpoint = "https://glacier.eu-west-1.amazonaws.com:443";
    opened.address = "192.0.2.1:443";
    opened.proxy = "proxy:3128";
    opened.duration = 9'000us;
    opened.error = error;
    opened.detail = text;
    told.on_connection_opened(opened);
    tls_handshake_ended handshake;
    handshake.host = "glacier.eu-west-1.amazonaws.com";
    handshake.version = "TLSv1.3";
    handshake.cipher = "TLS_AES_256_GCM_SHA384";
    handshake.resumed = true;
    handshake.duration = 8'000us;
    handshake.error = error;
    handshake.detail = text;
    told.on_tls_handshake_ended(handshake);
    connection_closed closed;
    closed.endpoint = "https://glacier.eu-west-1.amazonaws.com:443";
    closed.reason = connection_close_reason::idle;
    told.on_connection_closed(closed);
    connection_acquired acquired;
    acquired.endpoint = "https://glacier.eu-west-1.amazonaws.com:443";
    acquired.waited = 20us;
    acquired.reused = true;
    acquired.error = error;
    told.on_connection_acquired(acquired);
    credentials_refreshed refreshed;
    refreshed.source = "profile backup";
    // 2026-02-03T04:05:06Z
    refreshed.expiration = timestamp(std::chrono::seconds(1'770'091'506));
    refreshed.error = error;
    refreshed.message = text;
    refreshed.still_valid = true;
    told.on_credentials_refreshed(refreshed);
    transfer_started begun;
    begun.direction = transfer_direction::upload;
    begun.resource = "vault photos, upload u";
    begun.size = 1'572'864;
    begun.part_size = 1'048'576;
    begun.bytes_resumed = 524'288;
    told.on_transfer_started(begun);
    transfer_part_repeated repeated;
    repeated.direction = transfer_direction::download;
    repeated.resource = "vault photos, job j";
    repeated.offset = 1'048'576;
    repeated.size = 524'288;
    repeated.attempt = 1;
    repeated.error = error;
    told.on_transfer_part_repeated(repeated);
    transfer_pace_changed pace;
    pace.direction = transfer_direction::upload;
    pace.resource = "vault photos, upload u";
    pace.in_flight_max = 2;
    pace.error = error;
    told.on_transfer_pace_changed(pace);
    job_looked_at look;
    look.resource = "vault photos, job j";
    look.completed = true;
    look.status = "Succeeded";
    told.on_job_looked_at(look);
    transfer_part_ended part;
    part.direction = transfer_direction::download;
    part.resource = "vault photos, job j";
    part.offset = 1'048'576;
    part.size = 524'288;
    part.duration = 2'000'000us;
    part.error = error;
    told.on_transfer_part_ended(part);
    transfer_ended transfer;
    transfer.direction = transfer_direction::upload;
    transfer.resource = "vault photos, upload u";
    transfer.size = 1'572'864;
    transfer.duration = 61'000'000us;
    transfer.error = error;
    told.on_transfer_ended(transfer);
}

} // namespace glacier::test
