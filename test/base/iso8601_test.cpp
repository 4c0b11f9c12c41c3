#include "base/iso8601.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace glacier::base {
namespace {

timestamp at(std::int64_t milliseconds)
{
    return timestamp(std::chrono::milliseconds(milliseconds));
}

/// 2013-03-20T17:03:43.221Z, a date of the API reference.
constexpr std::int64_t reference_time = 1'363'799'023'221;

/// The milliseconds since 1970, or -1 for a text that is no date.
std::int64_t parsed(std::string_view text)
{
    auto const time = parse_iso8601(text);
    return time ? time->time_since_epoch().count() : -1;
}

BOOST_AUTO_TEST_SUITE(iso8601_test)

// The three forms that the service and the signature use.
BOOST_AUTO_TEST_CASE(writes_the_three_forms)
{
    BOOST_TEST(to_iso8601(at(reference_time)) == "2013-03-20T17:03:43.221Z");
    BOOST_TEST(to_iso8601_seconds(at(reference_time)) == "2013-03-20T17:03:43Z");
    BOOST_TEST(to_iso8601_basic(at(reference_time)) == "20130320T170343Z");
}

// Every field is padded with zeros, and there are always three fractional digits.
BOOST_AUTO_TEST_CASE(fields_have_fixed_width)
{
    BOOST_TEST(to_iso8601(at(0)) == "1970-01-01T00:00:00.000Z");
    BOOST_TEST(to_iso8601(at(1)) == "1970-01-01T00:00:00.001Z");
    BOOST_TEST(to_iso8601(at(86'399'999)) == "1970-01-01T23:59:59.999Z");
    BOOST_TEST(to_iso8601_basic(at(3'661'000)) == "19700101T010101Z");
}

// Times before 1970 count down within the day before, they do not go negative.
BOOST_AUTO_TEST_CASE(times_before_1970)
{
    BOOST_TEST(to_iso8601(at(-1)) == "1969-12-31T23:59:59.999Z");
    BOOST_TEST(to_iso8601_seconds(at(-1)) == "1969-12-31T23:59:59Z");
    BOOST_TEST(to_iso8601(at(-62'135'596'800'000)) == "0001-01-01T00:00:00.000Z");
    BOOST_TEST(parsed("0001-01-01T00:00:00.000Z") == -62'135'596'800'000);
}

// The last moment of the year 9999 is still written and read.
BOOST_AUTO_TEST_CASE(last_year)
{
    BOOST_TEST(to_iso8601(at(253'402'300'799'999)) == "9999-12-31T23:59:59.999Z");
    BOOST_TEST(parsed("9999-12-31T23:59:59.999Z") == 253'402'300'799'999);
}

// 0 to 9 fractional digits are read; what is below a millisecond is cut off, not rounded.
BOOST_AUTO_TEST_CASE(fraction_is_cut_to_milliseconds)
{
    constexpr std::int64_t second = reference_time - 221;
    BOOST_TEST(parsed("2013-03-20T17:03:43Z") == second);
    BOOST_TEST(parsed("2013-03-20T17:03:43.2Z") == second + 200);
    BOOST_TEST(parsed("2013-03-20T17:03:43.22Z") == second + 220);
    BOOST_TEST(parsed("2013-03-20T17:03:43.221Z") == second + 221);
    BOOST_TEST(parsed("2013-03-20T17:03:43.0219Z") == second + 21);
    BOOST_TEST(parsed("2013-03-20T17:03:43.00219Z") == second + 2);
    BOOST_TEST(parsed("2013-03-20T17:03:43.221999Z") == second + 221);
    BOOST_TEST(parsed("2013-03-20T17:03:43.2219999Z") == second + 221);
    BOOST_TEST(parsed("2013-03-20T17:03:43.22199999Z") == second + 221);
    BOOST_TEST(parsed("2013-03-20T17:03:43.999999999Z") == second + 999);
    BOOST_TEST(parsed("2013-03-20T17:03:43.2219999991Z") == -1);
}

// UTC is written `Z` or `+00:00`; other offsets are not the service's.
BOOST_AUTO_TEST_CASE(zone_must_be_utc)
{
    BOOST_TEST(parsed("2013-03-20T17:03:43.221+00:00") == reference_time);
    for (std::string_view const zone :
         {"", "z", "+0000", "-00:00", "+01:00", "+00", " Z", "Z ", "ZZ", "Z+00:00", "UTC"})
        BOOST_TEST(parsed("2013-03-20T17:03:43.221" + std::string(zone)) == -1,
                   "accepted zone '" << zone << "'");
}

// Leap years: every fourth, but of the hundreds only every fourth.
BOOST_AUTO_TEST_CASE(leap_years)
{
    BOOST_TEST(parsed("2024-02-29T00:00:00Z") == 1'709'164'800'000);
    BOOST_TEST(parsed("2000-02-29T00:00:00Z") == 951'782'400'000);
    BOOST_TEST(to_iso8601_seconds(at(1'709'164'800'000)) == "2024-02-29T00:00:00Z");
    BOOST_TEST(parsed("2023-02-29T00:00:00Z") == -1);
    BOOST_TEST(parsed("1900-02-29T00:00:00Z") == -1);
    BOOST_TEST(parsed("2100-02-29T00:00:00Z") == -1);
}

// A leap second counts as the second after it.
BOOST_AUTO_TEST_CASE(leap_second)
{
    BOOST_TEST(parsed("2016-12-31T23:59:60Z") == parsed("2017-01-01T00:00:00Z"));
}

// Fields outside of the calendar and the clock are refused.
BOOST_AUTO_TEST_CASE(impossible_fields_are_refused)
{
    for (std::string_view const text :
         {"2013-00-20T17:03:43Z", "2013-13-20T17:03:43Z", "2013-03-00T17:03:43Z", "2013-03-32T17:03:43Z",
          "2013-04-31T17:03:43Z", "2013-03-20T24:00:00Z", "2013-03-20T17:60:43Z", "2013-03-20T17:03:61Z"})
        BOOST_TEST(parsed(text) == -1, "accepted: " << text);
}

// Another form, a missing or a superfluous character is refused.
BOOST_AUTO_TEST_CASE(bad_forms_are_refused)
{
    for (std::string_view const text : {"",
                                        "Z",
                                        "2013",
                                        "2013-03-20",
                                        "2013-03-20T17:03Z",
                                        "2013-03-20 17:03:43Z",
                                        "2013-03-20t17:03:43Z",
                                        "2013/03/20T17:03:43Z",
                                        "13-03-20T17:03:43Z",
                                        "2013-3-20T17:03:43Z",
                                        "2013-03-20T7:03:43Z",
                                        "02013-03-20T17:03:43Z",
                                        "-013-03-20T17:03:43Z",
                                        "+013-03-20T17:03:43Z",
                                        " 2013-03-20T17:03:43Z",
                                        "2013-03-20T17:03:43Z ",
                                        "2013-03-20T17:03:43,221Z",
                                        "2013-03-20T17:03:43.-21Z",
                                        "2013-03-20T17:03:4aZ",
                                        "2013-03-20T17:03:43.2 1Z",
                                        "20130320T170343Z",
                                        "1363799023221",
                                        "Wed, 20 Mar 2013 17:03:43 GMT"})
        BOOST_TEST(parsed(text) == -1, "accepted: " << text);
}

// The form of signatures has neither separators nor a fraction nor another zone.
BOOST_AUTO_TEST_CASE(basic_form)
{
    auto const time = parse_iso8601_basic("20130320T170343Z");
    BOOST_TEST_REQUIRE(time.has_value());
    BOOST_TEST(time->time_since_epoch().count() == reference_time - 221);

    for (std::string_view const text :
         {"", "20130320", "20130320T170343", "20130320T1703Z", "20130320T170343z", "20130320T170343+00:00",
          "20130320T170343.221Z", "20130320T170343ZZ", " 20130320T170343Z", "20130332T170343Z",
          "20130320T250343Z", "2013-03-20T17:03:43Z", "20130320 170343Z"})
        BOOST_TEST(!parse_iso8601_basic(text).has_value(), "accepted: " << text);
}

// Each day of four centuries, at a different time of day, is written and read back.
BOOST_AUTO_TEST_CASE(every_day_round_trips)
{
    timestamp time = *parse_iso8601("1800-01-01T00:00:00.000Z");
    timestamp const end = *parse_iso8601("2200-01-01T00:00:00.000Z");
    int days = 0;
    std::string previous;
    for (; time < end; time += std::chrono::hours(24) + std::chrono::milliseconds(577)) {
        std::string const text = to_iso8601(time);
        BOOST_TEST_REQUIRE((parse_iso8601(text) == time), text);
        BOOST_TEST_REQUIRE(previous < text);
        previous = text;
        ++days;
    }
    BOOST_TEST(days > 146'000);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::base
