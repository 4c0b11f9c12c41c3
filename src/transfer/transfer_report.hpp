#pragma once

#include <glacier/byte_range.hpp>
#include <glacier/observer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace glacier::transfer {

/**
 * Tells an observer of a transfer and of its pieces, each once. Without an observer it does nothing.
 *
 * What has not ended when it is destroyed was cancelled. Not safe to use from several threads at once.
 */
class transfer_report {
public:
    transfer_report(std::shared_ptr<observer> told, transfer_direction direction, std::uint64_t size);
    transfer_report(transfer_report const&) = delete;
    transfer_report& operator=(transfer_report const&) = delete;
    ~transfer_report();

    /// What it is about: `vault NAME`, and `upload ID` or `job ID` as soon as there is one.
    void set_resource(std::string_view vault, std::string_view kind = {}, std::string_view id = {});

    /// Of an upload of unknown length, once it is known.
    void set_size(std::uint64_t bytes) noexcept { size_ = bytes; }

    /// It begins to move bytes, those that an earlier run has not.
    void on_started(std::uint64_t part_size, std::uint64_t bytes_resumed) const;

    /// Tells nothing yet. Also for a repetition, which does not count as another piece.
    void on_piece_started(std::uint64_t piece, byte_range const& range);

    /// The attempt, counted from 1, has failed, and there will be another one. The piece must have been started.
    void on_piece_repeated(std::uint64_t piece, int attempt, std::exception_ptr const& error) const;

    /// There are other numbers of pieces on their way from now on: fewer because of `error`; none: more.
    void on_pace_changed(std::size_t in_flight_max, error_code error) const;

    /// Null: it was transferred and verified. Not for a failure that is repeated.
    void on_piece_ended(std::uint64_t piece, std::exception_ptr const& error);

    /// Null: all of it was.
    void on_ended(std::exception_ptr const& error);

private:
    using time_point = std::chrono::steady_clock::time_point;

    struct piece_start {
        byte_range range;
        time_point time;
    };

    void tell(piece_start const& piece, error_code error) const;
    void tell(error_code error);

    // Null too as soon as the end was told.
    std::shared_ptr<observer> told_;
    transfer_direction direction_;
    std::uint64_t size_;
    std::string resource_;
    time_point began_;
    std::map<std::uint64_t, piece_start> pieces_;
};

} // namespace glacier::transfer
