#include "base/clock.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

namespace glacier::base {
namespace {

BOOST_AUTO_TEST_SUITE(clock_test)

// The system clock gives the time of day, cut down to milliseconds.
BOOST_AUTO_TEST_CASE(system_clock_gives_the_time_of_day)
{
    system_clock const clock;
    auto const before = std::chrono::system_clock::now();
    timestamp const now = clock.now();
    auto const after = std::chrono::system_clock::now();

    BOOST_TEST((now <= after));
    BOOST_TEST((now > before - std::chrono::milliseconds(1)));
}

// A test or an emulator puts its own time in through the interface.
BOOST_AUTO_TEST_CASE(clock_can_be_replaced)
{
    class fixed_clock final : public clock {
    public:
        timestamp now() const override { return timestamp(std::chrono::milliseconds(1'234)); }
    };
    fixed_clock const fixed;
    clock const& seen = fixed;

    BOOST_TEST(seen.now().time_since_epoch().count() == 1'234);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::base
