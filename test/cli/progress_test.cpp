#include "cli/progress.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace glacier::cli;
using namespace std::chrono_literals;
using glacier::transfer_progress;

constexpr std::uint64_t mib = 1'048'576;
constexpr time_point start{};

transfer_progress done(std::uint64_t bytes, std::uint64_t total = 100 * mib)
{
    transfer_progress progress;
    progress.bytes_done = bytes;
    progress.bytes_total = total;
    return progress;
}

/// A console with a clock and a width of the test's choice.
struct console_fixture {
    std::ostringstream stream;
    std::optional<std::size_t> columns;
    time_point now{};
    console tell{stream, [this] { return columns; }, [this] { return now; }};
};

} // namespace

BOOST_AUTO_TEST_SUITE(cli_progress)

BOOST_AUTO_TEST_CASE(durations)
{
    BOOST_TEST(duration_text(0s) == "0:00");
    BOOST_TEST(duration_text(7'900ms) == "0:07");
    BOOST_TEST(duration_text(12min + 3s) == "12:03");
    BOOST_TEST(duration_text(3h + 5min + 9s) == "3:05:09");
    BOOST_TEST(duration_text(100h) == "100:00:00");
}

// There is no rate until it is more than a guess.
BOOST_AUTO_TEST_CASE(rate_begins_late)
{
    rate_meter meter(start);
    BOOST_TEST(!meter.rate());
    meter.add(mib, start + 100ms);
    BOOST_TEST(!meter.rate());
    meter.add(2 * mib, start + 1s);
    BOOST_TEST_REQUIRE(meter.rate().has_value());
    BOOST_TEST(*meter.rate() == 2.0 * mib, boost::test_tools::tolerance(0.001));
}

// The rate is that of the last ten seconds, and does not remember a slow start.
BOOST_AUTO_TEST_CASE(rate_forgets)
{
    rate_meter meter(start);
    meter.add(mib, start + 100s);
    for (int i = 1; i <= 20; ++i)
        meter.add(mib + static_cast<std::uint64_t>(i) * mib, start + 100s + i * 1s);
    BOOST_TEST(*meter.rate() == 1.0 * mib, boost::test_tools::tolerance(0.001));
}

// Parts that take longer than the ten seconds have a rate too.
BOOST_AUTO_TEST_CASE(rate_of_slow_parts)
{
    rate_meter meter(start);
    meter.add(60 * mib, start + 60s);
    meter.add(180 * mib, start + 120s);
    BOOST_TEST(*meter.rate() == 2.0 * mib, boost::test_tools::tolerance(0.001));
}

// What stands still has no rate, and so no end that could be estimated.
BOOST_AUTO_TEST_CASE(no_rate_of_nothing)
{
    rate_meter meter(start);
    meter.add(0, start + 5s);
    BOOST_TEST(!meter.rate());
}

BOOST_AUTO_TEST_CASE(bar_shows_everything)
{
    progress_view view("upload", start);
    auto const line = view.bar(done(25 * mib), start + 5s, 100);
    BOOST_TEST_REQUIRE(line.has_value());
    BOOST_TEST(*line == "upload  25 %  [#########.............................]  25.0 MiB of 100.0 MiB  5.0 "
                        "MiB/s  0:15 left");
    BOOST_TEST(line->size() == 99U);
}

// The line never reaches the last column, and drops what matters least.
BOOST_AUTO_TEST_CASE(bar_fits)
{
    for (std::size_t columns = 0; columns <= 250; ++columns) {
        progress_view view("download", start);
        auto const line = view.bar(done(25 * mib), start + 5s, columns);
        BOOST_TEST_REQUIRE(line.has_value());
        BOOST_TEST(line->size() <= (columns > 0 ? columns - 1 : 0));
    }
    progress_view view("download", start);
    BOOST_TEST(*view.bar(done(25 * mib), start + 5s, 45) == "download  25 %  25.0 MiB of 100.0 MiB");
    progress_view other("download", start);
    BOOST_TEST(*other.bar(done(25 * mib), start + 5s, 10) == " 25 %");
}

// At most ten times per second, but the end is always shown.
BOOST_AUTO_TEST_CASE(bar_is_not_drawn_too_often)
{
    progress_view view("upload", start);
    BOOST_TEST(view.bar(done(mib), start, 80).has_value());
    BOOST_TEST(!view.bar(done(2 * mib), start + 99ms, 80).has_value());
    BOOST_TEST(view.bar(done(3 * mib), start + 100ms, 80).has_value());
    BOOST_TEST(view.bar(done(100 * mib), start + 101ms, 80).has_value());
}

// 100 % means all, and an archive of the greatest size has percents too.
BOOST_AUTO_TEST_CASE(percents)
{
    progress_view view("upload", start);
    constexpr std::uint64_t greatest = std::uint64_t(10'000) * 4'096 * mib;
    BOOST_TEST(view.bar(done(greatest - 1, greatest), start, 80)->find("upload  99 %") == 0U);
    BOOST_TEST(view.bar(done(greatest, greatest), start, 80)->find("upload 100 %") == 0U);
}

// A rate that would take more than a year is shown without an estimate.
BOOST_AUTO_TEST_CASE(no_estimate_beyond_a_year)
{
    progress_view view("upload", start);
    auto const line = view.bar(done(1, std::uint64_t(4'096) * mib), start + 60s, 120);
    BOOST_TEST(line->find("0 bytes/s") != std::string::npos);
    BOOST_TEST(line->find("left") == std::string::npos);
}

// One line for every tenth at most, however many parts there are.
BOOST_AUTO_TEST_CASE(line_for_every_tenth)
{
    progress_view view("upload", start);
    std::vector<std::string> lines;
    for (int part = 1; part <= 1'000; ++part)
        if (auto const line = view.line(done(static_cast<std::uint64_t>(part), 1'000), start + part * 1s))
            lines.push_back(*line);
    BOOST_TEST_REQUIRE(lines.size() == 10U);
    BOOST_TEST(lines.front() == "upload  10 %  100 bytes of 1000 bytes  1 byte/s  15:00 left");
    BOOST_TEST(lines.back() == "upload 100 %  1000 bytes of 1000 bytes  1 byte/s");
}

// A step over several tenths is one line.
BOOST_AUTO_TEST_CASE(line_of_a_long_step)
{
    progress_view view("upload", start);
    BOOST_TEST(!view.line(done(9, 100), start).has_value());
    BOOST_TEST(view.line(done(75, 100), start).has_value());
    BOOST_TEST(!view.line(done(79, 100), start).has_value());
    BOOST_TEST(view.line(done(80, 100), start).has_value());
}

// What an earlier run had done is shown, but makes the rate no better and the estimate no shorter.
BOOST_AUTO_TEST_CASE(resumed_bytes_do_not_count_for_the_rate)
{
    transfer_progress progress = done(60 * mib);
    progress.bytes_resumed = 50 * mib;
    progress_view view("upload", start);
    BOOST_TEST(*view.line(progress, start + 10s) ==
               "upload  60 %  60.0 MiB of 100.0 MiB  1.0 MiB/s  0:40 left");
    progress_view bar("upload", start);
    BOOST_TEST(bar.bar(progress, start + 10s, 100)->find("60.0 MiB of 100.0 MiB  1.0 MiB/s  0:40 left") !=
               std::string::npos);
}

// Without a total there is no part of it, and no end in sight: what is done seems to be all at each moment.
BOOST_AUTO_TEST_CASE(total_not_known)
{
    progress_view view("upload", start, false);
    BOOST_TEST(*view.bar(done(mib, mib), start, 100) == "upload  1.0 MiB");
    BOOST_TEST(!view.bar(done(2 * mib, 2 * mib), start + 50ms, 100).has_value());
    BOOST_TEST(*view.bar(done(10 * mib, 12 * mib), start + 5s, 100) == "upload  10.0 MiB  2.0 MiB/s");
    for (std::size_t columns = 0; columns <= 40; ++columns) {
        progress_view narrow("upload", start, false);
        BOOST_TEST(narrow.bar(done(10 * mib, 12 * mib), start + 5s, columns)->size() <=
                   (columns > 0 ? columns - 1 : 0));
    }
}

// As many lines for a gigabyte as for ten.
BOOST_AUTO_TEST_CASE(lines_without_a_total)
{
    progress_view view("upload", start, false);
    std::vector<std::string> lines;
    for (int part = 1; part <= 1'000; ++part) {
        auto const bytes = static_cast<std::uint64_t>(part) * mib;
        if (auto const line = view.line(done(bytes, bytes), start + part * 1s))
            lines.push_back(*line);
    }
    BOOST_TEST_REQUIRE(lines.size() == 10U);
    BOOST_TEST(lines.front() == "upload  1.0 MiB  1.0 MiB/s");
    BOOST_TEST(lines.back() == "upload  512.0 MiB  1.0 MiB/s");
}

// Without a terminal everything is a line, and nothing is a control character.
BOOST_FIXTURE_TEST_CASE(console_without_a_terminal, console_fixture)
{
    tell.note("begin");
    tell.status("waiting");
    tell.status("waiting");
    tell.begin("upload");
    tell.progress(done(50 * mib));
    tell.note("a\x1b[2J");
    BOOST_TEST(stream.str() == "begin\nwaiting\nwaiting\nupload  50 %  50.0 MiB of 100.0 MiB\na\\x1b[2J\n");
}

// On a terminal the last line changes, and is gone before anything else is written.
BOOST_FIXTURE_TEST_CASE(console_with_a_terminal, console_fixture)
{
    columns = 30;
    tell.status("waiting");
    tell.status("a line that is much longer than the terminal");
    tell.note("begin");
    BOOST_TEST(stream.str() == "\rwaiting\x1b[K\ra line that is much longer th\x1b[K\r\x1b[Kbegin\n");
    stream.str("");

    tell.begin("upload");
    tell.progress(done(50 * mib));
    tell.progress(done(51 * mib));
    tell.note("end");
    BOOST_TEST(stream.str() == "\rupload  50 %  [######.......]\x1b[K\r\x1b[Kend\n");
}

BOOST_FIXTURE_TEST_CASE(console_without_a_total, console_fixture)
{
    tell.begin("upload", false);
    tell.progress(done(50 * mib, 50 * mib));
    BOOST_TEST(stream.str() == "upload  50.0 MiB\n");
}

// A console that goes while something fails leaves a clean line for the message.
BOOST_AUTO_TEST_CASE(console_cleans_up)
{
    std::ostringstream stream;
    {
        console tell(stream, [] { return std::optional<std::size_t>(40); });
        tell.status("waiting");
    }
    BOOST_TEST(stream.str() == "\rwaiting\x1b[K\r\x1b[K");
    stream.str("");
    {
        console const silent(stream, [] { return std::optional<std::size_t>(40); });
    }
    BOOST_TEST(stream.str().empty());
}

// Progress that nobody announced is not shown.
BOOST_FIXTURE_TEST_CASE(console_without_a_transfer, console_fixture)
{
    tell.progress(done(mib));
    BOOST_TEST(stream.str().empty());
}

BOOST_AUTO_TEST_SUITE_END()
