#include "emulator/duration.hpp"

#include <boost/test/unit_test.hpp>

namespace glacier::emulation {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(duration_suite)

BOOST_AUTO_TEST_CASE(numbers_and_units_are_read)
{
    BOOST_TEST((parse_duration("0ms") == 0ms));
    BOOST_TEST((parse_duration("250ms") == 250ms));
    BOOST_TEST((parse_duration("90s") == 90s));
    BOOST_TEST((parse_duration("15min") == 15min));
    BOOST_TEST((parse_duration("4h") == 4h));
    BOOST_TEST((parse_duration("36525d") == std::chrono::days(36'525)));
}

BOOST_AUTO_TEST_CASE(everything_else_is_refused)
{
    for (std::string_view const text : {"", "4", "h", "-4h", "+4h", "4 h", "4H", "1.5h", "4hh", "1h30min",
                                        "36526d", "18446744073709551616ms", "9223372036854775807d"})
        BOOST_TEST(!parse_duration(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(what_is_written_is_short_and_reads_back)
{
    BOOST_TEST(to_string(0ms) == "0ms");
    BOOST_TEST(to_string(1'500ms) == "1500ms");
    BOOST_TEST(to_string(60'000ms) == "1min");
    BOOST_TEST(to_string(90min) == "90min");
    BOOST_TEST(to_string(48h) == "2d");
    for (std::chrono::milliseconds const duration : {1ms, 999ms, 1'000ms, 86'400'000ms, 86'400'001ms})
        BOOST_TEST((parse_duration(to_string(duration)) == duration));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
