#include "crypto/sha256_kernels.hpp"

#include "sha256_cases.hpp"

namespace glacier::crypto {
namespace {

BOOST_AUTO_TEST_SUITE(sha256_avx512_test)

#if GLACIER_HAS_SHA256_KERNELS
bool can_run()
{
    if (has_instructions(sha256_instructions::avx512))
        return true;
    BOOST_TEST_MESSAGE("this processor has no AVX-512");
    return false;
}

// Any number of lanes up to all gives what OpenSSL gives for each; the unused ones disturb nothing.
BOOST_AUTO_TEST_CASE(lanes_equal_openssl)
{
    if (!can_run())
        return;
    for (std::size_t count = 1; count <= 16; ++count)
        test::check_lanes(count, [](std::vector<std::byte const*> const& data,
                                    std::vector<sha256_state>& states, std::size_t blocks) {
            std::vector<sha256_lane> lanes;
            for (std::size_t i = 0; i < data.size(); ++i)
                lanes.push_back({data[i], &states[i]});
            sha256_by_avx512(lanes.data(), lanes.size(), blocks);
        });
}

// Two states in a lane take in the same bytes, each from where it stood; a lane may have one only.
BOOST_AUTO_TEST_CASE(pairs_equal_openssl)
{
    if (!can_run())
        return;
    for (std::size_t count = 1; count <= 16; ++count) {
        // The second states have taken in one block more, so a mix-up of the two shows.
        auto const before = test::random_bytes(sha256_block_bytes, 1);
        std::vector<sha256_state> second(count, sha256_initial_state);
        std::vector<sha256_state> expected(count, sha256_initial_state);
        for (sha256_state& state : second) {
            sha256_lane const lane{before.data(), &state};
            sha256_by_avx512(&lane, 1, 1);
        }
        expected = second;
        test::check_lanes(count, [&](std::vector<std::byte const*> const& data,
                                     std::vector<sha256_state>& states, std::size_t blocks) {
            std::vector<sha256_run> runs;
            for (std::size_t i = 0; i < data.size(); ++i) {
                bool const alone = i % 5 == 3;
                runs.push_back({data[i], &states[i], alone ? nullptr : &second[i]});
                sha256_lane const lane{data[i], &expected[i]};
                if (!alone)
                    sha256_by_avx512(&lane, 1, blocks);
            }
            sha256_pairs_by_avx512(runs.data(), runs.size(), blocks);
        });
        for (std::size_t i = 0; i < count; ++i)
            BOOST_TEST(test::hex_of(second[i]) == test::hex_of(expected[i]), "lane " << i << " of " << count);
    }
}
#endif

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::crypto
