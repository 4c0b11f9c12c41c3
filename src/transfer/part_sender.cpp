#include "transfer/part_sender.hpp"

#include <algorithm>
#include <utility>

namespace glacier::transfer {

namespace {

/// What the exchanger reads of a body at a time.
constexpr std::uint64_t send_block_bytes = std::uint64_t(256) * 1'024;

} // namespace

asio::awaitable<sending_room> reserve_for_sending(client service, body content)
{
    std::shared_ptr<transfer_limits::state> const limits = service.limits().shared();
    sending_room room;
    if (!content.source()->in_memory()) {
        auto const bytes = static_cast<std::size_t>(std::min(send_block_bytes, content.size()));
        room.memory = co_await limits->memory->reserve(bytes);
    }
    room.connection = co_await limits->connections->reserve(1);
    co_return room;
}

part_sender::part_sender(client service, vault_name vault, std::size_t concurrency, transfer_report& events)
    : service_(std::move(service)), vault_(std::move(vault)), concurrency_(concurrency), events_(events),
      limits_(service_.limits().shared())
{}

std::size_t part_sender::in_flight_max() const noexcept
{
    return limits_->pace.in_flight_max(concurrency_);
}

asio::awaitable<void> part_sender::send(body part, byte_range range, body_hashes hashes, bool again)
{
    sending_room const room = co_await reserve_for_sending(service_, part);
    std::uint64_t const generation = limits_->pace.generation();
    bool clean = !again;
    call_settings settings;
    settings.on_failed_attempt = [this, generation, &clean](error_code code) {
        clean = false;
        on_failed_attempt(code, generation);
    };
    client const watched = service_.with(std::move(settings));
    upload_multipart_part_request request(vault_, *upload_, range, std::move(part));
    request.content_sha256 = hashes.content_sha256;
    request.tree_hash = hashes.tree_hash;
    try {
        co_await watched.upload_multipart_part(std::move(request));
    } catch (boost::system::system_error const& caught) {
        // A deadline of the whole operation is no failure of an attempt.
        on_failed_attempt(caught.code(), generation);
        throw;
    }
    if (clean && limits_->pace.on_clean_part())
        events_.on_pace_changed(in_flight_max(), error_code());
}

void part_sender::on_failed_attempt(error_code code, std::uint64_t generation)
{
    if (plan::asks_for_less(code) && limits_->pace.on_trouble(generation))
        events_.on_pace_changed(in_flight_max(), code);
}

} // namespace glacier::transfer
