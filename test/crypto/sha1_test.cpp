#include "crypto/sha1.hpp"

#include <boost/test/unit_test.hpp>

namespace glacier::crypto {

BOOST_AUTO_TEST_SUITE(sha1_test)

// The examples of FIPS 180.
BOOST_AUTO_TEST_CASE(examples)
{
    BOOST_TEST(sha1_hex("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    BOOST_TEST(sha1_hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::crypto
