#include <glacier/prometheus_observer.hpp>

#include "observer/event_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace glacier {

namespace {

/// There are 33 operations and a few names of transfers; what comes after so many is counted as `other`.
constexpr std::size_t operations_max = 64;
constexpr std::size_t operation_name_bytes_max = 64;

constexpr std::array request_bounds{0.005, 0.01, 0.025, 0.05, 0.1,  0.25, 0.5,
                                    1.0,   2.5,  5.0,   10.0, 30.0, 60.0, 300.0};
constexpr std::array transfer_bounds{1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3'600.0, 14'400.0, 86'400.0};

/// What came of something, in few words: the value of the label `outcome`.
std::string_view outcome_of(error_code const& error) noexcept
{
    if (!error)
        return "success";
    if (error == condition::throttling)
        return "throttled";
    if (error == condition::timeout)
        return "timeout";
    if (error == condition::verification)
        return "verification";
    if (error == condition::quota)
        return "quota";
    if (error == condition::access)
        return "access";
    if (error == condition::not_found)
        return "not_found";
    if (error == boost::system::errc::operation_canceled)
        return "cancelled";
    if (error.category() == service_error_category())
        return error == condition::retryable ? "unavailable" : "refused";
    if (error == condition::transport)
        return "transport";
    return "failed";
}

std::string number_text(double value)
{
    std::array<char, 32> digits{};
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return std::string(digits.data(), end);
}

/// Appends metrics to a text.
class text_writer {
public:
    void begin(std::string_view name, std::string_view type, std::string_view help)
    {
        for (auto const& [word, what] : {std::pair("HELP ", help), std::pair("TYPE ", type)}) {
            text_ += "# ";
            text_ += word;
            text_ += "glacier_";
            text_ += name;
            text_ += ' ';
            text_ += what;
            text_ += '\n';
        }
    }

    void sample(std::string_view name, std::string_view labels, std::string_view value)
    {
        text_ += "glacier_";
        text_ += name;
        if (!labels.empty()) {
            text_ += '{';
            text_ += labels;
            text_ += '}';
        }
        text_ += ' ';
        text_ += value;
        text_ += '\n';
    }

    std::string take() { return std::move(text_); }

private:
    std::string text_;
};

/// One or two labels in the form of the text: none of the values needs escapes.
std::string label(std::string_view name, std::string_view value)
{
    return std::string(name) + "=\"" + std::string(value) + "\"";
}

std::string label(std::string_view name, std::string_view value, std::string_view name2,
                  std::string_view value2)
{
    return label(name, value) + "," + label(name2, value2);
}

/// A number for each set of labels.
class counter {
public:
    void add(std::string const& labels, std::uint64_t count = 1) { values_[labels] += count; }

    void write(text_writer& out, std::string_view name, std::string_view help) const
    {
        out.begin(name, "counter", help);
        for (auto const& [labels, value] : values_)
            out.sample(name, labels, std::to_string(value));
    }

private:
    std::map<std::string, std::uint64_t> values_;
};

/// How long things took, for each set of labels.
class histogram {
public:
    explicit histogram(std::span<double const> bounds) : bounds_(bounds) {}

    void observe(std::string const& labels, std::chrono::microseconds duration)
    {
        double const seconds = std::chrono::duration<double>(duration).count();
        series& counted = series_[labels];
        counted.buckets.resize(bounds_.size());
        auto const bound = std::lower_bound(bounds_.begin(), bounds_.end(), seconds);
        if (bound != bounds_.end())
            ++counted.buckets[static_cast<std::size_t>(bound - bounds_.begin())];
        ++counted.count;
        counted.sum += seconds;
    }

    void write(text_writer& out, std::string const& name, std::string_view help) const
    {
        out.begin(name, "histogram", help);
        for (auto const& [labels, counted] : series_) {
            std::string const before = labels.empty() ? "" : labels + ",";
            std::uint64_t so_far = 0;
            for (std::size_t i = 0; i < bounds_.size(); ++i) {
                so_far += counted.buckets[i];
                out.sample(name + "_bucket", before + label("le", number_text(bounds_[i])),
                           std::to_string(so_far));
            }
            out.sample(name + "_bucket", before + label("le", "+Inf"), std::to_string(counted.count));
            out.sample(name + "_sum", labels, number_text(counted.sum));
            out.sample(name + "_count", labels, std::to_string(counted.count));
        }
    }

private:
    struct series {
        std::vector<std::uint64_t> buckets;
        std::uint64_t count = 0;
        double sum = 0;
    };

    std::span<double const> bounds_;
    std::map<std::string, series> series_;
};

void write_gauge(text_writer& out, std::string_view name, std::string_view help, double value)
{
    out.begin(name, "gauge", help);
    out.sample(name, {}, number_text(value));
}

/// All that is counted.
struct counters {
    counter attempts;
    histogram attempt_seconds{request_bounds};
    counter retries;
    counter throttled;
    counter operations;
    counter unknown_outcomes;
    histogram operation_seconds{request_bounds};
    counter host_lookups;
    histogram host_lookup_seconds{request_bounds};
    counter connections_opened;
    histogram connection_open_seconds{request_bounds};
    counter tls_handshakes;
    histogram tls_handshake_seconds{request_bounds};
    counter connections_closed;
    counter connections_acquired;
    histogram connection_wait_seconds{request_bounds};
    counter credentials_refreshes;
    counter transfer_parts;
    counter transfer_bytes;
    counter transfer_bytes_resumed;
    counter transfer_part_repetitions;
    counter transfer_pace_changes;
    histogram transfer_part_seconds{transfer_bounds};
    counter transfers;
    histogram transfer_seconds{transfer_bounds};
    counter job_looks;

    std::int64_t connections_open = 0;
    double clock_skew_seconds = 0;
    double rate_limit = 0;
    std::optional<int> retry_quota_left;
    std::optional<timestamp> credentials_expiration;

    std::string text() const
    {
        text_writer out;
        operations.write(out, "operations_total", "Operations that have ended.");
        operation_seconds.write(out, "operation_duration_seconds",
                                "From the call of an operation to its end.");
        unknown_outcomes.write(out, "operations_outcome_unknown_total",
                               "Failed operations that may have taken effect at the service.");
        attempts.write(out, "attempts_total", "Requests that were answered or have failed.");
        attempt_seconds.write(out, "attempt_duration_seconds",
                              "From the lease of a connection to the end of the answer.");
        retries.write(out, "retries_total", "Failed requests that were to be repeated.");
        if (retry_quota_left)
            write_gauge(out, "retry_quota_left", "What is left in the bucket that repetitions are paid from.",
                        *retry_quota_left);
        throttled.write(out, "throttled_total",
                        "Requests to slow down, by the service or by the client itself.");
        write_gauge(out, "rate_limit_requests_per_second", "What the client allows itself; 0: no limit.",
                    rate_limit);
        write_gauge(out, "clock_skew_seconds", "What is added to this machine's time.", clock_skew_seconds);
        host_lookups.write(out, "host_lookups_total", "Look-ups of host names.");
        host_lookup_seconds.write(out, "host_lookup_duration_seconds", "How long a look-up took.");
        connections_opened.write(out, "connections_opened_total", "Connections opened, or tried to.");
        connection_open_seconds.write(out, "connection_open_duration_seconds",
                                      "From the lease to the end of the TLS handshake.");
        connections_closed.write(out, "connections_closed_total",
                                 "Connections of the pool that were closed.");
        write_gauge(out, "connections_open", "Connections that are open.",
                    static_cast<double>(connections_open));
        connections_acquired.write(out, "connections_acquired_total",
                                   "Operations that asked for a connection.");
        connection_wait_seconds.write(out, "connection_wait_seconds",
                                      "How long operations waited for a connection.");
        tls_handshakes.write(out, "tls_handshakes_total", "TLS handshakes that have ended.");
        tls_handshake_seconds.write(out, "tls_handshake_duration_seconds", "How long a TLS handshake took.");
        credentials_refreshes.write(out, "credentials_refreshes_total", "Credentials fetched, or tried to.");
        if (credentials_expiration)
            write_gauge(out, "credentials_expiration_timestamp_seconds", "When the credentials expire.",
                        std::chrono::duration<double>(credentials_expiration->time_since_epoch()).count());
        transfers.write(out, "transfers_total", "Transfers that have ended.");
        transfer_seconds.write(out, "transfer_duration_seconds", "How long a transfer took.");
        transfer_parts.write(out, "transfer_parts_total",
                             "Parts and ranges that were transferred, or failed.");
        transfer_bytes.write(out, "transfer_bytes_total", "Bytes of parts and ranges that were transferred.");
        transfer_bytes_resumed.write(out, "transfer_bytes_resumed_total",
                                     "Bytes that earlier runs of the transfers had transferred.");
        transfer_part_repetitions.write(out, "transfer_part_repetitions_total",
                                        "Parts and ranges that failed and were to be repeated.");
        transfer_pace_changes.write(out, "transfer_pace_changes_total",
                                    "Changes of how many parts transfers have on their way.");
        job_looks.write(out, "job_looks_total", "Looks at jobs that somebody waits for.");
        transfer_part_seconds.write(out, "transfer_part_duration_seconds", "How long a part or range took.");
        return out.take();
    }
};

/// The status comes from outside, labels do not.
std::string_view known_status(std::string_view status) noexcept
{
    for (std::string_view const known : {"InProgress", "Succeeded", "Failed"})
        if (status == known)
            return known;
    return "unknown";
}

bool is_name_character(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

} // namespace

struct prometheus_observer::state {
    /// Counts under the lock. Without memory, an event is lost.
    template <class Count>
    void count(Count add) noexcept
    {
        try {
            std::lock_guard const lock(mutex);
            add(counted);
        } catch (...) {
            // An event cannot fail: whoever is observed goes on.
        }
    }

    /// The label of an operation. Needs the lock.
    std::string operation_label(std::string_view operation)
    {
        auto const found = operations.find(operation);
        if (found != operations.end())
            return found->second;
        bool const is_name = !operation.empty() && operation.size() <= operation_name_bytes_max &&
                             std::all_of(operation.begin(), operation.end(), is_name_character);
        if (!is_name || operations.size() == operations_max)
            return label("operation", "other");
        return operations.emplace(operation, label("operation", operation)).first->second;
    }

    std::mutex mutex;
    counters counted;
    std::map<std::string, std::string, std::less<>> operations;
};

prometheus_observer::prometheus_observer() : state_(std::make_unique<state>()) {}

prometheus_observer::~prometheus_observer() = default;

std::string prometheus_observer::text() const
{
    std::unique_lock lock(state_->mutex);
    counters const copy = state_->counted;
    lock.unlock();
    return copy.text();
}

void prometheus_observer::on_attempt_ended(attempt_ended const& event) noexcept
{
    state_->count([&](counters& counted) {
        std::string const operation = state_->operation_label(event.operation);
        counted.attempts.add(operation + "," + label("outcome", outcome_of(event.error)));
        counted.attempt_seconds.observe(operation, event.duration);
    });
}

void prometheus_observer::on_retry_scheduled(retry_scheduled const& event) noexcept
{
    state_->count([&](counters& counted) {
        counted.retries.add(state_->operation_label(event.operation) + "," +
                            label("outcome", outcome_of(event.error)));
        counted.retry_quota_left = event.quota_left;
    });
}

void prometheus_observer::on_throttled(throttled const& event) noexcept
{
    state_->count([&](counters& counted) {
        counted.throttled.add(label("by", event.by_service ? "service" : "client"));
        counted.rate_limit = event.rate;
    });
}

void prometheus_observer::on_clock_skew_changed(clock_skew_changed const& event) noexcept
{
    state_->count(
        [&](counters& counted) { counted.clock_skew_seconds = static_cast<double>(event.offset.count()); });
}

void prometheus_observer::on_operation_ended(operation_ended const& event) noexcept
{
    state_->count([&](counters& counted) {
        std::string const operation = state_->operation_label(event.operation);
        counted.operations.add(operation + "," + label("outcome", outcome_of(event.error)));
        counted.operation_seconds.observe(operation, event.duration);
        if (event.outcome_unknown)
            counted.unknown_outcomes.add(operation);
    });
}

void prometheus_observer::on_host_resolved(host_resolved const& event) noexcept
{
    state_->count([&](counters& counted) {
        counted.host_lookups.add(label("outcome", outcome_of(event.error)));
        counted.host_lookup_seconds.observe({}, event.duration);
    });
}

void prometheus_observer::on_connection_opened(connection_opened const& event) noexcept
{
    state_->count([&](counters& counted) {
        counted.connections_opened.add(label("outcome", outcome_of(event.error)));
        counted.connection_open_seconds.observe({}, event.duration);
        if (!event.error)
            ++counted.connections_open;
    });
}

void prometheus_observer::on_tls_handshake_ended(tls_handshake_ended const& event) noexcept
{
    state_->count([&](counters& counted) {
        counted.tls_handshakes.add(
            label("outcome", outcome_of(event.error), "resumed", event.resumed ? "yes" : "no"));
        counted.tls_handshake_seconds.observe({}, event.duration);
    });
}

void prometheus_observer::on_connection_closed(connection_closed const& event) noexcept
{
    state_->count([&](counters& counted) {
        counted.connections_closed.add(label("reason", observers::name_of(event.reason)));
        // One that was opened before this observer was asked is not counted as open.
        counted.connections_open = std::max<std::int64_t>(counted.connections_open - 1, 0);
    });
}

void prometheus_observer::on_connection_acquired(connection_acquired const& event) noexcept
{
    state_->count([&](counters& counted) {
        counted.connections_acquired.add(
            label("outcome", outcome_of(event.error), "reused", event.reused ? "yes" : "no"));
        counted.connection_wait_seconds.observe({}, event.waited);
    });
}

void prometheus_observer::on_credentials_refreshed(credentials_refreshed const& event) noexcept
{
    state_->count([&](counters& counted) {
        counted.credentials_refreshes.add(label("outcome", outcome_of(event.error)));
        if (!event.error)
            counted.credentials_expiration = event.expiration;
    });
}

void prometheus_observer::on_transfer_started(transfer_started const& event) noexcept
{
    state_->count([&](counters& counted) {
        counted.transfer_bytes_resumed.add(label("direction", observers::name_of(event.direction)),
                                           event.bytes_resumed);
    });
}

void prometheus_observer::on_transfer_part_repeated(transfer_part_repeated const& event) noexcept
{
    state_->count([&](counters& counted) {
        counted.transfer_part_repetitions.add(label("direction", observers::name_of(event.direction)) + "," +
                                              label("outcome", outcome_of(event.error)));
    });
}

void prometheus_observer::on_transfer_pace_changed(transfer_pace_changed const& event) noexcept
{
    state_->count([&](counters& counted) {
        counted.transfer_pace_changes.add(
            label("direction", observers::name_of(event.direction), "to", event.error ? "fewer" : "more"));
    });
}

void prometheus_observer::on_job_looked_at(job_looked_at const& event) noexcept
{
    state_->count(
        [&](counters& counted) { counted.job_looks.add(label("status", known_status(event.status))); });
}

void prometheus_observer::on_transfer_part_ended(transfer_part_ended const& event) noexcept
{
    state_->count([&](counters& counted) {
        std::string const direction = label("direction", observers::name_of(event.direction));
        counted.transfer_parts.add(direction + "," + label("outcome", outcome_of(event.error)));
        counted.transfer_part_seconds.observe(direction, event.duration);
        if (!event.error)
            counted.transfer_bytes.add(direction, event.size);
    });
}

void prometheus_observer::on_transfer_ended(transfer_ended const& event) noexcept
{
    state_->count([&](counters& counted) {
        std::string const direction = label("direction", observers::name_of(event.direction));
        counted.transfers.add(direction + "," + label("outcome", outcome_of(event.error)));
        counted.transfer_seconds.observe(direction, event.duration);
    });
}

} // namespace glacier
