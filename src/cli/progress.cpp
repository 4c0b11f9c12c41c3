#include "cli/progress.hpp"

#include "cli/size.hpp"
#include "cli/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>
#include <vector>

namespace glacier::cli {

namespace {

using seconds = std::chrono::duration<double>;

constexpr auto redraw_interval = std::chrono::milliseconds(100);
constexpr auto rate_window = std::chrono::seconds(10);
constexpr auto rate_time_min = std::chrono::milliseconds(500);
constexpr std::size_t bar_columns_min = 10;
constexpr std::size_t bar_columns_max = 50;

// "\r" goes to the first column, "ESC [ K" clears from there to the end of the line.
constexpr std::string_view line_start = "\r";
constexpr std::string_view clear_to_end = "\x1b[K";

std::uint64_t percent_of(transfer_progress const& progress) noexcept
{
    if (progress.bytes_done >= progress.bytes_total)
        return 100;
    return progress.bytes_done * 100 / progress.bytes_total;
}

std::string percent_text(transfer_progress const& progress)
{
    std::string const number = std::to_string(percent_of(progress));
    return std::string(3 - std::min<std::size_t>(number.size(), 3), ' ') + number + " %";
}

std::string bytes_text(transfer_progress const& progress)
{
    return size_text(progress.bytes_done) + " of " + size_text(progress.bytes_total);
}

std::string drawn_bar(std::uint64_t percent, std::size_t columns)
{
    std::size_t const inner = columns - 2;
    std::size_t const full = std::min<std::size_t>(inner, inner * static_cast<std::size_t>(percent) / 100);
    return "[" + std::string(full, '#') + std::string(inner - full, '.') + "]";
}

} // namespace

std::string duration_text(std::chrono::nanoseconds duration)
{
    auto const total = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    std::array<char, 48> text{};
    if (total >= 3'600)
        std::snprintf(text.data(), text.size(), "%lld:%02d:%02d", static_cast<long long>(total / 3'600),
                      static_cast<int>(total / 60 % 60), static_cast<int>(total % 60));
    else
        std::snprintf(text.data(), text.size(), "%d:%02d", static_cast<int>(total / 60),
                      static_cast<int>(total % 60));
    return text.data();
}

std::string rate_text(double bytes_per_second)
{
    return size_text(static_cast<std::uint64_t>(std::max(bytes_per_second, 0.0))) + "/s";
}

void rate_meter::add(std::uint64_t bytes_done, time_point now)
{
    samples_.push_back({now, bytes_done});
    // Two samples remain always, so that a slow transfer has a rate too.
    while (samples_.size() > 2 && now - samples_[1].time >= rate_window)
        samples_.pop_front();
}

std::optional<double> rate_meter::rate() const
{
    auto const time = samples_.back().time - samples_.front().time;
    if (time < rate_time_min || samples_.back().bytes <= samples_.front().bytes)
        return std::nullopt;
    return static_cast<double>(samples_.back().bytes - samples_.front().bytes) / seconds(time).count();
}

std::optional<std::string> progress_view::bar(transfer_progress const& progress, time_point now,
                                              std::size_t columns)
{
    bool const complete = total_known_ && progress.bytes_done >= progress.bytes_total;
    if (drawn_ && now - *drawn_ < redraw_interval && !complete)
        return std::nullopt;
    drawn_ = now;
    meter_.add(progress.bytes_done - progress.bytes_resumed, now);

    // A line that reaches the last column makes some terminals go on to the next.
    std::size_t const width = columns > 1 ? columns - 1 : 0;
    if (!total_known_)
        return (title_ + "  " + size_text(progress.bytes_done) + rate_and_rest(progress)).substr(0, width);
    std::string const head = title_ + " " + percent_text(progress);
    std::string const bytes = "  " + bytes_text(progress);
    std::string const rest = rate_and_rest(progress);

    // What is least important goes first when there is not enough room.
    for (std::string const& tail : {bytes + rest, bytes, std::string()}) {
        std::size_t const used = head.size() + tail.size();
        if (used + 2 + bar_columns_min <= width) {
            std::size_t const bar_columns = std::min(width - used - 2, bar_columns_max);
            return head + "  " + drawn_bar(percent_of(progress), bar_columns) + tail;
        }
        if (used <= width)
            return head + tail;
    }
    return percent_text(progress).substr(0, width);
}

std::optional<std::string> progress_view::line(transfer_progress const& progress, time_point now)
{
    meter_.add(progress.bytes_done - progress.bytes_resumed, now);
    if (!total_known_) {
        if (progress.bytes_done < bytes_of_next_line_)
            return std::nullopt;
        bytes_of_next_line_ = 2 * progress.bytes_done;
        return title_ + "  " + size_text(progress.bytes_done) + rate_and_rest(progress);
    }
    std::uint64_t const tenths = percent_of(progress) / 10;
    if (tenths <= tenths_)
        return std::nullopt;
    tenths_ = tenths;
    return title_ + " " + percent_text(progress) + "  " + bytes_text(progress) + rate_and_rest(progress);
}

std::string progress_view::rate_and_rest(transfer_progress const& progress) const
{
    auto const rate = meter_.rate();
    if (!rate)
        return {};
    std::string text = "  " + rate_text(*rate);
    if (total_known_ && progress.bytes_done < progress.bytes_total) {
        auto const rest = seconds(static_cast<double>(progress.bytes_total - progress.bytes_done) / *rate);
        // Beyond a year it is no estimate.
        if (rest < std::chrono::years(1))
            text +=
                "  " + duration_text(std::chrono::duration_cast<std::chrono::nanoseconds>(rest)) + " left";
    }
    return text;
}

console::console(std::ostream& stream, std::function<std::optional<std::size_t>()> columns,
                 std::function<time_point()> now)
    : stream_(stream), columns_(std::move(columns)), now_(std::move(now))
{}

console::~console()
{
    clear();
}

void console::note(std::string_view text)
{
    clear();
    stream_ << one_line(text) << '\n' << std::flush;
}

void console::status(std::string_view text)
{
    std::string const shown = one_line(text);
    auto const columns = columns_();
    if (!columns)
        note(shown);
    else
        change(std::string_view(shown).substr(0, *columns > 1 ? *columns - 1 : 0));
}

void console::begin(std::string title, bool total_known)
{
    clear();
    view_.emplace(std::move(title), now_(), total_known);
}

void console::progress(transfer_progress const& progress)
{
    if (!view_)
        return;
    if (auto const columns = columns_()) {
        if (auto const bar = view_->bar(progress, now_(), *columns))
            change(*bar);
    } else if (auto const line = view_->line(progress, now_())) {
        note(*line);
    }
}

void console::clear()
{
    if (line_shown_)
        stream_ << line_start << clear_to_end << std::flush;
    line_shown_ = false;
}

void console::change(std::string_view text)
{
    stream_ << line_start << text << clear_to_end << std::flush;
    line_shown_ = true;
}

} // namespace glacier::cli
