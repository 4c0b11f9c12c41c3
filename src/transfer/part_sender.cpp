#include "transfer/part_sender.hpp"

#include <algorithm>
#include <utility>

namespace glacier::transfer {

namespace {

/// What the exchanger reads of a body at a time.
constexpr std::uint64_t send_block_bytes = std::uint64_t(256) * 1'024;

} // namespace

asio::awaitable<async::memory_budget::reservation> reserve_for_sending(client service, body content)
{
    async::memory_budget::reservation room;
    if (!content.source()->in_memory()) {
        std::shared_ptr<async::memory_budget> const memory = service.limits().shared()->memory;
        room = co_await memory->reserve(static_cast<std::size_t>(std::min(send_block_bytes, content.size())));
    }
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
    async::memory_budget::reservation const room = co_await reserve_for_sending(service_, part);
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
    co_await watched.upload_multipart_part(std::move(request));
    if (clean && limits_->pace.on_clean_part())
        events_.on_pace_changed(in_flight_max(), error_code());
}

void part_sender::on_failed_attempt(error_code code, std::uint64_t generation)
{
    if (plan::asks_for_less(code) && limits_->pace.on_trouble(generation))
        events_.on_pace_changed(in_flight_max(), code);
}

} // namespace glacier::transfer
