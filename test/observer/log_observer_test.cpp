#include <glacier/log_observer.hpp>

#include "observer/all_events.hpp"
#include "support/printing.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace glacier {
namespace {

struct log_fixture {
    std::shared_ptr<observer> make(event_level level = event_level::trace)
    {
        return log_observer([this](std::string_view line) { lines.emplace_back(line); }, level);
    }

    std::vector<std::string> lines;
};

BOOST_FIXTURE_TEST_SUITE(log_observer_test, log_fixture)

// Level, event, and each member that says something.
BOOST_AUTO_TEST_CASE(lines_of_success)
{
    test::tell_all_events(*make(), {});
    std::vector<std::string> const expected{
        "trace attempt_started operation=DescribeVault resource=\"vault photos\" "
        "invocation_id=id-of-the-call "
        "attempt=1",
        "trace attempt_ended operation=DescribeVault resource=\"vault photos\" invocation_id=id-of-the-call "
        "attempt=1 "
        "duration_us=1500 http_status=400 reused_connection=true",
        "info retry_scheduled operation=DescribeVault resource=\"vault photos\" invocation_id=id-of-the-call "
        "attempt=1 "
        "delay_ms=250 quota_left=495",
        "info throttled operation=DescribeVault by_service=true rate=2.5 delay_ms=400",
        "warning clock_skew_changed offset_s=-420",
        "info operation_ended operation=DescribeVault resource=\"vault photos\" invocation_id=id-of-the-call "
        "attempts=2 "
        "duration_us=3000 outcome_unknown=true",
        "trace host_resolved host=glacier.eu-west-1.amazonaws.com addresses=3 duration_us=700",
        "trace connection_opened endpoint=https://glacier.eu-west-1.amazonaws.com:443 address=192.0.2.1:443 "
        "proxy=proxy:3128 duration_us=9000",
        "trace tls_handshake_ended host=glacier.eu-west-1.amazonaws.com version=TLSv1.3 "
        "cipher=TLS_AES_256_GCM_SHA384 resumed=true duration_us=8000",
        "trace connection_closed endpoint=https://glacier.eu-west-1.amazonaws.com:443 reason=idle",
        "trace connection_acquired endpoint=https://glacier.eu-west-1.amazonaws.com:443 waited_us=20 "
        "reused=true",
        "info credentials_refreshed source=\"profile backup\" expiration=2026-02-03T04:05:06Z "
        "still_valid=true",
        "info transfer_started direction=upload resource=\"vault photos, upload u\" size=1572864 "
        "part_size=1048576 bytes_resumed=524288",
        "info transfer_part_repeated direction=download resource=\"vault photos, job j\" offset=1048576 "
        "size=524288 attempt=1",
        "trace transfer_pace_changed direction=upload resource=\"vault photos, upload u\" in_flight_max=2",
        "trace job_looked_at resource=\"vault photos, job j\" completed=true status=Succeeded",
        "trace transfer_part_ended direction=download resource=\"vault photos, job j\" offset=1048576 "
        "size=524288 "
        "duration_us=2000000",
        "info transfer_ended direction=upload resource=\"vault photos, upload u\" size=1572864 "
        "duration_us=61000000",
    };
    BOOST_TEST(lines == expected, boost::test_tools::per_element());
}

// Failures say what failed, and matter more.
BOOST_AUTO_TEST_CASE(lines_of_failure)
{
    test::tell_all_events(*make(), "no such vault", service_errc::resource_not_found);
    BOOST_TEST_REQUIRE(lines.size() == test::kinds_of_events);
    BOOST_TEST(
        lines[1] ==
        "info attempt_ended operation=DescribeVault resource=\"vault photos\" invocation_id=id-of-the-call "
        "attempt=1 duration_us=1500 http_status=400 request_id=\"no such vault\" error=\"not found\" "
        "service_code=\"no such vault\" message=\"no such vault\" reused_connection=true");
    BOOST_TEST(lines[5].starts_with("warning operation_ended "));
    BOOST_TEST(lines[5].find(" error=\"not found\"") != std::string::npos);
    for (std::size_t const index : {6U, 7U, 8U, 10U, 11U, 16U, 17U})
        BOOST_TEST(lines[index].starts_with("warning "), lines[index]);
    // These are not the end of it.
    BOOST_TEST(lines[13].starts_with("info transfer_part_repeated "), lines[13]);
    BOOST_TEST(lines[14].starts_with("info transfer_pace_changed "), lines[14]);
    BOOST_TEST(lines[14].ends_with(" error=\"not found\""), lines[14]);
}

// What lies below the level is not written.
BOOST_AUTO_TEST_CASE(levels)
{
    test::tell_all_events(*make(event_level::info), {});
    BOOST_TEST(lines.size() == 8U);
    lines.clear();
    test::tell_all_events(*make(event_level::warning), {});
    BOOST_TEST(lines.size() == 1U);
    lines.clear();
    test::tell_all_events(*make(event_level::warning), {}, errc::connect_timeout);
    BOOST_TEST(lines.size() == 9U);
}

// A text of the network stays one printable, bounded word of its line.
BOOST_AUTO_TEST_CASE(hostile_texts)
{
    for (std::string const& text : {std::string("\r\nwarning forged=1 \x1b[2J\0\x7f\xff\xc3\xb6", 29),
                                    std::string("\" operation=forged \\"), std::string(1'000'000, '\xff'),
                                    std::string(1'000'000, '"')}) {
        lines.clear();
        test::tell_all_events(*make(), text, errc::connect_timeout);
        BOOST_TEST_REQUIRE(lines.size() == test::kinds_of_events);
        for (std::string const& line : lines) {
            BOOST_TEST(std::all_of(line.begin(), line.end(), [](char c) { return c >= 0x20 && c < 0x7f; }));
            BOOST_TEST(line.size() < 20'000U);
        }
    }
    lines.clear();
    test::tell_all_events(*make(), "\" operation=forged");
    BOOST_TEST(lines[1].find("message=\"\\\" operation=forged\"") != std::string::npos, lines[1]);
}

// A text that ends with a backslash cannot take the closing quote away.
BOOST_AUTO_TEST_CASE(backslashes)
{
    test::tell_all_events(*make(), "a b\\");
    BOOST_TEST(lines[1].find("message=\"a b\\\\\" ") != std::string::npos, lines[1]);
}

// A sink that fails loses its line, and nobody else notices.
BOOST_AUTO_TEST_CASE(sink_that_throws)
{
    int calls = 0;
    auto const sut = log_observer(
        [&calls](std::string_view) {
            ++calls;
            throw std::runtime_error("disk full");
        },
        event_level::trace);
    test::tell_all_events(*sut, {});
    BOOST_TEST(calls == static_cast<int>(test::kinds_of_events));
}

BOOST_AUTO_TEST_CASE(no_sink)
{
    BOOST_CHECK_EXCEPTION(log_observer(nullptr), invalid_value,
                          [](invalid_value const& error) { return error.code() == errc::invalid_option; });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier
