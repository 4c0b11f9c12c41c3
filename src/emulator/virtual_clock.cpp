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
    : wall_(wall), data_(data), scale_(scale), wall_start_(wall.now())
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
    std::lock_guard const lock(mutex_);
    return now_locked();
}

timestamp virtual_clock::now_locked() const
{
    latest_ = std::max(latest_, at(wall_.now()));
    return latest_;
}

void virtual_clock::advance(std::chrono::milliseconds by)
{
    std::lock_guard const changing(change_mutex_);
    go_on_from(now() + by, scale());
}

bool virtual_clock::set(timestamp time)
{
    std::lock_guard const changing(change_mutex_);
    if (time < now())
        return false;
    go_on_from(time, scale());
    return true;
}

double virtual_clock::scale() const
{
    std::lock_guard const lock(mutex_);
    return scale_;
}

void virtual_clock::set_scale(double scale)
{
    std::lock_guard const changing(change_mutex_);
    go_on_from(now(), scale);
}

void virtual_clock::go_on_from(timestamp start, double scale)
{
    timestamp const wall_time = wall_.now();
    auto const ahead = std::chrono::duration<double, std::milli>(reservation) * scale;
    timestamp const reserved = start + std::chrono::floor<std::chrono::milliseconds>(ahead);
    auto change = data_.begin();
    change.set_setting(ahead_setting, std::int64_t{(start - wall_time).count()});
    if (scale != 1)
        change.set_setting(reserved_setting, std::int64_t{reserved.time_since_epoch().count()});
    change.commit();

    std::lock_guard const lock(mutex_);
    scale_ = scale;
    wall_start_ = wall_time;
    virtual_start_ = start;
    reserved_ = reserved;
}

timestamp virtual_clock::next_moment()
{
    std::lock_guard const lock(mutex_);
    latest_ = now_locked() + std::chrono::milliseconds(1);
    return latest_;
}

bool virtual_clock::is_due(timestamp wall_time) const
{
    return scale_ != 1 && at(wall_time + reservation / 2) >= reserved_;
}

void virtual_clock::renew()
{
    {
        std::lock_guard const lock(mutex_);
        if (!is_due(wall_.now()))
            return;
    }
    std::lock_guard const changing(change_mutex_);
    timestamp reserved;
    {
        std::lock_guard const lock(mutex_);
        timestamp const wall_time = wall_.now();
        if (!is_due(wall_time))
            return;
        reserved = at(wall_time + reservation);
        reserved_ = reserved;
    }
    auto change = data_.begin();
    change.set_setting(reserved_setting, std::int64_t{reserved.time_since_epoch().count()});
    change.commit();
}

void virtual_clock::save()
{
    std::lock_guard const changing(change_mutex_);
    if (scale() == 1)
        return;
    timestamp const here = now();
    auto change = data_.begin();
    change.set_setting(reserved_setting, std::int64_t{here.time_since_epoch().count()});
    change.commit();
}

} // namespace glacier::emulation
