#include "plan/transfer_pace.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>

namespace glacier::plan {
namespace {

constexpr std::uint64_t mib = 1'048'576;

BOOST_AUTO_TEST_SUITE(transfer_pace_test)

// Less at once mends throttling and a service that is too slow; not a refusal, a quota or a broken connection.
BOOST_AUTO_TEST_CASE(what_asks_for_less)
{
    for (error_code const code :
         {error_code(service_errc::throttling), error_code(service_errc::request_timeout),
          error_code(service_errc::service_unavailable), error_code(errc::transfer_stalled),
          error_code(errc::response_timeout)})
        BOOST_TEST(asks_for_less(code), code.message());
    for (error_code const code :
         {error_code(service_errc::limit_exceeded), error_code(service_errc::access_denied),
          error_code(errc::connection_closed), error_code(errc::tree_hash_mismatch),
          error_code(errc::connection_wait_timeout), error_code()})
        BOOST_TEST(!asks_for_less(code), code.message());
}

// Until the service is in trouble, transfers have all that they were allowed.
BOOST_AUTO_TEST_CASE(full_at_first)
{
    transfer_pace sut;
    BOOST_TEST(sut.in_flight_max(1) == 1U);
    BOOST_TEST(sut.in_flight_max(1'000) == 1'000U);
    BOOST_TEST(sut.default_part_size().bytes() == 16 * mib);
    BOOST_TEST(!sut.on_clean_part());
    BOOST_TEST(sut.in_flight_max(1'000) == 1'000U);
}

// Each trouble halves both, down to one part of the smallest size.
BOOST_AUTO_TEST_CASE(halves)
{
    transfer_pace sut;
    BOOST_TEST(sut.on_trouble(sut.generation()));
    BOOST_TEST(sut.in_flight_max(1'000) == 500U);
    BOOST_TEST(sut.in_flight_max(5) == 2U);
    BOOST_TEST(sut.in_flight_max(1) == 1U);
    BOOST_TEST(sut.default_part_size().bytes() == 8 * mib);
    for (std::uint64_t const bytes : {4 * mib, 2 * mib, mib, mib}) {
        BOOST_TEST(sut.on_trouble(sut.generation()));
        BOOST_TEST(sut.default_part_size().bytes() == bytes);
    }
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(sut.on_trouble(sut.generation()));
    BOOST_TEST(sut.in_flight_max(1'000) == 1U);

    BOOST_TEST(!sut.on_trouble(sut.generation()));
    BOOST_TEST(sut.in_flight_max(1'000) == 1U);
    BOOST_TEST(sut.default_part_size().bytes() == mib);
}

// Parts that were on their way together fail together, and that is one trouble.
BOOST_AUTO_TEST_CASE(once_per_generation)
{
    transfer_pace sut;
    std::uint64_t const begun = sut.generation();
    BOOST_TEST(sut.on_trouble(begun));
    for (int i = 0; i < 10; ++i)
        BOOST_TEST(!sut.on_trouble(begun));
    BOOST_TEST(sut.in_flight_max(64) == 32U);

    BOOST_TEST(sut.generation() != begun);
    BOOST_TEST(sut.on_trouble(sut.generation()));
    BOOST_TEST(sut.in_flight_max(64) == 16U);
}

// Clean parts bring a sixteenth back each, to what was allowed and no more.
BOOST_AUTO_TEST_CASE(grows_again)
{
    transfer_pace sut;
    sut.on_trouble(sut.generation());
    for (std::size_t clean = 1; clean <= 8; ++clean) {
        BOOST_TEST(sut.on_clean_part());
        BOOST_TEST(sut.in_flight_max(16) == 8 + clean);
        // A power of two, rounded down.
        BOOST_TEST(sut.default_part_size().bytes() == (clean < 8 ? 8 : 16) * mib);
    }
    BOOST_TEST(!sut.on_clean_part());
    BOOST_TEST(sut.in_flight_max(16) == 16U);
}

// From the very bottom too.
BOOST_AUTO_TEST_CASE(grows_from_the_bottom)
{
    transfer_pace sut;
    while (sut.on_trouble(sut.generation())) {}
    int clean = 0;
    while (sut.on_clean_part())
        ++clean;
    BOOST_TEST(clean == 16);
    BOOST_TEST(sut.in_flight_max(1'000) == 1'000U);
}

// Transfers on several threads share it.
BOOST_AUTO_TEST_CASE(safe_in_threads)
{
    transfer_pace sut;
    auto const work = [&sut] {
        for (int i = 0; i < 10'000; ++i) {
            sut.on_trouble(sut.generation());
            sut.on_clean_part();
        }
    };
    std::thread first(work);
    std::thread second(work);
    first.join();
    second.join();
    BOOST_TEST(sut.in_flight_max(1'000) >= 1U);
    BOOST_TEST(sut.in_flight_max(1'000) <= 1'000U);
    BOOST_TEST(sut.generation() > 0U);
    BOOST_TEST(sut.generation() <= 20'000U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::plan
