#pragma once

#include <glacier/secret_string.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace glacier {

/// How long each phase of a request may take. Zero: no limit.
struct timeout_settings {
    timeout_settings() = default;

    /// For the host name to be looked up.
    std::chrono::milliseconds resolve = std::chrono::seconds(10);
    /// For a connection: to all addresses of the host together.
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
