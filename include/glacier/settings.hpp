#pragma once

#include <glacier/error.hpp>
#include <glacier/secret_string.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

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
    /// Bytes per second that a body must move at least, in either direction, on the average of each
    /// `throughput_window`; slower ones end with errc::throughput_too_low. Zero: any. Only the time that the connection
    /// takes counts, not that of whoever reads a streamed output, nor that of reading a file.
    std::size_t throughput_min = 0;
    /// What `throughput_min` is the average of, 1 ms or more. A body that is through sooner is not judged.
    std::chrono::milliseconds throughput_window = std::chrono::seconds(30);
    /// For the whole operation: credentials, the wait for a connection, all requests and the waits between them. Then
    /// it fails with errc::operation_timeout. Hashing a body before it is sent is not part of it, nor is reading an
    /// output after its head has come.
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

/// Whether a client also limits by itself how many requests it sends.
enum class retry_mode {
    /// It does not.
    standard,
    /// Once the service has asked to slow down, requests wait for their turn in a rate that follows what the service
    /// takes. One rate for all operations of a client that run in this mode.
    adaptive,
};

/**
 * Repetition of failed requests. One that was just made is the same as standard_2026().
 *
 * An operation that fails in a way that may pass is sent again after a wait that is random between nothing and a limit
 * which doubles each time. Repetitions are paid for from a bucket that all operations of a client share, so that a
 * broken service is not buried under them. What is never repeated, whatever is set here: quotas and refusals of the
 * service, and requests that must not be carried out twice and may have arrived.
 */
struct retry_settings {
    retry_settings() = default;

    /// The standard mode of the AWS SDKs as it is revised in 2026, and the default: short waits, except after a
    /// request to slow down, and a bucket that pays for 35 repetitions of failures or 100 after requests to slow
    /// down.
    static retry_settings standard_2026();

    /// The standard mode of the AWS SDKs until then: the first wait is up to a second whatever has failed, and the
    /// bucket pays for 100 repetitions, or 50 after time-outs.
    static retry_settings standard();

    /// standard_2026() with retry_mode::adaptive.
    static retry_settings adaptive();

    /// For transfers that nobody waits for and that must outlast failures of an hour: 100 attempts, waits of up to
    /// three minutes, and no bucket.
    static retry_settings patient();

    /// One attempt. A connection that was closed while it lay idle is replaced all the same.
    static retry_settings none();

    /// See retry_mode.
    retry_mode mode = retry_mode::standard;
    /// Requests per operation, the first included; 1 or more.
    int attempts_max = 3;
    /// The n-th wait is a random time up to min(delay_base x 2^(n-1), delay_max). 0 or more.
    std::chrono::milliseconds delay_base = std::chrono::milliseconds(50);
    /// The same when the service asked to slow down. 0 or more.
    std::chrono::milliseconds delay_base_of_throttling = std::chrono::seconds(1);
    /// The longest wait, unless the service asks for a longer one. 0 or more.
    std::chrono::milliseconds delay_max = std::chrono::seconds(20);
    /// An answer may name the time after which to come again (`x-amz-retry-after`, `Retry-After`). It is waited for
    /// as far as it makes the random wait no longer than by this. 0: such wishes are ignored.
    std::chrono::milliseconds retry_after_excess_max = std::chrono::seconds(5);
    /// What the bucket holds: a repetition takes some out, success puts it back; when there is not enough, failures
    /// are final at once. 0 or more.
    int quota = 500;
    /// What a repetition takes out of the bucket. 0 or more; 0: repetitions are free.
    int cost = 14;
    /// What one takes out after a time-out without an answer, which keeps connections occupied for long.
    int cost_of_timeout = 14;
    /// What one takes out when the service asked to slow down.
    int cost_of_throttling = 5;
};

/// What some operations do otherwise than the client's configuration says: see client::with().
struct call_settings {
    call_settings() = default;

    /// Instead of client_config::retry. The bucket stays that of the client, so retry_settings::quota is not used.
    std::optional<retry_settings> retry;
    /// Instead of timeout_settings::operation; zero: no limit.
    std::optional<std::chrono::milliseconds> operation_timeout;
    /// Told of each request that failed, whether or not it is repeated, after those that the client has already. Called
    /// by the coroutine of the operation; must not block or throw.
    std::function<void(error_code)> on_failed_attempt;
};

/// Versions of TLS.
enum class tls_version {
    /// RFC 5246.
    tls_1_2,
    /// RFC 8446.
    tls_1_3,
};

/**
 * TLS. The certificate and its host name are always checked; there is no way to turn that off.
 *
 * Paths are read once, when the client is made. Nothing is taken from variables such as SSL_CERT_FILE or SSLKEYLOGFILE
 * except the place of the system's authorities.
 *
 * Errors of the client: errc::invalid_ca_bundle, errc::invalid_client_certificate, errc::invalid_option; the
 * message names the member or the file.
 */
struct tls_settings {
    tls_settings() = default;

    /// The oldest version that is spoken. TLS 1.3 is always allowed.
    tls_version version_min = tls_version::tls_1_2;
    /// Ciphers of TLS 1.2, as OpenSSL writes them: `ECDHE+AESGCM`. Nothing: OpenSSL's own choice. `@SECLEVEL` is refused:
    /// see `security_level`.
    std::optional<std::string> cipher_list;
    /// Ciphers of TLS 1.3: `TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256`. Nothing: OpenSSL's own choice.
    std::optional<std::string> ciphersuites;
    /// OpenSSL's security level, 2 to 5. 2: no RSA below 2048 bits, no MD5 or SHA-1 in certificates. If the system
    /// asks for more, more it is.
    int security_level = 2;

    /// PEM file of authorities to trust. If any of the three is set, those of all that are set are trusted instead of
    /// the system's.
    std::optional<std::filesystem::path> ca_bundle;
    /// Directory of authorities, one a file, with the names that `openssl rehash` gives. A file is read when it is
    /// first needed.
    std::optional<std::filesystem::path> ca_directory;
    /// Authorities as the text of a PEM file.
    std::optional<std::string> ca_pem;

    /// PEM file of the client's own certificate, followed by those between it and the authority's, for a peer that asks
    /// for one.
    std::optional<std::filesystem::path> client_certificate;
    /// PEM file of its private key. Nothing: it is in the same file.
    std::optional<std::filesystem::path> client_key;
    /// The text of such a file instead of `client_certificate`.
    std::optional<std::string> client_certificate_pem;
    /// The text of such a file instead of `client_key`. Needed with `client_certificate_pem`.
    secret_string client_key_pem;
    /// Of an encrypted key. Without it, such a key is refused: nobody is asked.
    secret_string client_key_password;

    /// For debugging with a packet analyser: the secrets of each connection are appended to this file, which is made
    /// readable for its owner alone. Whoever has it can read the traffic.
    std::optional<std::filesystem::path> key_log_file;
};

} // namespace glacier
