// What the hashes of uploads and downloads cost on each path, in seconds of CPU for each GiB, against OpenSSL in the
// same run. Google Benchmark would run one path after the other; here they take turns, round by round, so that whatever
// else the machine does meets all of them alike, and the median of the rounds counts.
//
// `one` is the tree hash alone, as downloads are checked with; `both` is the linear and the tree hash of parts that are
// hashed side by side, as uploads need them. `ratio` is against two passes of OpenSSL (`one`: against one).

#include "crypto/sha256.hpp"
#include "protocol/leaf_hasher.hpp"
#include "protocol/payload_hasher.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace {

using glacier::hash_path;

constexpr std::size_t part_bytes = std::size_t(8) * 1'048'576;
constexpr std::size_t block_bytes = std::size_t(256) * 1'024;
constexpr int rounds = 7;

double cpu_seconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::vector<std::byte> make_content(std::size_t size)
{
    std::vector<std::byte> bytes(size);
    std::uint64_t state = 1;
    for (std::byte& byte : bytes) {
        state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
        byte = static_cast<std::byte>(state >> 56U);
    }
    return bytes;
}

/// One way to hash the same parts.
struct variant {
    std::string name;
    std::size_t parts;
    std::function<void()> work;
    std::vector<double> seconds;

    double median()
    {
        std::sort(seconds.begin(), seconds.end());
        double const gibibytes = static_cast<double>(parts * part_bytes) / (1024.0 * 1024.0 * 1024.0);
        return seconds[seconds.size() / 2] / gibibytes;
    }
};

void hash_both(hash_path path, std::span<std::byte const> content, std::size_t parts)
{
    glacier::protocol::payload_group_hasher hasher(parts, path);
    std::vector<std::span<std::byte const>> pieces(parts);
    for (std::size_t offset = 0; offset < part_bytes; offset += block_bytes) {
        for (std::size_t i = 0; i < parts; ++i)
            pieces[i] = content.subspan(i * part_bytes + offset, block_bytes);
        hasher.update(pieces);
    }
    hasher.finish();
}

char const* name_of(hash_path path)
{
    switch (path) {
    case hash_path::openssl:
        return "OpenSSL";
    case hash_path::sha_ni:
        return "SHA extensions";
    case hash_path::avx512:
        return "AVX-512";
    }
    return "";
}

} // namespace

int main()
{
    constexpr std::size_t parts_max = 16;
    auto const content = make_content(parts_max * part_bytes);
    auto const all = std::span<std::byte const>(content);

    // The floors: OpenSSL over the same bytes, once and twice.
    std::vector<variant> variants;
    variants.push_back({"one   OpenSSL, one stream",
                        4,
                        [all] {
                            for (std::size_t i = 0; i < 4; ++i)
                                glacier::crypto::sha256_of(all.subspan(i * part_bytes, part_bytes));
                        },
                        {}});
    variants.push_back({"one   leaves side by side",
                        4,
                        [all] {
                            glacier::protocol::leaf_hasher hasher;
                            std::vector<glacier::tree_hash> leaves;
                            hasher.update(all.first(4 * part_bytes), leaves);
                        },
                        {}});
    variants.push_back({"both  OpenSSL, two passes",
                        4,
                        [all] {
                            for (std::size_t i = 0; i < 4; ++i) {
                                auto const part = all.subspan(i * part_bytes, part_bytes);
                                glacier::crypto::sha256_of(part);
                                for (std::size_t at = 0; at < part.size(); at += 1'048'576)
                                    glacier::crypto::sha256_of(part.subspan(at, 1'048'576));
                            }
                        },
                        {}});
    for (hash_path const path : {hash_path::openssl, hash_path::sha_ni, hash_path::avx512})
        for (std::size_t const parts : {1U, 4U, 8U, 16U})
            if (glacier::is_available(path))
                variants.push_back({"both  " + std::string(name_of(path)) + ", " + std::to_string(parts) +
                                        (parts == 1 ? " part" : " parts"),
                                    parts,
                                    [path, all, parts] { hash_both(path, all, parts); },
                                    {}});

    for (int round = 0; round < rounds; ++round)
        for (variant& each : variants) {
            double const start = cpu_seconds();
            each.work();
            each.seconds.push_back(cpu_seconds() - start);
        }

    double const one = variants[0].median();
    double const both = variants[2].median();
    std::printf("%-36s %10s %8s\n", "hash", "CPU s/GiB", "ratio");
    for (variant& each : variants)
        std::printf("%-36s %10.3f %8.2f\n", each.name.c_str(), each.median(),
                    each.median() / (each.name.starts_with("one") ? one : both));
}
