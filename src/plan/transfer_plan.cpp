#include "plan/transfer_plan.hpp"

#include <algorithm>

namespace glacier::plan {

transfer_plan::transfer_plan(std::uint64_t total_bytes, std::uint64_t piece_bytes, std::size_t in_flight_max,
                             int attempts_max)
    : total_bytes_(total_bytes), piece_bytes_(piece_bytes), pieces_((total_bytes - 1) / piece_bytes + 1),
      in_flight_max_(in_flight_max), attempts_max_(attempts_max)
{}

transfer_plan::decision transfer_plan::next()
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
    if (in_flight_ == in_flight_max_)
        return decided;
    if (!to_repeat_.empty()) {
        decided.piece = to_repeat_.front();
        to_repeat_.pop_front();
    } else if (next_piece_ < pieces_) {
        decided.piece = next_piece_++;
    } else {
        return decided;
    }
    decided.what = step::start;
    ++in_flight_;
    return decided;
}

void transfer_plan::on_done(std::uint64_t piece)
{
    --in_flight_;
    ++done_;
    bytes_done_ += range_of(piece).size();
}

bool transfer_plan::on_failed(std::uint64_t piece, bool repeat)
{
    --in_flight_;
    auto found =
        std::find_if(attempts_.begin(), attempts_.end(), [piece](auto const& r) { return r.piece == piece; });
    if (found == attempts_.end())
        found = attempts_.insert(attempts_.end(), repetition{piece, 1});
    if (!repeat || found->attempt >= attempts_max_) {
        failed_ = true;
        return false;
    }
    ++found->attempt;
    to_repeat_.push_back(piece);
    return !failed_;
}

byte_range transfer_plan::range_of(std::uint64_t piece) const
{
    std::uint64_t const first = piece * piece_bytes_;
    return byte_range(first, std::min(first + piece_bytes_, total_bytes_) - 1);
}

} // namespace glacier::plan
