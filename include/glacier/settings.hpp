#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>

namespace glacier {

/// How long each phase of a request may take. Zero: no limit.
struct timeout_settings {
    timeout_settings() = default;

    /// For the host name to be looked up.
    std::chrono::milliseconds resolve = std::chrono::seconds(10);
    /// For a connection: to all addresses of the host together. A proxy has as long again to open its tunnel.
    std::chrono::milliseconds connect = std::chrono::seconds(10);
    /// For the TLS handshake.
    std::chrono::milliseconds tls_handshake = std::chrono::seconds(10);
    /// From the last byte of the request to the head of the answer. Completing an upload of terabytes takes
    /// the service minutes.
    std::chrono::milliseconds response = std::chrono::minutes(5);
    /// For one block of a body to move, in either direction: 256 KiB when sending, at least a byte when
    /// receiving.
    std::chrono::milliseconds stall = std::chrono::seconds(30);
    /// Bytes per second that a body must move at least, on the average of each `throughput_window`. Zero: any.
    std::size_t throughput_min = 0;
    /// What `throughput_min` is the average of.
    std::chrono::milliseconds throughput_window = std::chrono::seconds(30);
    /// For the whole operation, with all its requests and the waits between them. A body that is streamed out is
    /// not part of it.
    std::chrono::milliseconds operation = std::chrono::milliseconds(0);
    /// For a connection of the pool to become free.
    std::chrono::milliseconds connection_wait = std::chrono::minutes(5);
};

/// The connections that a client keeps. All copies of a client share them.
struct pool_settings {
    pool_settings() = default;

    /// Connections at once, 1 or more.
    std::size_t connections_max = 32;
    /// Operations that may wait for a connection; more fail with errc::too_many_waiting.
    std::size_t waiting_max = 10'000;
    /// A connection that was unused for this time is not used again: the service may be closing it. It is
    /// closed when the pool is next used.
    std::chrono::milliseconds idle_max = std::chrono::seconds(15);
    /// A connection is not used again after this time, so that changes of the service's addresses are seen.
    std::chrono::milliseconds life_max = std::chrono::minutes(10);
    /// How long the addresses of a host are used before its name is looked up again. Zero: looked up for each
    /// connection. When none of them answers they are looked up sooner.
    std::chrono::milliseconds address_life = std::chrono::seconds(30);
    /// How long the failure of a look-up is taken for its answer, so that a name server in trouble is not asked by
    /// every operation. Zero: not at all.
    std::chrono::milliseconds address_negative_life = std::chrono::seconds(1);
    /// TLS sessions that are kept, so that later connections need no full handshake: the newest so many. Zero: none.
    std::size_t tls_sessions_max = 32;
};

/// Repetition of failed requests: the standard mode of the AWS SDKs.
struct retry_settings {
    retry_settings() = default;

    /// Requests per operation, the first included; 1 turns repetition off.
    int attempts_max = 3;
    /// The n-th wait is a random time up to min(delay_base x 2^(n-1), delay_max).
    std::chrono::milliseconds delay_base = std::chrono::seconds(1);
    /// The longest wait.
    std::chrono::milliseconds delay_max = std::chrono::seconds(20);
    /// A bucket shared by all operations of the client: a repetition takes some out, success puts it back;
    /// when it is empty, failures are final at once. So a broken service is not buried under repetitions.
    int quota = 500;
    /// What a repetition takes out of the bucket.
    int cost = 5;
    /// What one takes out after a time-out, which keeps connections occupied for long.
    int cost_of_timeout = 10;
};

/// TLS. The certificate and its host name are always checked, and at least TLS 1.2 is used.
struct tls_settings {
    tls_settings() = default;

    /// PEM file of the authorities to trust instead of the system's. Nothing: the system's.
    std::optional<std::filesystem::path> ca_bundle;
};

} // namespace glacier
