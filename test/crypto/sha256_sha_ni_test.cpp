#include "crypto/sha256_kernels.hpp"

#include "sha256_cases.hpp"

namespace glacier::crypto {
namespace {

BOOST_AUTO_TEST_SUITE(sha256_sha_ni_test)

#if GLACIER_HAS_SHA256_KERNELS
// Any number of lanes, odd and even, gives what OpenSSL gives for each.
BOOST_AUTO_TEST_CASE(lanes_equal_openssl)
{
    if (!has_instructions(sha256_instructions::sha_ni)) {
        BOOST_TEST_MESSAGE("this processor has no SHA extensions");
        return;
    }
    for (std::size_t count = 1; count <= 7; ++count)
        test::check_lanes(count, [](std::vector<std::byte const*> const& data,
                                    std::vector<sha256_state>& states, std::size_t blocks) {
            std::vector<sha256_lane> lanes;
            for (std::size_t i = 0; i < data.size(); ++i)
                lanes.push_back({data[i], &states[i]});
            sha256_by_sha_ni(lanes.data(), lanes.size(), blocks);
        });
}
#endif

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::crypto
