#include "crypto/wipe.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace glacier::crypto {

BOOST_AUTO_TEST_SUITE(wipe_test)

// Every byte becomes zero.
BOOST_AUTO_TEST_CASE(memory)
{
    std::vector<char> bytes(100, 'x');
    wipe(bytes.data(), 99);
    BOOST_TEST(std::count(bytes.begin(), bytes.end(), '\0') == 99);
    BOOST_TEST(bytes.back() == 'x');
}

// The text is gone, also what a longer one left behind its end.
BOOST_AUTO_TEST_CASE(text)
{
    std::string secret(200, 'x');
    secret.resize(10);
    char const* const memory = secret.data();
    wipe(secret);
    BOOST_TEST(secret.empty());
    BOOST_TEST(std::count(memory, memory + 200, 'x') == 0);
}

// Also when an exception takes it away.
BOOST_AUTO_TEST_CASE(at_the_end)
{
    std::string secret(200, 'x');
    {
        wiper const wiped(secret);
    }
    BOOST_TEST(secret.empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::crypto
