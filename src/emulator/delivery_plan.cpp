#include "emulator/delivery_plan.hpp"

#include <algorithm>
#include <utility>

namespace glacier::emulation {

namespace {

using namespace std::chrono_literals;

// Some four minutes in all.
constexpr std::uint64_t attempts_max = 10;
constexpr std::chrono::milliseconds first_delay = 250ms;
constexpr std::chrono::milliseconds delay_max = 60s;

// A webhook that hangs holds up only what goes to itself.
constexpr std::size_t sending_max = 4;

std::chrono::milliseconds delay_after(std::uint64_t attempts) noexcept
{
    return std::min(delay_max,
                    first_delay * (std::int64_t{1} << (std::min<std::uint64_t>(attempts, 20) - 1)));
}

} // namespace

void delivery_plan::add(std::int64_t number, std::string webhook, std::uint64_t attempts, time_point now)
{
    entry added;
    added.webhook = std::move(webhook);
    added.attempts = attempts;
    added.due = now;
    entries_.emplace(number, std::move(added));
}

std::optional<std::int64_t> delivery_plan::next(time_point now)
{
    for (auto& [number, each] : entries_) {
        if (each.sending || each.due > now)
            continue;
        std::size_t& busy = sending_[each.webhook];
        if (busy == sending_max)
            continue;
        ++busy;
        each.sending = true;
        return number;
    }
    return std::nullopt;
}

void delivery_plan::release(entry const& sent)
{
    auto const busy = sending_.find(sent.webhook);
    if (sent.sending && --busy->second == 0)
        sending_.erase(busy);
}

void delivery_plan::on_done(std::int64_t number)
{
    auto const found = entries_.find(number);
    if (found == entries_.end())
        return;
    release(found->second);
    entries_.erase(found);
}

bool delivery_plan::on_failed(std::int64_t number, time_point now)
{
    auto const found = entries_.find(number);
    if (found == entries_.end())
        return false;
    entry& failed = found->second;
    release(failed);
    if (++failed.attempts >= attempts_max) {
        entries_.erase(found);
        return false;
    }
    failed.sending = false;
    failed.due = now + delay_after(failed.attempts);
    return true;
}

} // namespace glacier::emulation
