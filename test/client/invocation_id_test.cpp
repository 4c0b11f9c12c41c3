#include "client/invocation_id.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <set>
#include <span>
#include <string>

namespace glacier {
namespace {

/// The same byte, however many.
class constant_random final : public base::random_source {
public:
    explicit constant_random(std::byte value) : value_(value) {}
    void fill(std::span<std::byte> bytes) override { std::fill(bytes.begin(), bytes.end(), value_); }

private:
    std::byte value_;
};

BOOST_AUTO_TEST_SUITE(invocation_id_test)

// The bits of version and variant are set, all others are random.
BOOST_AUTO_TEST_CASE(version_4)
{
    constant_random zeros(std::byte(0x00));
    BOOST_TEST(make_invocation_id(zeros) == "00000000-0000-4000-8000-000000000000");
    constant_random ones(std::byte(0xff));
    BOOST_TEST(make_invocation_id(ones) == "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

// No two calls have the same.
BOOST_AUTO_TEST_CASE(all_different)
{
    base::system_random random;
    std::set<std::string> ids;
    for (int i = 0; i < 1'000; ++i)
        ids.insert(make_invocation_id(random));
    BOOST_TEST(ids.size() == 1'000U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier
