#pragma once

#include <glacier/credentials.hpp>
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
    /// Bytes of the answer's body that were sent; fewer than announced if the client went away.
    std::uint64_t bytes_sent = 0;
    /// From the request's head to the end of the answer.
    std::chrono::microseconds duration{0};
    /// As in the answer's `x-amzn-RequestId`, which clients show in their errors.
    std::string request_id;
    /// What failed in the emulator itself, such as a full disk; empty if nothing did.
    std::string failure;
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
 * disk, and is there again for the next emulator with the same directory.
 *
 * It has all operations of the service. What it does not do: access policies, lock policies and the data
 * retrieval policy are kept and shown, but nothing is refused because of them; notifications go to no topics,
 * but to emulator_options::webhooks; select jobs are accepted and described, and then fail with a status
 * message that says why, because there is neither SQL nor S3 to carry them out with.
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

    /// Answers what has arrived within a second, then closes all connections and the data directory.
    void stop();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace glacier
