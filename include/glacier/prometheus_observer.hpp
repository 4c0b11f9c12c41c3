#pragma once

#include <glacier/observer.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace glacier {

/**
 * An observer that counts, for Prometheus and what reads its text format. Several clients may share one.
 *
 * The labels are `operation`, `outcome`, `direction` and the like, from sets that are known beforehand: no vault, no
 * archive, no text of the network becomes a label. So the memory is bounded too. docs/guide/observability.md has all
 * metrics.
 *
 * Thread safety: full. An event, and text(), hold a lock for as long as it takes to count, or to copy the counters.
 */
class prometheus_observer final : public observer {
public:
    /// All counters at zero.
    prometheus_observer();
    ~prometheus_observer() override;

    /// For the header Content-Type.
    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

    /// All metrics in the text exposition format: what a scrape is to be answered.
    std::string text() const;

    /// Counted by operation and outcome.
    void on_attempt_ended(attempt_ended const& event) noexcept override;
    /// Counted by operation.
    void on_retry_scheduled(retry_scheduled const& event) noexcept override;
    /// Counted by who asked for it.
    void on_throttled(throttled const& event) noexcept override;
    /// The offset.
    void on_clock_skew_changed(clock_skew_changed const& event) noexcept override;
    /// Counted by operation and outcome.
    void on_operation_ended(operation_ended const& event) noexcept override;
    /// Counted by outcome.
    void on_host_resolved(host_resolved const& event) noexcept override;
    /// Counted by outcome.
    void on_connection_opened(connection_opened const& event) noexcept override;
    /// Counted by outcome and whether a session was taken up.
    void on_tls_handshake_ended(tls_handshake_ended const& event) noexcept override;
    /// Counted by reason.
    void on_connection_closed(connection_closed const& event) noexcept override;
    /// Counted by outcome.
    void on_connection_acquired(connection_acquired const& event) noexcept override;
    /// Counted by outcome.
    void on_credentials_refreshed(credentials_refreshed const& event) noexcept override;
    /// The bytes that an earlier run had transferred, counted by direction.
    void on_transfer_started(transfer_started const& event) noexcept override;
    /// Counted by direction and outcome.
    void on_transfer_part_repeated(transfer_part_repeated const& event) noexcept override;
    /// Counted by direction, and whether there are fewer or more.
    void on_transfer_pace_changed(transfer_pace_changed const& event) noexcept override;
    /// Counted by status.
    void on_job_looked_at(job_looked_at const& event) noexcept override;
    /// Counted by direction and outcome.
    void on_transfer_part_ended(transfer_part_ended const& event) noexcept override;
    /// Counted by direction and outcome.
    void on_transfer_ended(transfer_ended const& event) noexcept override;

private:
    struct state;

    std::unique_ptr<state> state_;
};

} // namespace glacier
