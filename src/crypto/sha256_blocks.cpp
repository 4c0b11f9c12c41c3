#include "crypto/sha256_blocks.hpp"

#include "crypto/sha256_kernels.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>

#if GLACIER_HAS_SHA256_KERNELS
#include <cpuid.h>
#endif

namespace glacier::crypto {

#if GLACIER_HAS_SHA256_KERNELS

namespace {

struct processor {
    bool sha_ni = false;
    bool avx512 = false;
};

processor detect() noexcept
{
    processor found;
    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
    __builtin_cpu_init();
    bool const has_sse41 = __builtin_cpu_supports("sse4.1") != 0;
    if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0)
        found.sha_ni = has_sse41 && (ebx & (1U << 29)) != 0;
    // These two ask the operating system too: it must keep the registers.
    found.avx512 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0;
    return found;
}

processor const& this_processor() noexcept
{
    static processor const found = detect();
    return found;
}

/// What one block costs, whatever the unit. Processors differ: on some the SHA extensions of two lanes are
/// as quick as AVX-512 of sixteen, on others half as quick.
struct costs {
    std::uint64_t two_lanes_of_sha_ni = 0;
    std::uint64_t sixteen_lanes = 0;
    std::uint64_t sixteen_pairs = 0;
};

costs measure() noexcept
{
    constexpr std::size_t blocks = 32;
    std::array<std::byte, blocks * sha256_block_bytes> const data{};
    std::array<sha256_state, 2 * sha256_runs_max> states{};
    std::array<sha256_lane, sha256_runs_max> lanes;
    std::array<sha256_run, sha256_runs_max> runs;
    for (std::size_t i = 0; i < sha256_runs_max; ++i) {
        lanes[i] = {data.data(), &states[i]};
        runs[i] = {data.data(), &states[i], &states[sha256_runs_max + i]};
    }
    // The quickest of a few times is the one that nothing came between.
    auto const time_of = [](auto const& work) {
        auto quickest = std::chrono::steady_clock::duration::max();
        for (int i = 0; i < 5; ++i) {
            auto const start = std::chrono::steady_clock::now();
            work();
            quickest = std::min(quickest, std::chrono::steady_clock::now() - start);
        }
        return static_cast<std::uint64_t>(quickest.count());
    };
    costs measured;
    measured.two_lanes_of_sha_ni = time_of([&] { sha256_by_sha_ni(lanes.data(), 2, blocks); });
    measured.sixteen_lanes = time_of([&] { sha256_by_avx512(lanes.data(), lanes.size(), blocks); });
    measured.sixteen_pairs = time_of([&] { sha256_pairs_by_avx512(runs.data(), runs.size(), blocks); });
    return measured;
}

/// Measured once, in about a fifth of a millisecond.
costs const& measured_costs() noexcept
{
    static costs const measured = measure();
    return measured;
}

/// What `lanes` cost when nothing but the SHA extensions is used.
std::uint64_t cost_of_sha_ni(costs const& measured, std::size_t lanes) noexcept
{
    return (lanes + 1) / 2 * measured.two_lanes_of_sha_ni;
}

/// What they cost when sixteen at a time go to AVX-512 as long as that is quicker.
std::uint64_t cost_of_single_lanes(costs const& measured, std::size_t lanes) noexcept
{
    std::uint64_t cost = 0;
    while (lanes > 0) {
        std::size_t const taken = std::min(lanes, sha256_runs_max);
        cost += std::min(measured.sixteen_lanes, cost_of_sha_ni(measured, taken));
        lanes -= taken;
    }
    return cost;
}

/// Lets AVX-512 and the SHA extensions share the work as it is quickest.
void share_out(std::span<sha256_run const> runs, std::span<sha256_lane const> lanes,
               std::size_t blocks) noexcept
{
    costs const& measured = measured_costs();
    if (lanes.size() > sha256_runs_max &&
        measured.sixteen_pairs < cost_of_single_lanes(measured, lanes.size())) {
        sha256_pairs_by_avx512(runs.data(), runs.size(), blocks);
        return;
    }
    while (!lanes.empty()) {
        auto const taken = lanes.first(std::min(lanes.size(), sha256_runs_max));
        if (measured.sixteen_lanes < cost_of_sha_ni(measured, taken.size()))
            sha256_by_avx512(taken.data(), taken.size(), blocks);
        else
            sha256_by_sha_ni(taken.data(), taken.size(), blocks);
        lanes = lanes.subspan(taken.size());
    }
}

} // namespace

bool has_instructions(sha256_instructions which) noexcept
{
    return which == sha256_instructions::sha_ni ? this_processor().sha_ni : this_processor().avx512;
}

void sha256_blocks(sha256_instructions which, std::span<sha256_run const> runs, std::size_t blocks) noexcept
{
    assert(runs.size() <= sha256_runs_max && has_instructions(which));
    std::array<sha256_lane, 2 * sha256_runs_max> lanes;
    std::size_t count = 0;
    // The two states of a run stand side by side, so that the SHA extensions read its bytes once.
    for (sha256_run const& run : runs) {
        lanes[count++] = {run.data, run.first};
        if (run.second != nullptr)
            lanes[count++] = {run.data, run.second};
    }
    auto const all = std::span<sha256_lane const>(lanes).first(count);
    if (which == sha256_instructions::sha_ni)
        sha256_by_sha_ni(all.data(), all.size(), blocks);
    else if (this_processor().sha_ni)
        share_out(runs, all, blocks);
    else if (count > sha256_runs_max)
        sha256_pairs_by_avx512(runs.data(), runs.size(), blocks);
    else
        sha256_by_avx512(all.data(), all.size(), blocks);
}

#else

bool has_instructions(sha256_instructions) noexcept
{
    return false;
}

void sha256_blocks(sha256_instructions, std::span<sha256_run const>, std::size_t) noexcept
{
    assert(false);
}

#endif

sha256_digest finish_sha256(sha256_instructions which, sha256_state state, std::span<std::byte const> tail,
                            std::uint64_t bytes) noexcept
{
    assert(tail.size() < sha256_block_bytes && tail.size() == bytes % sha256_block_bytes);
    // A bit, zeros up to the last eight bytes of a block, and the length in bits.
    std::array<std::byte, 2 * sha256_block_bytes> last{};
    std::copy(tail.begin(), tail.end(), last.begin());
    last[tail.size()] = std::byte{0x80};
    std::size_t const blocks = tail.size() + 1 + 8 <= sha256_block_bytes ? 1 : 2;
    std::uint64_t bits = 8 * bytes;
    for (std::size_t i = 1; i <= 8; ++i, bits >>= 8)
        last[blocks * sha256_block_bytes - i] = static_cast<std::byte>(bits & 0xff);
    sha256_run const run{last.data(), &state, nullptr};
    sha256_blocks(which, std::span(&run, 1), blocks);

    std::array<std::byte, sha256_digest::size> digest{};
    for (std::size_t i = 0; i < digest.size(); ++i)
        digest[i] = static_cast<std::byte>((state.words[i / 4] >> (24 - 8 * (i % 4))) & 0xff);
    return sha256_digest(digest);
}

} // namespace glacier::crypto
