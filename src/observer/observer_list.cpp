#include <glacier/observer_list.hpp>

#include "observer/each_event.hpp"

#include <utility>

namespace glacier {

namespace {

void tell(observer& told, attempt_started const& event) noexcept
{
    told.on_attempt_started(event);
}

void tell(observer& told, attempt_ended const& event) noexcept
{
    told.on_attempt_ended(event);
}

void tell(observer& told, retry_scheduled const& event) noexcept
{
    told.on_retry_scheduled(event);
}

void tell(observer& told, throttled const& event) noexcept
{
    told.on_throttled(event);
}

void tell(observer& told, clock_skew_changed const& event) noexcept
{
    told.on_clock_skew_changed(event);
}

void tell(observer& told, operation_ended const& event) noexcept
{
    told.on_operation_ended(event);
}

void tell(observer& told, host_resolved const& event) noexcept
{
    told.on_host_resolved(event);
}

void tell(observer& told, connection_opened const& event) noexcept
{
    told.on_connection_opened(event);
}

void tell(observer& told, tls_handshake_ended const& event) noexcept
{
    told.on_tls_handshake_ended(event);
}

void tell(observer& told, connection_closed const& event) noexcept
{
    told.on_connection_closed(event);
}

void tell(observer& told, connection_acquired const& event) noexcept
{
    told.on_connection_acquired(event);
}

void tell(observer& told, credentials_refreshed const& event) noexcept
{
    told.on_credentials_refreshed(event);
}

void tell(observer& told, transfer_started const& event) noexcept
{
    told.on_transfer_started(event);
}

void tell(observer& told, transfer_part_repeated const& event) noexcept
{
    told.on_transfer_part_repeated(event);
}

void tell(observer& told, transfer_pace_changed const& event) noexcept
{
    told.on_transfer_pace_changed(event);
}

void tell(observer& told, job_looked_at const& event) noexcept
{
    told.on_job_looked_at(event);
}

void tell(observer& told, transfer_part_ended const& event) noexcept
{
    told.on_transfer_part_ended(event);
}

void tell(observer& told, transfer_ended const& event) noexcept
{
    told.on_transfer_ended(event);
}

class list final : public observers::each_event<list> {
public:
    explicit list(std::vector<std::shared_ptr<observer>> observers) : observers_(std::move(observers))
    {
        std::erase(observers_, nullptr);
    }

    template <class Event>
    void on(Event const& event) noexcept
    {
        for (auto const& each : observers_)
            tell(*each, event);
    }

private:
    std::vector<std::shared_ptr<observer>> observers_;
};

} // namespace

std::shared_ptr<observer> observer_list(std::vector<std::shared_ptr<observer>> observers)
{
    return std::make_shared<list>(std::move(observers));
}

} // namespace glacier
