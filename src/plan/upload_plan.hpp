#pragma once

#include <glacier/byte_range.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace glacier::plan {

/// What an upload of parts goes by.
struct upload_plan_settings {
    explicit upload_plan_settings(std::uint64_t its_part_bytes) : part_bytes(its_part_bytes) {}

    /// Of each part but the last.
    std::uint64_t part_bytes;
    /// Parts that may be hashed side by side.
    std::size_t group_max = 16;
    /// How often a part may be sent.
    int attempts_max = 5;
    /// Parts of a stream that may be held from the first byte that is read until they are sent.
    std::size_t held_max = 0;
};

/**
 * Decides what an upload of parts does next: which parts are hashed side by side, which one is sent, which one is read.
 * Knows no socket, no file and no clock: it is told the time.
 *
 * At most two groups are hashed ahead of what is sent: one that is ready, and one that is being hashed. The first group
 * is as small as what may be on its way, so that sending begins early. A part that failed is sent again alone. What
 * fails for good stops everything new at once; parts on their way end before the upload fails.
 */
class upload_plan {
public:
    using time_point = std::chrono::steady_clock::time_point;

    enum class step {
        /// Hash the parts `group` side by side.
        hash,
        /// Send the part `part`.
        send,
        /// Read the next part of the stream.
        read,
        /// Wait until something has ended, or until `until`.
        wait,
        /// All parts are sent.
        complete,
        /// Nothing is on its way any more, and something has failed.
        fail,
    };

    struct decision {
        step what = step::wait;
        std::uint64_t part = 0;
        std::vector<std::uint64_t> group;
        std::optional<time_point> until;
    };

    /// `total_bytes`: 1 or more. Nothing: those of a stream, whose parts become known one after the other.
    upload_plan(std::optional<std::uint64_t> total_bytes, upload_plan_settings const& settings);

    // What is known before the first decision. Each part once.

    /// The hashes of the part are known.
    void set_hashed(std::uint64_t part);
    /// The service has the part.
    void set_done(std::uint64_t part);

    /// `in_flight_max`: parts that may be on their way now, 1 or more.
    decision next(time_point now, std::size_t in_flight_max);

    /// `is_there`: its hashes show that the service has it.
    void on_hashed(std::uint64_t part, bool is_there = false);

    void on_sent(std::uint64_t part);

    /// `repeat`: it may be sent again, if it has attempts left. Returns whether it will be, after a wait that doubles
    /// from 1 to 30 seconds.
    bool on_failed(std::uint64_t part, bool repeat, time_point now);

    /// Reading or hashing has failed, or something else that no repetition would mend.
    void on_fatal() noexcept { failed_ = true; }

    // Of a stream.

    /// A part was read. All but the last have the full size.
    void on_read(std::uint64_t bytes);
    /// There will be no more parts.
    void on_end() noexcept { reads_ = false; }

    byte_range range_of(std::uint64_t part) const;

    std::uint64_t parts() const noexcept { return states_.size(); }
    std::uint64_t parts_done() const noexcept { return done_; }
    std::uint64_t bytes() const noexcept { return total_bytes_; }
    std::uint64_t bytes_done() const noexcept { return bytes_done_; }
    /// Parts that were sent again.
    std::uint64_t repetitions() const noexcept { return repetitions_; }
    /// How often the part was sent.
    int attempts(std::uint64_t part) const noexcept;

private:
    enum class part_state : std::uint8_t { unhashed, hashing, ready, in_flight, waiting, done };

    struct failed_part {
        std::uint64_t part;
        int attempts;
        time_point due;
    };

    std::optional<std::uint64_t> take_ready(time_point now);
    std::vector<std::uint64_t> take_group(std::size_t in_flight_max);
    std::optional<time_point> next_due() const;
    void finish(std::uint64_t part);

    upload_plan_settings settings_;
    std::uint64_t total_bytes_;
    bool reads_;
    bool reading_ = false;
    std::vector<part_state> states_;
    // All before it are at least being hashed.
    std::uint64_t next_unhashed_ = 0;
    bool first_group_ = true;
    std::size_t hashing_ = 0;
    std::deque<std::uint64_t> ready_;
    std::size_t in_flight_ = 0;
    std::uint64_t done_ = 0;
    std::uint64_t bytes_done_ = 0;
    std::uint64_t repetitions_ = 0;
    bool failed_ = false;
    // Only parts that failed before.
    std::vector<failed_part> failures_;
};

} // namespace glacier::plan
