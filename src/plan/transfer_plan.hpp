#pragma once

#include <glacier/byte_range.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace glacier::plan {

/**
 * Decides what a transfer of many pieces does next: an upload of parts or a download of ranges. Knows no
 * socket, no file and no clock.
 *
 * A failed piece stops new ones at once; those on their way end before the transfer fails.
 */
class transfer_plan {
public:
    enum class step {
        /// Start the piece `piece`.
        start,
        /// Wait until a piece ends.
        wait,
        /// All pieces are done.
        complete,
        /// Nothing is on its way any more, and a piece has failed.
        fail,
    };

    struct decision {
        step what = step::wait;
        std::uint64_t piece = 0;
    };

    /// `total_bytes` and `piece_bytes` are at least 1. `attempts_max`: how often a piece may be started.
    transfer_plan(std::uint64_t total_bytes, std::uint64_t piece_bytes, std::size_t in_flight_max,
                  int attempts_max);

    decision next();

    void on_done(std::uint64_t piece);

    /// `repeat`: it may be started again, if it has attempts left. Returns whether it will be.
    bool on_failed(std::uint64_t piece, bool repeat);

    byte_range range_of(std::uint64_t piece) const;

    std::uint64_t pieces() const noexcept { return pieces_; }
    std::uint64_t pieces_done() const noexcept { return done_; }
    std::uint64_t bytes_done() const noexcept { return bytes_done_; }
    std::uint64_t bytes() const noexcept { return total_bytes_; }

private:
    struct repetition {
        std::uint64_t piece;
        int attempt;
    };

    std::uint64_t total_bytes_;
    std::uint64_t piece_bytes_;
    std::uint64_t pieces_;
    std::size_t in_flight_max_;
    int attempts_max_;
    std::uint64_t next_piece_ = 0;
    std::size_t in_flight_ = 0;
    std::uint64_t done_ = 0;
    std::uint64_t bytes_done_ = 0;
    bool failed_ = false;
    std::deque<std::uint64_t> to_repeat_;
    // Only pieces that failed before.
    std::vector<repetition> attempts_;
};

} // namespace glacier::plan
