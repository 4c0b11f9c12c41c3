#include "emulator/virtual_clock.hpp"

#include "emulator/store.hpp"

#include <algorithm>
#include <chrono>

namespace glacier::emulation {

namespace {

// How far ahead of the wall clock an earlier run was when it ran at factor one, and how far a run at another
// factor may have come.
constexpr std::string_view ahead_setting = "clock_ahead_ms";
constexpr std::string_view reserved_setting = "clock_reserved_ms";

// Of wall time: how often the data directory is written to, and how far a kill makes the clock jump.
constexpr std::chrono::milliseconds reservation(2'000);

} // namespace

virtual_clock::virtual_clock(base::clock const& wall, double scale, store& data)
    : wall_(wall), scale_(scale), data_(data), wall_start_(wall.now())
{
    auto change = data_.begin();
    auto const ahead = std::chrono::milliseconds(change.setting(ahead_setting).value_or(0));
    timestamp const reached(std::chrono::milliseconds(change.setting(reserved_setting).value_or(0)));
    virtual_start_ = std::max(wall_start_ + ahead, reached);
    latest_ = virtual_start_;
    reserved_ = virtual_start_;
    change.set_setting(ahead_setting, std::int64_t{(virtual_start_ - wall_start_).count()});
    change.commit();
}

timestamp virtual_clock::at(timestamp wall_time) const
{
    auto const passed = std::chrono::duration<double, std::milli>(wall_time - wall_start_);
    return virtual_start_ + std::chrono::floor<std::chrono::milliseconds>(passed * scale_);
}

timestamp virtual_clock::now() const
{
    timestamp const here = at(wall_.now());
    std::lock_guard const lock(mutex_);
    latest_ = std::max(latest_, here);
    return latest_;
}

void virtual_clock::renew()
{
    if (scale_ == 1)
        return;
    timestamp const wall_time = wall_.now();
    timestamp const reserved = at(wall_time + reservation);
    {
        std::lock_guard const lock(mutex_);
        if (at(wall_time + reservation / 2) < reserved_)
            return;
        reserved_ = reserved;
    }
    auto change = data_.begin();
    change.set_setting(reserved_setting, std::int64_t{reserved.time_since_epoch().count()});
    change.commit();
}

void virtual_clock::save()
{
    if (scale_ == 1)
        return;
    timestamp const here = now();
    auto change = data_.begin();
    change.set_setting(reserved_setting, std::int64_t{here.time_since_epoch().count()});
    change.commit();
}

} // namespace glacier::emulation
