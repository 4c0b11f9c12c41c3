#include "cli/transfer_watch.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

/// Keeps the sizes of transfers that began, and counts other events.
struct counting_observer final : glacier::observer {
    void on_transfer_started(glacier::transfer_started const& event) noexcept override
    {
        sizes.push_back(event.size);
    }
    void on_transfer_ended(glacier::transfer_ended const& /*event*/) noexcept override { ++others; }

    std::vector<std::uint64_t> sizes;
    int others = 0;
};

glacier::transfer_started started(std::uint64_t size)
{
    glacier::transfer_started event;
    event.size = size;
    return event;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cli_transfer_watch)

BOOST_AUTO_TEST_CASE(alone)
{
    std::vector<std::uint64_t> sizes;
    auto const watch = glacier::cli::transfer_watch(
        [&sizes](glacier::transfer_started const& event) { sizes.push_back(event.size); }, nullptr);
    watch->on_transfer_started(started(7));
    watch->on_transfer_ended(glacier::transfer_ended());
    BOOST_TEST(sizes == std::vector<std::uint64_t>{7}, boost::test_tools::per_element());
}

// The other observer, that of --trace or --log, is told of everything.
BOOST_AUTO_TEST_CASE(beside_another)
{
    std::vector<std::uint64_t> sizes;
    auto const other = std::make_shared<counting_observer>();
    auto const watch = glacier::cli::transfer_watch(
        [&sizes](glacier::transfer_started const& event) { sizes.push_back(event.size); }, other);
    watch->on_transfer_started(started(7));
    watch->on_transfer_ended(glacier::transfer_ended());
    BOOST_TEST(sizes == std::vector<std::uint64_t>{7}, boost::test_tools::per_element());
    BOOST_TEST(other->sizes == sizes, boost::test_tools::per_element());
    BOOST_TEST(other->others == 1);
}

BOOST_AUTO_TEST_SUITE_END()
