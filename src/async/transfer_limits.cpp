#include "async/transfer_limits.hpp"

#include <utility>

namespace glacier {

transfer_limits::state::state(transfer_settings const& settings, std::size_t connections_max,
                              std::shared_ptr<async::time_source> its_time)
    : time(std::move(its_time)), memory(std::make_shared<async::budget>(settings.memory_max)),
      connections(std::make_shared<async::budget>(connections_max)),
      upload_rate(std::make_shared<async::rate_limiter>(settings.upload_rate_max, time)),
      download_rate(std::make_shared<async::rate_limiter>(settings.download_rate_max, time)),
      hashing(settings.hashing)
{}

transfer_limits::transfer_limits(std::shared_ptr<state> shared) noexcept : state_(std::move(shared)) {}

std::size_t transfer_limits::memory_max() const noexcept
{
    return state_->memory->amount_max();
}

std::size_t transfer_limits::memory_reserved() const noexcept
{
    return state_->memory->reserved();
}

std::size_t transfer_limits::memory_reserved_most() const noexcept
{
    return state_->memory->reserved_most();
}

std::size_t transfer_limits::memory_waiting() const noexcept
{
    return state_->memory->waiting();
}

void transfer_limits::set_upload_rate_max(std::uint64_t bytes_per_second)
{
    state_->upload_rate->set_rate(bytes_per_second);
}

std::uint64_t transfer_limits::upload_rate_max() const noexcept
{
    return state_->upload_rate->rate();
}

void transfer_limits::set_download_rate_max(std::uint64_t bytes_per_second)
{
    state_->download_rate->set_rate(bytes_per_second);
}

std::uint64_t transfer_limits::download_rate_max() const noexcept
{
    return state_->download_rate->rate();
}

} // namespace glacier
