#pragma once

#include <glacier/credentials.hpp>
#include <glacier/emulator_fault.hpp>
#include <glacier/inferred_behaviour.hpp>
#include <glacier/secret_string.hpp>
#include <glacier/timestamp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace glacier {

/// A request that the emulator has answered, for a log. Holds no secret.
struct emulator_request {
    /// When it arrived, by the machine's clock.
    timestamp time;
    /// Such as `GET`, with everything but printable ASCII shown as `\xNN`.
    std::string method;
    /// Path and query, with everything but printable ASCII shown as `\xNN`.
    std::string target;
    /// Such as `DescribeVault`; empty if it is no operation of the service.
    std::string operation;
    /// HTTP status of the answer.
    int status = 0;
    /// Bytes of the request's body that were read.
    std::uint64_t bytes_received = 0;
    /// Bytes of the answer's body that were sent; fewer than announced if the client went away or a file is
    /// damaged.
    std::uint64_t bytes_sent = 0;
    /// From the request's head to the end of the answer.
    std::chrono::microseconds duration{0};
    /// As in the answer's `x-amzn-RequestId`, which clients show in their errors.
    std::string request_id;
    /// What failed in the emulator itself, such as a full disk or a damaged file; empty if nothing did.
    std::string failure;
    /// What went wrong on purpose, such as `reset-after`: see emulator_fault_effect. Empty if nothing did.
    std::string fault;
};

/// A connection that had to be ended, or a request that was no proper HTTP, for a log. Holds no secret.
struct emulator_connection_error {
    /// When, by the machine's clock.
    timestamp time;
    /// Address and port of the client, such as `127.0.0.1:50123`.
    std::string client;
    /// What was wrong, with everything but printable ASCII shown as `\xNN`.
    std::string reason;
    /// Errors before this one that were not told, because at most ten a second are.
    std::uint64_t left_out = 0;
};

/// An attempt to deliver a notification to a webhook, for a log. Holds no secret.
struct emulator_notification {
    /// When it ended, by the machine's clock.
    timestamp time;
    /// ARN of the topic. Empty if the emulator itself failed, see `failure`.
    std::string topic;
    /// As in the notification, and the same each time it is sent again.
    std::string message_id;
    /// 1 for the first attempt; 0 if there was none, because the topic has no webhook any more.
    std::uint64_t attempt = 0;
    /// HTTP status of the webhook's answer: it is delivered with 200 to 299. 0 if there was no answer.
    int status = 0;
    /// Why there was no answer; empty if there was one.
    std::string failure;
    /// It was not delivered, and is not sent again.
    bool given_up = false;
};

/// How an emulator works. Only the directory has to be given. Options that contradict each other or are
/// outside their range make the emulator's constructor throw a std::invalid_argument.
struct emulator_options {
    /// The data directory.
    explicit emulator_options(std::filesystem::path directory) : data_directory(std::move(directory)) {}

    /// Where everything is kept. Made if it does not exist; one emulator at a time can use it.
    std::filesystem::path data_directory;
    /// IP address to listen on.
    std::string listen = "127.0.0.1";
    /// 0: a free port, see emulator::port().
    std::uint16_t port = 0;
    /// Speak HTTPS, with a certificate that the emulator makes in the data directory, and a CA for it.
    bool tls = false;
    /// Speak HTTPS with this certificate (and its chain), in PEM, instead of `tls`. Needs `tls_key`.
    std::optional<std::filesystem::path> tls_certificate;
    /// Key of `tls_certificate`, in PEM.
    std::optional<std::filesystem::path> tls_key;
    /// The keys with which requests must be signed. Neither may be empty.
    credentials identity{"AKIAIOSFODNN7EXAMPLE", secret_string("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")};
    /// The account that owns everything, 12 digits. Requests for another one are refused.
    std::string account = "123456789012";
    /// Region that requests must be signed for: small letters, digits and hyphens.
    std::string region = "us-east-1";
    /// How much faster than real time jobs and inventories live: above 0, up to 1,000,000,000.
    double clock_scale = 1;
    /// Replaces the delay of every tier and of inventory jobs, in the emulator's time; not negative. Nothing:
    /// as the service has it, Expedited 3 minutes, Standard and inventories 4 hours, Bulk 8 hours.
    std::optional<std::chrono::milliseconds> job_delay;
    /// How often inventories are taken, in the emulator's time; not negative. Zero: they are current always.
    std::chrono::milliseconds inventory_period = std::chrono::hours(24);
    /// How long a multipart upload is kept after its last part, in the emulator's time; above zero.
    std::chrono::milliseconds upload_life = std::chrono::hours(24);
    /// How long a job and its output are kept after its completion, in the emulator's time; above zero.
    std::chrono::milliseconds job_output_life = std::chrono::hours(24);
    /// How many tags a vault may have. The service's documentation says 50, and an older part of it 10.
    std::size_t tags_per_vault_max = 50;
    /// Threads that serve; 0: one for each processor, but at least 4.
    unsigned threads = 0;
    /// Called after each request, from any thread and from several at once. Must not throw.
    std::function<void(emulator_request const&)> on_request;
    /// Whether what a vault's access policy denies explicitly is refused, as with a lock policy. The policies that
    /// allow something change nothing: the account owns its vaults.
    bool enforce_access_policies = false;
    /// How many bytes of Standard archive retrievals the data retrieval policy `FreeTier` allows within 24 hours
    /// of the emulator's time. A guess: a thirtieth of the 10 GiB a month that were once free.
    std::uint64_t free_tier_bytes_per_day = 357'913'941;
    /// What the service's documentation leaves open.
    inferred_behaviour inferred;
    /// Bytes that the first line of a request and its headers may have together: 1,024 to 1,048,576. A longer
    /// head is refused with status 431, and the connection closed.
    std::size_t head_bytes_max = 16'384;
    /// Headers that a request may have: 16 to 10,000. With more of them it is refused with status 431, and the
    /// connection closed.
    std::size_t headers_max = 100;
    /// Bytes that the body of a request may have that is no upload: 1,024 to 1,073,741,824. A greater one is
    /// refused with status 400 (InvalidParameterValueException). Bounds the memory of a connection.
    std::uint64_t body_bytes_max = 1'048'576;
    /// Connections at a time: 1 to 1,000,000. If there are more, or the system has no file descriptors left, the
    /// one is closed that has waited for the longest time without a complete request; if all are busy, the new
    /// one.
    std::size_t connections_max = 1'000;
    /// Time for the head of a request to arrive, from its first byte on, and for a TLS handshake; above zero.
    /// A late request is answered with status 408 (RequestTimeoutException), and the connection closed.
    std::chrono::milliseconds head_time_max = std::chrono::seconds(10);
    /// How long a connection may be without a request before it is closed; above zero.
    std::chrono::milliseconds idle_time_max = std::chrono::seconds(60);
    /// Time for the next 4,096 bytes of a request's body to arrive, or for its rest; above zero. A late request
    /// is answered with status 408 (RequestTimeoutException), and the connection closed.
    std::chrono::milliseconds body_stall_max = std::chrono::seconds(30);
    /// Called for failed TLS handshakes, requests that are no proper HTTP (`on_request` is not called for
    /// them), requests that break off, and connections that had to be closed; from any thread and from several
    /// at once, at most ten times a second. Must not throw.
    std::function<void(emulator_connection_error const&)> on_connection_error;
    /// Serve the control endpoint, over plain HTTP, on this port; 0: a free one, see emulator::control_url(). Whoever
    /// reaches it can move the clock, expire jobs and make requests fail. Nothing: there is no such endpoint.
    std::optional<std::uint16_t> control_port;
    /// IP address of the control endpoint, which asks nobody who they are.
    std::string control_listen = "127.0.0.1";
    /// What goes wrong on purpose; up to 1,000 faults, each within its rules.
    std::vector<emulator_fault> faults;
    /// Decides which requests faults with a probability strike: equal seeds, equal faults.
    std::uint64_t seed = 0;
    /// Further keys with which requests may be signed, up to 100, all of the same account. Those with a
    /// session token must be sent with it, and those with an expiration, which only temporary ones have, are
    /// refused from that moment of the machine's clock on. No access key may occur twice.
    std::vector<credentials> identities;
    /// Whether requests must be signed. False accepts them unsigned and wrongly signed; the hashes of bodies
    /// are compared all the same.
    bool authentication = true;
    /// Where the notifications of ended jobs go: the ARN of a topic, or `*` for all topics that are not named,
    /// and a URL `http://HOST[:PORT][/PATH]`. Notifications are sent as SNS sends them to HTTP endpoints, at
    /// least once, and up to ten times until the answer has a status from 200 to 299. Up to 1,000 entries.
    std::map<std::string, std::string> webhooks;
    /// Called after each attempt to deliver a notification, from one thread at a time. Must not throw.
    std::function<void(emulator_notification const&)> on_notification;
};

/**
 * The Glacier service on this machine, with everything kept in a directory.
 *
 * Serves from the moment it is made until stop(), on threads of its own. What it has acknowledged is on the
 * disk, and is there again for the next emulator with the same directory. Files that were damaged there are
 * never sent: the output of a job ends before the damage, or is an error from the beginning.
 *
 * It has all operations of the service. Vault lock policies and the data retrieval policy are enforced, access
 * policies if emulator_options::enforce_access_policies is set. What it does not do: notifications go to no topics,
 * but to emulator_options::webhooks; select jobs are accepted and described, and then fail with a status message that says why,
 * because there is neither SQL nor S3 to carry them out with.
 *
 * Errors: the constructor throws a std::runtime_error whose what() is one sentence: the directory cannot be
 *   used or is in use, the port is taken, the certificate does not fit. Options that contradict each other
 *   are a std::invalid_argument.
 *
 * Thread safety: safe.
 */
class emulator {
public:
    /// Starts to serve. Errors: see above.
    explicit emulator(emulator_options options);
    emulator(emulator const&) = delete;
    emulator& operator=(emulator const&) = delete;

    /// As stop().
    ~emulator();

    /// The TCP port on which it listens.
    std::uint16_t port() const noexcept;

    /// `http://127.0.0.1:41234`, or `https://...` with TLS.
    std::string endpoint_url() const;

    /// The CA that clients must trust, in PEM; empty unless emulator_options::tls is set.
    std::filesystem::path ca_certificate() const;

    /// `http://127.0.0.1:41235`; empty without emulator_options::control_port.
    std::string control_url() const;

    /// The time that jobs, uploads and inventories live by.
    timestamp now() const;

    /// Moves the emulator's time on, at most 100 years at once: what falls due on the way is due. It stays ahead
    /// over restarts. Errors: std::invalid_argument for a negative duration, or beyond the year 9999.
    void advance_clock(std::chrono::milliseconds by);

    /// Lets the emulator's time run `scale` times as fast as real time from now on: as
    /// emulator_options::clock_scale, which it replaces until the emulator is stopped. Errors:
    /// std::invalid_argument outside of the range.
    void set_clock_scale(double scale);

    /// Takes an inventory of the vault now, whenever the next one is due. With an inventory_period of zero it
    /// is current anyway. Errors: std::invalid_argument if there is no such vault.
    void take_inventory(std::string const& vault);

    /// Completes a job that is in progress now: it succeeds, unless it was to fail. A job that is complete stays
    /// as it is. Errors: std::invalid_argument if there is no such vault or job.
    void complete_job(std::string const& vault, std::string const& job);

    /// Makes a job fail now, also one that has succeeded, with this status message of up to 1,000 bytes. Errors:
    /// std::invalid_argument if there is no such vault or job, or for the message.
    void fail_job(std::string const& vault, std::string const& job, std::string const& message);

    /// Lets a job and its output end now, as at the end of emulator_options::job_output_life. Errors:
    /// std::invalid_argument if there is no such vault or job.
    void expire_job(std::string const& vault, std::string const& job);

    /// Lets a multipart upload end now, as at the end of emulator_options::upload_life. Errors:
    /// std::invalid_argument if there is no such vault or upload.
    void expire_upload(std::string const& vault, std::string const& upload);

    /// Replaces what goes wrong on purpose; counting begins anew. Errors: std::invalid_argument for a fault that
    /// breaks the rules of emulator_fault, or more than 1,000.
    void set_faults(std::vector<emulator_fault> faults);

    /// What goes wrong on purpose, and how often each fault has struck.
    std::vector<emulator_fault_count> faults() const;

    /// Answers what has arrived within a second, then closes all connections and the data directory.
    void stop();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace glacier
