#pragma once

#include <glacier/byte_range.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace glacier::plan {

/**
 * Decides what a download of many ranges does next. Knows no socket, no file and no clock.
 *
 * Ranges start in order. One that failed starts again when its time has come, before new ones. A range that fails for
 * good stops new ones at once; those on their way end before the download fails.
 */
class download_plan {
public:
    using time_point = std::chrono::steady_clock::time_point;

    enum class step {
        /// Start the range `piece`.
        start,
        /// Wait until a range ends, or until `until` if that is set.
        wait,
        /// All ranges are done.
        complete,
        /// Nothing is on its way any more, and a range has failed.
        fail,
    };

    struct decision {
        step what = step::wait;
        std::uint64_t piece = 0;
        /// How often the range was started, this time included.
        int attempt = 1;
        std::optional<time_point> until;
    };

    struct limits {
        limits() = default;

        /// How often a range may be started.
        int attempts_max = 1;
        /// Ranges that may be on their way, counted from the first one that is not done. If set, that one starts again
        /// whatever is on its way, since the others may be waiting for it. Nothing: all.
        std::optional<std::uint64_t> look_ahead_max;
    };

    /// `total_bytes` and `piece_bytes` are at least 1.
    download_plan(std::uint64_t total_bytes, std::uint64_t piece_bytes, limits const& allowed);

    /// `in_flight_max`: ranges on their way at once, 1 or more; it may change from one decision to the next.
    decision next(time_point now, std::size_t in_flight_max);

    /// `resumed`: it was there from an earlier run.
    void on_done(std::uint64_t piece, bool resumed = false);

    /// `repeat`: it may be started again, if it has attempts left. Returns whether it will be.
    bool on_failed(std::uint64_t piece, bool repeat, time_point now);

    byte_range range_of(std::uint64_t piece) const;

    /// How often the range was started.
    int attempts_of(std::uint64_t piece) const;

    std::uint64_t bytes() const noexcept { return total_bytes_; }
    std::uint64_t bytes_done() const noexcept { return bytes_done_; }
    std::uint64_t bytes_resumed() const noexcept { return bytes_resumed_; }
    std::uint64_t pieces() const noexcept { return pieces_; }
    std::uint64_t pieces_done() const noexcept { return done_; }
    std::uint64_t pieces_resumed() const noexcept { return resumed_; }
    /// Starts of ranges that had been started before.
    std::uint64_t repetitions() const noexcept { return repetitions_; }
    std::size_t in_flight() const noexcept { return in_flight_; }

private:
    // By the time from which they may start.
    using repetitions_type = std::set<std::pair<time_point, std::uint64_t>>;

    bool may_start_new() const noexcept;
    repetitions_type::const_iterator find_first_undone() const;
    void start(std::uint64_t piece, decision& decided);

    std::uint64_t total_bytes_;
    std::uint64_t piece_bytes_;
    std::uint64_t pieces_;
    limits limits_;
    std::uint64_t next_piece_ = 0;
    std::size_t in_flight_ = 0;
    std::uint64_t done_ = 0;
    std::uint64_t bytes_done_ = 0;
    std::uint64_t resumed_ = 0;
    std::uint64_t bytes_resumed_ = 0;
    std::uint64_t repetitions_ = 0;
    bool failed_ = false;
    // All before it are done; those after it that are done are in the set.
    std::uint64_t first_undone_ = 0;
    std::set<std::uint64_t> done_ahead_;
    repetitions_type to_repeat_;
    // Only ranges that failed before and are not done.
    std::map<std::uint64_t, int> failures_;
};

} // namespace glacier::plan
