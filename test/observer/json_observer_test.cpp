#include "observer/json_observer.hpp"

#include "base/utf8.hpp"
#include "observer/all_events.hpp"
#include "support/printing.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace glacier {
namespace {

class fixed_clock final : public base::clock {
public:
    timestamp now() const override { return timestamp(std::chrono::milliseconds(1'770'091'506'789)); }
};

struct json_fixture {
    std::shared_ptr<observer> make(event_level level = event_level::trace)
    {
        return observers::json_observer([this](std::string_view line) { lines.emplace_back(line); }, level,
                                        std::make_shared<fixed_clock>());
    }

    boost::json::value value(std::size_t index) const { return boost::json::parse(lines.at(index)); }

    std::vector<std::string> lines;
};

BOOST_FIXTURE_TEST_SUITE(json_observer_test, json_fixture)

// Time, level, event and each member that says something, in this order.
BOOST_AUTO_TEST_CASE(lines_of_events)
{
    test::tell_all_events(*make(), {});
    BOOST_TEST_REQUIRE(lines.size() == test::kinds_of_events);
    BOOST_TEST(lines[1] ==
               R"({"time":"2026-02-03T04:05:06.789Z","level":"trace","event":"attempt_ended",)"
               R"("operation":"DescribeVault","resource":"vault photos",)"
               R"("invocation_id":"id-of-the-call","attempt":1,"duration_us":1500,"http_status":400,)"
               R"("reused_connection":true})");
    BOOST_TEST(lines[4] ==
               R"({"time":"2026-02-03T04:05:06.789Z","level":"warning","event":"clock_skew_changed",)"
               R"("offset_s":-420})");
    BOOST_TEST(value(3).at("rate").as_double() == 2.5);
    BOOST_TEST(value(11).at("expiration").as_string() == "2026-02-03T04:05:06Z");
    BOOST_TEST(value(16).at("size").as_int64() == 524'288);
}

// An error is its words, and what programs compare.
BOOST_AUTO_TEST_CASE(errors)
{
    test::tell_all_events(*make(), "words", service_errc::throttling);
    BOOST_TEST(value(1).at("error").as_string() == "the service asks to slow down");
    BOOST_TEST(value(1).at("error_category").as_string() == "glacier.service");
    BOOST_TEST(value(1).at("error_code").as_int64() == static_cast<int>(service_errc::throttling));
    BOOST_TEST(value(1).at("message").as_string() == "words");
    BOOST_TEST(value(1).at("level").as_string() == "info");
}

BOOST_AUTO_TEST_CASE(levels)
{
    test::tell_all_events(*make(event_level::info), {});
    BOOST_TEST(lines.size() == 8U);
}

// Whatever the network sends, each line is one object in valid UTF-8, and bounded.
BOOST_AUTO_TEST_CASE(hostile_texts)
{
    std::string every_byte;
    for (int byte = 0; byte < 256; ++byte)
        every_byte += static_cast<char>(byte);
    for (std::string const& text :
         {every_byte, std::string("\"},{\"event\":\"forged\\"), std::string("\xed\xa0\x80"),
          std::string(1'000'000, '\xff'), std::string(4'095, 'a') + "\xc3\xb6"}) {
        lines.clear();
        test::tell_all_events(*make(), text, errc::connect_timeout);
        BOOST_TEST_REQUIRE(lines.size() == test::kinds_of_events);
        for (std::string const& line : lines) {
            boost::system::error_code failed;
            boost::json::value const read = boost::json::parse(line, failed);
            BOOST_TEST(!failed);
            BOOST_TEST(read.is_object());
            BOOST_TEST(base::count_utf8_characters(line).has_value());
            BOOST_TEST(std::none_of(line.begin(), line.end(),
                                    [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
            BOOST_TEST(line.size() < 100'000U);
        }
    }
    lines.clear();
    test::tell_all_events(*make(), "a\xff"
                                   "b");
    BOOST_TEST(value(1).at("message").as_string() == "a\xef\xbf\xbd"
                                                     "b");
}

// JSON has no number for these.
BOOST_AUTO_TEST_CASE(numbers_that_json_lacks)
{
    for (double const rate :
         {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
        throttled event;
        event.rate = rate;
        make()->on_throttled(event);
        BOOST_TEST(!boost::json::parse(lines.back()).as_object().contains("rate"));
    }
}

// The public one takes the machine's time.
BOOST_AUTO_TEST_CASE(time_of_the_machine)
{
    auto const sut = json_observer([this](std::string_view line) { lines.emplace_back(line); });
    test::tell_all_events(*sut, {});
    BOOST_TEST_REQUIRE(lines.size() == test::kinds_of_events);
    BOOST_TEST(value(0).at("time").as_string() > "2026-01-01");
    BOOST_CHECK_THROW(json_observer(nullptr), invalid_value);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier
