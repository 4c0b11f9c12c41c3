#include "emulator/event_limit.hpp"

#include <boost/test/unit_test.hpp>

namespace glacier::emulation {

BOOST_AUTO_TEST_SUITE(event_limit_suite)

BOOST_AUTO_TEST_CASE(so_many_in_a_second_and_the_next_says_how_many_were_left_out)
{
    event_limit limit(2);
    timestamp const begin(std::chrono::milliseconds(1'770'000'000'100));
    BOOST_TEST(limit.admit(begin).value() == 0U);
    BOOST_TEST(limit.admit(begin).value() == 0U);
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(!limit.admit(begin + std::chrono::milliseconds(800)));
    BOOST_TEST(limit.admit(begin + std::chrono::milliseconds(900)).value() == 5U);
    BOOST_TEST(limit.admit(begin + std::chrono::milliseconds(900)).value() == 0U);
    BOOST_TEST(!limit.admit(begin + std::chrono::milliseconds(900)));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
