#include "cli/transfer_options.hpp"

#include "cli/exit_code.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

namespace {

using namespace glacier::cli;

constexpr std::uint64_t mib = 1'048'576;

std::string refusal(std::function<void()> const& action)
{
    try {
        action();
        return {};
    } catch (failure const& error) {
        BOOST_TEST((error.code() == exit_code::usage));
        return error.what();
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(cli_transfer_options)

// What was not given is left to the library.
BOOST_AUTO_TEST_CASE(defaults)
{
    transfer_options const options;
    BOOST_TEST(concurrency_of(options) == 4U);
    BOOST_TEST(rate_of(options) == 0U);
    glacier::transfer_settings settings;
    settings.memory_max = 12'345'678;
    set_memory(settings, options);
    BOOST_TEST(settings.memory_max == 12'345'678U);
}

BOOST_AUTO_TEST_CASE(values)
{
    transfer_options options;
    options.concurrency = "17";
    options.limit_rate = "512KiB";
    options.memory = "2MiB";
    BOOST_TEST(concurrency_of(options) == 17U);
    BOOST_TEST(rate_of(options) == mib / 2);
    glacier::transfer_settings settings;
    set_memory(settings, options);
    BOOST_TEST(settings.memory_max == 2 * mib);
}

BOOST_AUTO_TEST_CASE(invalid_values)
{
    transfer_options options;
    for (char const* const text : {"0", "1001", "", "-1", "4x"}) {
        options.concurrency = text;
        BOOST_TEST(refusal([&] { concurrency_of(options); }) ==
                   "--concurrency \"" + std::string(text) + "\": a number from 1 to 1000");
    }
    for (char const* const text : {"0", "", "fast", "-1", "1.5MiB", "2097152GiB"}) {
        options.limit_rate = text;
        BOOST_TEST(refusal([&] { rate_of(options); }) ==
                   "--limit-rate \"" + std::string(text) +
                       "\": a size from 1 byte to 1.0 PiB, in bytes or with KiB, MiB or GiB");
    }
    glacier::transfer_settings settings;
    for (char const* const text : {"0", "1048575", "1023KiB", "2097152GiB"}) {
        options.memory = text;
        BOOST_TEST(refusal([&] { set_memory(settings, options); }) ==
                   "--memory \"" + std::string(text) +
                       "\": a size from 1.0 MiB to 1.0 PiB, in bytes or with KiB, MiB or GiB");
    }
}

// Each of them is looked at.
BOOST_AUTO_TEST_CASE(all_values)
{
    BOOST_TEST(refusal([] { check_values({}); }).empty());
    transfer_options options;
    options.concurrency = "0";
    BOOST_TEST(refusal([&] { check_values(options); }).find("--concurrency") == 0U);
    options.concurrency.reset();
    options.limit_rate = "0";
    BOOST_TEST(refusal([&] { check_values(options); }).find("--limit-rate") == 0U);
    options.limit_rate.reset();
    options.memory = "0";
    BOOST_TEST(refusal([&] { check_values(options); }).find("--memory") == 0U);
}

BOOST_AUTO_TEST_CASE(part_sizes)
{
    BOOST_TEST(parse_part_size("--size", "1048576").bytes() == mib);
    BOOST_TEST(parse_part_size("--size", "16MiB").bytes() == 16 * mib);
    BOOST_TEST(parse_part_size("--size", "1024KiB").bytes() == mib);
    BOOST_TEST(parse_part_size("--size", "4GiB").bytes() == 4'096 * mib);
    for (char const* const text : {"0", "1000", "3MiB", "8GiB", "-1048576", "many", ""})
        BOOST_TEST(refusal([&] { parse_part_size("--size", text); }) ==
                   "--size \"" + std::string(text) +
                       "\": a power of two from 1MiB to 4GiB, in bytes or with KiB, MiB or GiB");
}

BOOST_AUTO_TEST_SUITE_END()
