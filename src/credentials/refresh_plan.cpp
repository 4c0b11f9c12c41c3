#include "credentials/refresh_plan.hpp"

#include <algorithm>
#include <string>

namespace glacier::credentials_sources {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds setting_max = std::chrono::hours(24);

void check(char const* name, milliseconds value, milliseconds least)
{
    if (value < least || value > setting_max)
        throw invalid_value(errc::invalid_option,
                            std::string("refresh.") + name + " = " + std::to_string(value.count()) + " ms; " +
                                std::to_string(least.count()) + " ms to 24 hours are allowed");
}

} // namespace

refresh_plan::refresh_plan(refresh_settings const& settings) : settings_(settings)
{
    check("advisory_window", settings.advisory_window, milliseconds(0));
    check("mandatory_window", settings.mandatory_window, milliseconds(0));
    check("delay_base", settings.delay_base, milliseconds(1));
    check("delay_max", settings.delay_max, milliseconds(1));
    check("timeout", settings.timeout, std::chrono::seconds(1));
}

bool refresh_plan::usable(timestamp today) const noexcept
{
    return present_ && !refused_ && !within(milliseconds(0), today);
}

bool refresh_plan::within(milliseconds window, timestamp today) const noexcept
{
    // Not `today + window`, which may be no time any more.
    return expiration_ && *expiration_ - today <= window;
}

refresh_plan::step refresh_plan::next(timestamp today, time_point now)
{
    bool const usable_now = usable(today);
    if (usable_now && !within(std::max(advisory_window_, mandatory_window_), today))
        return step::use;
    bool const must_wait = !usable_now || within(mandatory_window_, today);
    if (fetching_)
        return must_wait ? step::wait : step::use;
    if (not_before_ && now < *not_before_) {
        if (usable_now)
            return step::use;
        if (failures_ > 0)
            return step::fail;
    }
    fetching_ = true;
    return must_wait ? step::fetch : step::use_and_fetch;
}

bool refresh_plan::on_fetched(std::optional<timestamp> expiration, timestamp today, time_point now,
                              double fraction)
{
    if (expiration && *expiration <= today) {
        on_failed(now, fraction);
        return false;
    }
    fetching_ = false;
    present_ = true;
    refused_ = false;
    failures_ = 0;
    not_before_.reset();
    expiration_ = expiration;
    if (expiration) {
        // A source may give credentials that end soon, and the same ones again when it is asked again.
        milliseconds const left = *expiration - today;
        advisory_window_ = std::min(settings_.advisory_window, left / 2);
        mandatory_window_ = std::min(settings_.mandatory_window, left / 4);
        not_before_ = now + std::min(settings_.delay_base, left / 4);
    }
    return true;
}

void refresh_plan::on_failed(time_point now, double fraction)
{
    fetching_ = false;
    milliseconds delay = std::min(settings_.delay_base, settings_.delay_max);
    for (int i = 0; i < failures_ && delay < settings_.delay_max; ++i)
        delay = std::min(2 * delay, settings_.delay_max);
    ++failures_;
    auto const random = static_cast<milliseconds::rep>(static_cast<double>(delay.count()) / 2 * fraction);
    not_before_ = now + delay / 2 + milliseconds(random);
}

} // namespace glacier::credentials_sources
