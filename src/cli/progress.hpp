#pragma once

#include <glacier/transfer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace glacier::cli {

using time_point = std::chrono::steady_clock::time_point;

/// `0:07`, `12:03`, `3:05:09`.
std::string duration_text(std::chrono::nanoseconds duration);

/// `52.3 MiB/s`.
std::string rate_text(double bytes_per_second);

/// How fast something grows: over the last ten seconds, or over the last two values if they are further apart.
class rate_meter {
public:
    explicit rate_meter(time_point start) : samples_{{start, 0}} {}

    void add(std::uint64_t bytes_done, time_point now);

    /// Bytes per second; nothing as long as it would only be a guess.
    std::optional<double> rate() const;

private:
    struct sample {
        time_point time;
        std::uint64_t bytes;
    };

    std::deque<sample> samples_;
};

/**
 * What to show of a transfer, and when.
 *
 * Knows no terminal and no clock: it is told of progress and time, and answers with text.
 */
class progress_view {
public:
    /// `title`: what is done, such as `upload`. Bytes that an earlier run had done do not count for the rate.
    /// `total_known`: else there are no percents, and what is done grows without an end in sight.
    progress_view(std::string title, time_point start, bool total_known = true)
        : title_(std::move(title)), total_known_(total_known), meter_(start)
    {}

    /// For a terminal: the line as it is now, narrower than `columns`. Nothing if the last one is less than
    /// 100 ms old, unless everything is done.
    std::optional<std::string> bar(transfer_progress const& progress, time_point now, std::size_t columns);

    /// For a file or a pipe: a line for every tenth, at most; or, if the total is not known, each time that the bytes
    /// have doubled.
    std::optional<std::string> line(transfer_progress const& progress, time_point now);

private:
    std::string rate_and_rest(transfer_progress const& progress) const;

    std::string title_;
    bool total_known_;
    rate_meter meter_;
    std::optional<time_point> drawn_;
    std::uint64_t tenths_ = 0;
    std::uint64_t bytes_of_next_line_ = 1;
};

/**
 * Everything on stderr but the message of a failure: lines, and on a terminal one last line that changes.
 *
 * A failure to write is ignored: what is said here is not what the command was asked for.
 */
class console {
public:
    /// `columns` gives the width of the terminal that `stream` is, or nothing if it is none.
    console(std::ostream& stream, std::function<std::optional<std::size_t>()> columns,
            std::function<time_point()> now = std::chrono::steady_clock::now);
    console(console const&) = delete;
    console& operator=(console const&) = delete;

    /// Clears the line that changes.
    ~console();

    /// Writes a line that stays.
    void note(std::string_view text);

    /// Says how it stands: the line that changes on a terminal, else a line.
    void status(std::string_view text);

    /// Begins a transfer, for progress(). `total_known`: as for progress_view.
    void begin(std::string title, bool total_known = true);

    void progress(transfer_progress const& progress);

    time_point now() const { return now_(); }

private:
    void clear();
    void change(std::string_view text);

    std::ostream& stream_;
    std::function<std::optional<std::size_t>()> columns_;
    std::function<time_point()> now_;
    std::optional<progress_view> view_;
    bool line_shown_ = false;
};

} // namespace glacier::cli
