#include "base/random.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <vector>

namespace glacier::base {
namespace {

/// Gives the same byte over and over.
class constant_random final : public random_source {
public:
    explicit constant_random(std::byte value) noexcept : value_(value) {}

    void fill(std::span<std::byte> bytes) override { std::fill(bytes.begin(), bytes.end(), value_); }

private:
    std::byte value_;
};

BOOST_AUTO_TEST_SUITE(random_test)

// The smallest fraction is 0 and the greatest is just below 1, as close as a double can be.
BOOST_AUTO_TEST_CASE(fraction_is_below_one)
{
    constant_random zeros(std::byte{0});
    BOOST_TEST(zeros.fraction() == 0.0);

    constant_random ones(std::byte{0xff});
    BOOST_TEST(ones.fraction() < 1.0);
    BOOST_TEST(ones.fraction() == 1.0 - 0x1p-53);

    constant_random half(std::byte{0x80});
    BOOST_TEST(half.fraction() > 0.5);
    BOOST_TEST(half.fraction() < 0.503);
}

// Fractions of the kernel's generator lie in [0, 1), differ, and fall into every tenth.
BOOST_AUTO_TEST_CASE(fractions_are_spread)
{
    system_random random;
    std::set<double> seen;
    std::array<int, 10> tenths{};
    for (int i = 0; i < 2'000; ++i) {
        double const fraction = random.fraction();
        BOOST_TEST_REQUIRE((fraction >= 0.0 && fraction < 1.0));
        seen.insert(fraction);
        ++tenths[static_cast<std::size_t>(fraction * 10)];
    }
    BOOST_TEST(seen.size() > 1'990U);
    // 200 are expected in each; as few as 50 do not happen in the life of the universe.
    for (int const count : tenths)
        BOOST_TEST(count > 50);
}

// All of the bytes are filled, however many, and nothing beyond them.
BOOST_AUTO_TEST_CASE(fills_all_bytes)
{
    system_random random;
    random.fill({});
    // More than getrandom() gives at once when it is interrupted.
    std::vector<std::byte> bytes(100'000);
    random.fill(std::span(bytes).first(99'984));
    for (std::size_t start = 0; start + 16 <= 99'984; start += 16)
        BOOST_TEST_REQUIRE(std::any_of(bytes.begin() + static_cast<std::ptrdiff_t>(start),
                                       bytes.begin() + static_cast<std::ptrdiff_t>(start + 16),
                                       [](std::byte b) { return b != std::byte{}; }));
    BOOST_TEST(std::all_of(bytes.end() - 16, bytes.end(), [](std::byte b) { return b == std::byte{}; }));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::base
