#include "crypto/sha256_blocks.hpp"

#include "sha256_cases.hpp"

namespace glacier::crypto {
namespace {

/// Those that this processor has.
std::vector<sha256_instructions> available()
{
    std::vector<sha256_instructions> found;
    for (auto const which : {sha256_instructions::sha_ni, sha256_instructions::avx512})
        if (has_instructions(which))
            found.push_back(which);
    return found;
}

BOOST_AUTO_TEST_SUITE(sha256_blocks_test)

// However the work is shared out among the instructions, each run gives what OpenSSL gives.
BOOST_AUTO_TEST_CASE(runs_equal_openssl)
{
    for (sha256_instructions const which : available())
        for (std::size_t count = 1; count <= sha256_runs_max; ++count)
            for (bool const with_second : {false, true}) {
                std::vector<sha256_state> second(count, sha256_initial_state);
                std::vector<sha256_state> first;
                test::check_lanes(count, [&](std::vector<std::byte const*> const& data,
                                             std::vector<sha256_state>& states, std::size_t blocks) {
                    std::vector<sha256_run> runs;
                    for (std::size_t i = 0; i < data.size(); ++i)
                        runs.push_back({data[i], &states[i], with_second ? &second[i] : nullptr});
                    sha256_blocks(which, runs, blocks);
                    first = states;
                });
                for (std::size_t i = 0; i < count && with_second; ++i)
                    BOOST_TEST(test::hex_of(second[i]) == test::hex_of(first[i]));
            }
}

// The last bytes, padding and length: all numbers of bytes around one and two blocks.
BOOST_AUTO_TEST_CASE(finishing_equals_openssl)
{
    auto const content = test::random_bytes(3 * sha256_block_bytes, 5);
    for (sha256_instructions const which : available())
        for (std::size_t bytes = 0; bytes <= content.size(); ++bytes) {
            sha256_state state = sha256_initial_state;
            std::size_t const blocks = bytes / sha256_block_bytes;
            sha256_run const run{content.data(), &state, nullptr};
            sha256_blocks(which, std::span(&run, 1), blocks);
            auto const all = std::span<std::byte const>(content).first(bytes);
            sha256_digest const digest =
                finish_sha256(which, state, all.subspan(blocks * sha256_block_bytes), bytes);
            BOOST_TEST(digest.hex() == sha256_of(all).hex(), bytes << " bytes");
        }
}

// The length that is hashed along is one in bits, and has 64 of them.
BOOST_AUTO_TEST_CASE(length_above_four_gigabits)
{
    for (sha256_instructions const which : available()) {
        std::uint64_t const bytes = std::uint64_t(1) << 32U;
        sha256_state by_hand = sha256_initial_state;
        auto const last = test::last_block(bytes);
        sha256_run const run{last.data(), &by_hand, nullptr};
        sha256_blocks(which, std::span(&run, 1), 1);
        BOOST_TEST(finish_sha256(which, sha256_initial_state, {}, bytes).hex() == test::hex_of(by_hand));
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::crypto
