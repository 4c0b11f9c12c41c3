#include "plan/download_plan.hpp"

#include "plan/repetition_delay.hpp"

#include <algorithm>

namespace glacier::plan {

download_plan::download_plan(std::uint64_t total_bytes, std::uint64_t piece_bytes, limits const& allowed)
    : total_bytes_(total_bytes), piece_bytes_(piece_bytes), pieces_((total_bytes - 1) / piece_bytes + 1),
      limits_(allowed)
{}

download_plan::decision download_plan::next(time_point now, std::size_t in_flight_max)
{
    decision decided;
    if (failed_) {
        decided.what = in_flight_ == 0 ? step::fail : step::wait;
        return decided;
    }
    if (done_ == pieces_) {
        decided.what = step::complete;
        return decided;
    }
    bool const is_full = in_flight_ >= in_flight_max;
    auto const due = is_full ? find_first_undone() : to_repeat_.begin();
    if (due != to_repeat_.end() && due->first <= now) {
        start(due->second, decided);
        to_repeat_.erase(due);
    } else if (!is_full && may_start_new()) {
        start(next_piece_++, decided);
    } else if (due != to_repeat_.end()) {
        decided.until = due->first;
    }
    return decided;
}

bool download_plan::may_start_new() const noexcept
{
    return next_piece_ < pieces_ &&
           (!limits_.look_ahead_max || next_piece_ - first_undone_ < *limits_.look_ahead_max);
}

download_plan::repetitions_type::const_iterator download_plan::find_first_undone() const
{
    if (!limits_.look_ahead_max)
        return to_repeat_.end();
    return std::find_if(to_repeat_.begin(), to_repeat_.end(),
                        [this](auto const& each) { return each.second == first_undone_; });
}

void download_plan::start(std::uint64_t piece, decision& decided)
{
    decided.what = step::start;
    decided.piece = piece;
    decided.attempt = attempts_of(piece);
    ++in_flight_;
    if (decided.attempt > 1)
        ++repetitions_;
}

void download_plan::on_done(std::uint64_t piece, bool resumed)
{
    --in_flight_;
    ++done_;
    std::uint64_t const size = range_of(piece).size();
    bytes_done_ += size;
    if (resumed) {
        ++resumed_;
        bytes_resumed_ += size;
    }
    failures_.erase(piece);
    done_ahead_.insert(piece);
    while (!done_ahead_.empty() && *done_ahead_.begin() == first_undone_) {
        done_ahead_.erase(done_ahead_.begin());
        ++first_undone_;
    }
}

bool download_plan::on_failed(std::uint64_t piece, bool repeat, time_point now)
{
    --in_flight_;
    int const failures = ++failures_[piece];
    if (!repeat || failures >= limits_.attempts_max) {
        failed_ = true;
        return false;
    }
    to_repeat_.emplace(now + repetition_delay(failures), piece);
    return !failed_;
}

byte_range download_plan::range_of(std::uint64_t piece) const
{
    std::uint64_t const first = piece * piece_bytes_;
    return byte_range(first, first + std::min(piece_bytes_, total_bytes_ - first) - 1);
}

int download_plan::attempts_of(std::uint64_t piece) const
{
    auto const found = failures_.find(piece);
    return found == failures_.end() ? 1 : found->second + 1;
}

} // namespace glacier::plan
