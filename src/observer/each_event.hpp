#pragma once

#include <glacier/observer.hpp>

namespace glacier::observers {

/// An observer that does the same with every event: calls `on(event)` of the class that derives from it.
template <class Derived>
class each_event : public observer {
public:
    void on_attempt_started(attempt_started const& event) noexcept final { derived().on(event); }
    void on_attempt_ended(attempt_ended const& event) noexcept final { derived().on(event); }
    void on_retry_scheduled(retry_scheduled const& event) noexcept final { derived().on(event); }
    void on_throttled(throttled const& event) noexcept final { derived().on(event); }
    void on_clock_skew_changed(clock_skew_changed const& event) noexcept final { derived().on(event); }
    void on_operation_ended(operation_ended const& event) noexcept final { derived().on(event); }
    void on_host_resolved(host_resolved const& event) noexcept final { derived().on(event); }
    void on_connection_opened(connection_opened const& event) noexcept final { derived().on(event); }
    void on_tls_handshake_ended(tls_handshake_ended const& event) noexcept final { derived().on(event); }
    void on_connection_closed(connection_closed const& event) noexcept final { derived().on(event); }
    void on_connection_acquired(connection_acquired const& event) noexcept final { derived().on(event); }
    void on_credentials_refreshed(credentials_refreshed const& event) noexcept final { derived().on(event); }
    void on_transfer_started(transfer_started const& event) noexcept final { derived().on(event); }
    void on_transfer_part_repeated(transfer_part_repeated const& event) noexcept final
    {
        derived().on(event);
    }
    void on_transfer_pace_changed(transfer_pace_changed const& event) noexcept final { derived().on(event); }
    void on_job_looked_at(job_looked_at const& event) noexcept final { derived().on(event); }
    void on_transfer_part_ended(transfer_part_ended const& event) noexcept final { derived().on(event); }
    void on_transfer_ended(transfer_ended const& event) noexcept final { derived().on(event); }

private:
    Derived& derived() noexcept { return static_cast<Derived&>(*this); }
};

} // namespace glacier::observers
