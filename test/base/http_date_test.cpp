#include "base/http_date.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string_view>

namespace glacier::base {
namespace {

std::int64_t seconds_of(std::string_view text)
{
    auto const read = parse_http_date(text);
    return read ? read->time_since_epoch().count() / 1'000 : -1;
}

BOOST_AUTO_TEST_SUITE(http_date_test)

// The seconds are those that `date -u -d TEXT +%s` gives.
BOOST_AUTO_TEST_CASE(dates)
{
    BOOST_TEST(seconds_of("Thu, 01 Jan 1970 00:00:00 GMT") == 0);
    BOOST_TEST(seconds_of("Sun, 06 Nov 1994 08:49:37 GMT") == 784'111'777);
    BOOST_TEST(seconds_of("Tue, 29 Feb 2000 23:59:59 GMT") == 951'868'799);
    BOOST_TEST(seconds_of("Tue, 03 Feb 2026 04:05:06 GMT") == 1'770'091'506);
    BOOST_TEST(seconds_of("Fri, 31 Dec 9999 23:59:59 GMT") == 253'402'300'799);
    // A leap second.
    BOOST_TEST(seconds_of("Sat, 31 Dec 2016 23:59:60 GMT") == 1'483'228'800);
}

// Whatever is not of this form, or no date, is nothing rather than another moment.
BOOST_AUTO_TEST_CASE(no_dates)
{
    using namespace std::string_view_literals;
    for (std::string_view const text : {""sv,
                                        "now"sv,
                                        "Tue, 03 Feb 2026 04:05:06"sv,
                                        "Tue, 03 Feb 2026 04:05:06 UTC"sv,
                                        "Tue, 03 Feb 2026 04:05:06 GMT "sv,
                                        " Tue, 03 Feb 2026 04:05:06 GMT"sv,
                                        "Tue, 3 Feb 2026 04:05:06 GMT"sv,
                                        "Tue, 30 Feb 2026 04:05:06 GMT"sv,
                                        "Tue, 00 Feb 2026 04:05:06 GMT"sv,
                                        "Tue, 29 Feb 2100 04:05:06 GMT"sv,
                                        "Tue, 03 feb 2026 04:05:06 GMT"sv,
                                        "Tue, 03 Feb 2026 24:05:06 GMT"sv,
                                        "Tue, 03 Feb 2026 04:60:06 GMT"sv,
                                        "Tue, 03 Feb 2026 04:05:61 GMT"sv,
                                        "Tue, +3 Feb 2026 04:05:06 GMT"sv,
                                        "Tue, 03 Feb -026 04:05:06 GMT"sv,
                                        "Tue, 03 Feb 2026 04:05:\0006 GMT"sv,
                                        "Tuesday, 03-Feb-26 04:05:06 GMT"sv,
                                        "Tue Feb  3 04:05:06 2026"sv,
                                        "1770091506"sv})
        BOOST_TEST(!parse_http_date(text).has_value(), "read as a date: '" << text << "'");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::base
