#include <glacier/observer_list.hpp>

#include "observer/all_events.hpp"

#include <glacier/log_observer.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace glacier {
namespace {

BOOST_AUTO_TEST_SUITE(observer_list_test)

// Everybody is told everything, in their order; nobody is no problem.
BOOST_AUTO_TEST_CASE(all_are_told)
{
    std::vector<std::string> lines;
    std::vector<std::string> both;
    auto const first = log_observer(
        [&](std::string_view line) { both.push_back("first " + std::string(line)); }, event_level::trace);
    auto const second = log_observer(
        [&](std::string_view line) { both.push_back("second " + std::string(line)); }, event_level::trace);
    test::tell_all_events(
        *log_observer([&](std::string_view line) { lines.emplace_back(line); }, event_level::trace), "text");
    std::vector<std::string> expected;
    for (std::string const& line : lines)
        for (char const* const name : {"first ", "second "})
            expected.push_back(name + line);

    test::tell_all_events(*observer_list({first, nullptr, second}), "text");
    BOOST_TEST(lines.size() == test::kinds_of_events);
    BOOST_TEST(both == expected, boost::test_tools::per_element());
    test::tell_all_events(*observer_list({}), "text");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier
