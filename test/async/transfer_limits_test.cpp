#include "async/transfer_limits.hpp"

#include "support/manual_time.hpp"

#include <boost/test/unit_test.hpp>

namespace glacier {
namespace {

BOOST_AUTO_TEST_SUITE(transfer_limits_test)

// Without settings there are 64 MiB, and no limit of speed.
BOOST_AUTO_TEST_CASE(defaults)
{
    transfer_limits const sut(
        std::make_shared<transfer_limits::state>(transfer_settings(), 1, async::system_time()));
    BOOST_TEST(sut.memory_max() == 67'108'864U);
    BOOST_TEST(sut.upload_rate_max() == 0U);
    BOOST_TEST(sut.download_rate_max() == 0U);
    BOOST_TEST(!sut.shared()->hashing.has_value());
}

// The settings are those that were given.
BOOST_AUTO_TEST_CASE(as_configured)
{
    transfer_settings settings;
    settings.memory_max = 1'048'576;
    settings.upload_rate_max = 11;
    settings.download_rate_max = 22;
    settings.hashing = hash_path::openssl;
    auto const time = std::make_shared<test::manual_time>();
    transfer_limits const sut(std::make_shared<transfer_limits::state>(settings, 1, time));
    BOOST_TEST(sut.memory_max() == 1'048'576U);
    BOOST_TEST(sut.upload_rate_max() == 11U);
    BOOST_TEST(sut.download_rate_max() == 22U);
    BOOST_TEST((sut.shared()->hashing == hash_path::openssl));
    BOOST_TEST((sut.shared()->time == time));
}

// It shows what is reserved, and copies are the same.
BOOST_AUTO_TEST_CASE(memory)
{
    transfer_limits const sut(
        std::make_shared<transfer_limits::state>(transfer_settings(), 1, async::system_time()));
    transfer_limits const copy = sut;
    {
        auto const first = sut.shared()->memory->try_reserve(1'000);
        BOOST_TEST(copy.memory_reserved() == 1'000U);
        BOOST_TEST(copy.memory_waiting() == 0U);
    }
    BOOST_TEST(copy.memory_reserved() == 0U);
    BOOST_TEST(copy.memory_reserved_most() == 1'000U);
}

// Each direction has its own rate.
BOOST_AUTO_TEST_CASE(rates)
{
    transfer_limits sut(
        std::make_shared<transfer_limits::state>(transfer_settings(), 1, async::system_time()));
    transfer_limits const copy = sut;
    sut.set_upload_rate_max(5);
    BOOST_TEST(copy.upload_rate_max() == 5U);
    BOOST_TEST(copy.download_rate_max() == 0U);
    sut.set_download_rate_max(6);
    BOOST_TEST(copy.download_rate_max() == 6U);
    sut.set_upload_rate_max(0);
    BOOST_TEST(!copy.shared()->upload_rate->has_limit());
    BOOST_TEST(copy.shared()->download_rate->has_limit());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier
