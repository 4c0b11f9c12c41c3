#include "protocol/retry_after.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <initializer_list>
#include <string>
#include <utility>

namespace glacier::protocol {
namespace {

using namespace std::chrono_literals;

// 2026-02-03T04:05:06Z
timestamp const now{1'770'091'506s};

/// Milliseconds; -1 for nothing.
std::int64_t wait_of(std::initializer_list<std::pair<char const*, std::string>> fields)
{
    http_headers headers;
    for (auto const& [name, value] : fields)
        headers.add(name, value);
    auto const wait = retry_after_of(headers, now);
    return wait ? wait->count() : -1;
}

BOOST_AUTO_TEST_SUITE(retry_after_test)

// The service's own header is in milliseconds, that of HTTP in seconds, and the former goes before the latter.
BOOST_AUTO_TEST_CASE(numbers)
{
    BOOST_TEST(wait_of({}) == -1);
    BOOST_TEST(wait_of({{"x-amz-retry-after", "1500"}}) == 1'500);
    BOOST_TEST(wait_of({{"X-Amz-Retry-After", "0"}}) == 0);
    BOOST_TEST(wait_of({{"Retry-After", "120"}}) == 120'000);
    BOOST_TEST(wait_of({{"Retry-After", "120"}, {"x-amz-retry-after", "7"}}) == 7);
    BOOST_TEST(wait_of({{"Retry-After", "2"}, {"x-amz-retry-after", "soon"}}) == 2'000);
}

// A date counts from the answer's own, or from what the caller takes for now; one that has passed is no wait.
BOOST_AUTO_TEST_CASE(dates)
{
    BOOST_TEST(wait_of({{"Retry-After", "Tue, 03 Feb 2026 04:05:16 GMT"}}) == 10'000);
    BOOST_TEST(wait_of({{"Retry-After", "Tue, 03 Feb 2026 04:05:16 GMT"},
                        {"Date", "Tue, 03 Feb 2026 04:05:13 GMT"}}) == 3'000);
    BOOST_TEST(wait_of({{"Retry-After", "Tue, 03 Feb 2026 04:05:16 GMT"}, {"Date", "today"}}) == 10'000);
    BOOST_TEST(wait_of({{"Retry-After", "Mon, 02 Feb 2026 04:05:06 GMT"}}) == 0);
}

// No answer makes anybody wait for longer than a day, or for a time that is none.
BOOST_AUTO_TEST_CASE(bounds)
{
    constexpr std::int64_t day = 86'400'000;
    BOOST_TEST(wait_of({{"x-amz-retry-after", "86400001"}}) == day);
    BOOST_TEST(wait_of({{"x-amz-retry-after", "18446744073709551615"}}) == day);
    BOOST_TEST(wait_of({{"Retry-After", "18446744073709551615"}}) == day);
    BOOST_TEST(wait_of({{"Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"}}) == day);
    for (char const* const nonsense : {"", "-1", "+1", "1.5", "1 s", "18446744073709551616", "never"}) {
        BOOST_TEST(wait_of({{"x-amz-retry-after", nonsense}}) == -1, nonsense);
        BOOST_TEST(wait_of({{"Retry-After", nonsense}}) == -1, nonsense);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
