#include "plan/clock_skew.hpp"

#include <array>

namespace glacier::plan {

namespace {

using std::chrono::seconds;

/// What the answer says the offset should have been; nothing if it says nothing that can be believed, or nothing
/// that explains the refusal.
std::optional<seconds> measured_offset(refused_time const& refused) noexcept
{
    if (!refused.service_time || refused.answered < refused.sent)
        return std::nullopt;
    // The answer's date was written between sending and receiving.
    auto const least = *refused.service_time - refused.answered;
    auto const most = *refused.service_time - refused.sent;
    if (least <= refused.offset_used + clock_skew::tolerance &&
        refused.offset_used - clock_skew::tolerance <= most)
        return std::nullopt;
    auto const measured = std::chrono::floor<seconds>((least + most) / 2);
    if (measured > clock_skew::offset_max || measured < -clock_skew::offset_max)
        return std::nullopt;
    bool const clocks_agree = measured < clock_skew::tolerance && measured > -clock_skew::tolerance;
    return clocks_agree ? seconds(0) : measured;
}

} // namespace

bool refuses_the_time(std::string_view code, std::string_view message) noexcept
{
    constexpr std::array<std::string_view, 3> always{"RequestTimeTooSkewed", "RequestExpired",
                                                     "RequestInTheFuture"};
    for (std::string_view const each : always)
        if (code == each)
            return true;
    // The same code stands for a wrong key.
    return (code == "InvalidSignatureException" || code == "SignatureDoesNotMatch") &&
           (message.starts_with("Signature expired") || message.starts_with("Signature not yet current"));
}

seconds clock_skew::offset() const noexcept
{
    std::lock_guard const lock(mutex_);
    return offset_;
}

clock_skew::decision clock_skew::on_refused(refused_time const& refused) noexcept
{
    std::lock_guard const lock(mutex_);
    decision decided;
    bool const others_have_changed_it = offset_ != refused.offset_used;
    if (refused.repeated) {
        if (!others_have_changed_it && offset_ != seconds(0)) {
            offset_ = seconds(0);
            decided.changed = true;
        }
        return decided;
    }
    if (others_have_changed_it) {
        decided.repeat = true;
        return decided;
    }
    // With nothing to learn from, this machine's own time is the better guess than an offset that was refused.
    seconds const offset = measured_offset(refused).value_or(seconds(0));
    decided.changed = decided.repeat = offset != offset_;
    offset_ = offset;
    return decided;
}

} // namespace glacier::plan
