#include "plan/repetition_delay.hpp"

#include <boost/test/unit_test.hpp>

namespace glacier::plan {
namespace {

BOOST_AUTO_TEST_SUITE(repetition_delay_test)

// It doubles from 1 second up to 30.
BOOST_AUTO_TEST_CASE(doubles)
{
    int failures = 0;
    for (int const seconds : {1, 2, 4, 8, 16, 30, 30})
        BOOST_TEST(repetition_delay(++failures).count() == seconds);
    BOOST_TEST(repetition_delay(1'000'000).count() == 30);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::plan
