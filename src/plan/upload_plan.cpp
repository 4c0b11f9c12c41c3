#include "plan/upload_plan.hpp"

#include "plan/repetition_delay.hpp"

#include <algorithm>
#include <utility>

namespace glacier::plan {

namespace {

// What lies between hashing and sending should still be in the system's memory then.
constexpr std::uint64_t group_bytes_max = std::uint64_t(512) * 1'048'576;

} // namespace

upload_plan::upload_plan(std::optional<std::uint64_t> total_bytes, upload_plan_settings const& settings)
    : settings_(settings), total_bytes_(total_bytes.value_or(0)), reads_(!total_bytes),
      states_(total_bytes ? (*total_bytes - 1) / settings.part_bytes + 1 : 0, part_state::unhashed)
{
    std::uint64_t const fitting = std::max<std::uint64_t>(1, group_bytes_max / settings.part_bytes);
    settings_.group_max = static_cast<std::size_t>(std::clamp<std::uint64_t>(settings.group_max, 1, fitting));
}

void upload_plan::set_hashed(std::uint64_t part)
{
    states_[part] = part_state::ready;
    ready_.push_back(part);
}

void upload_plan::set_done(std::uint64_t part)
{
    finish(part);
}

upload_plan::decision upload_plan::next(time_point now, std::size_t in_flight_max)
{
    decision decided;
    if (failed_) {
        decided.what = in_flight_ == 0 ? step::fail : step::wait;
        return decided;
    }
    if (!reads_ && done_ == parts()) {
        decided.what = step::complete;
        return decided;
    }
    bool const may_send = in_flight_ < in_flight_max;
    if (may_send) {
        if (auto const part = take_ready(now)) {
            decided.what = step::send;
            decided.part = *part;
            return decided;
        }
    }
    if (hashing_ == 0 && ready_.size() <= settings_.group_max) {
        decided.group = take_group(in_flight_max);
        if (!decided.group.empty()) {
            decided.what = step::hash;
            return decided;
        }
    }
    if (reads_ && !reading_ && parts() - done_ < settings_.held_max) {
        reading_ = true;
        decided.what = step::read;
        return decided;
    }
    // Where no part may be sent now, one that ends is what changes that.
    if (may_send)
        decided.until = next_due();
    return decided;
}

std::optional<std::uint64_t> upload_plan::take_ready(time_point now)
{
    // Parts that failed go first: they have waited for long, and hold a stream up.
    auto const due = std::find_if(failures_.begin(), failures_.end(), [&](failed_part const& each) {
        return states_[each.part] == part_state::waiting && each.due <= now;
    });
    std::uint64_t part = 0;
    if (due != failures_.end()) {
        part = due->part;
        ++repetitions_;
    } else if (!ready_.empty()) {
        part = ready_.front();
        ready_.pop_front();
    } else {
        return std::nullopt;
    }
    states_[part] = part_state::in_flight;
    ++in_flight_;
    return part;
}

std::vector<std::uint64_t> upload_plan::take_group(std::size_t in_flight_max)
{
    std::size_t const most =
        first_group_ ? std::min(settings_.group_max, in_flight_max) : settings_.group_max;
    std::vector<std::uint64_t> group;
    for (; next_unhashed_ < parts() && group.size() < most; ++next_unhashed_) {
        if (states_[next_unhashed_] != part_state::unhashed)
            continue;
        states_[next_unhashed_] = part_state::hashing;
        group.push_back(next_unhashed_);
    }
    hashing_ = group.size();
    first_group_ = first_group_ && group.empty();
    return group;
}

std::optional<upload_plan::time_point> upload_plan::next_due() const
{
    std::optional<time_point> first;
    for (failed_part const& each : failures_)
        if (states_[each.part] == part_state::waiting && (!first || each.due < *first))
            first = each.due;
    return first;
}

void upload_plan::on_hashed(std::uint64_t part, bool is_there)
{
    --hashing_;
    if (is_there) {
        finish(part);
        return;
    }
    states_[part] = part_state::ready;
    ready_.push_back(part);
}

void upload_plan::on_sent(std::uint64_t part)
{
    --in_flight_;
    finish(part);
}

bool upload_plan::on_failed(std::uint64_t part, bool repeat, time_point now)
{
    --in_flight_;
    auto found = std::find_if(failures_.begin(), failures_.end(),
                              [part](failed_part const& each) { return each.part == part; });
    if (found == failures_.end())
        found = failures_.insert(failures_.end(), failed_part{part, 0, now});
    ++found->attempts;
    states_[part] = part_state::waiting;
    failed_ = failed_ || !repeat || found->attempts >= settings_.attempts_max;
    found->due = now + repetition_delay(found->attempts);
    return !failed_;
}

void upload_plan::on_read(std::uint64_t bytes)
{
    reading_ = false;
    states_.push_back(part_state::unhashed);
    total_bytes_ += bytes;
}

void upload_plan::finish(std::uint64_t part)
{
    states_[part] = part_state::done;
    ++done_;
    bytes_done_ += range_of(part).size();
}

byte_range upload_plan::range_of(std::uint64_t part) const
{
    std::uint64_t const first = part * settings_.part_bytes;
    return byte_range(first, std::min(first + settings_.part_bytes, total_bytes_) - 1);
}

int upload_plan::attempts(std::uint64_t part) const noexcept
{
    auto const found = std::find_if(failures_.begin(), failures_.end(),
                                    [part](failed_part const& each) { return each.part == part; });
    int const failed = found == failures_.end() ? 0 : found->attempts;
    bool const counts = states_[part] == part_state::in_flight || states_[part] == part_state::done;
    return counts ? failed + 1 : failed;
}

} // namespace glacier::plan
