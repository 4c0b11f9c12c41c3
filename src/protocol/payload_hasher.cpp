#include "protocol/payload_hasher.hpp"

#include "protocol/tree_hash.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace glacier {

bool is_available(hash_path path) noexcept
{
    switch (path) {
    case hash_path::openssl:
        break;
    case hash_path::sha_ni:
        return crypto::has_instructions(crypto::sha256_instructions::sha_ni);
    case hash_path::avx512:
        return crypto::has_instructions(crypto::sha256_instructions::avx512);
    }
    return true;
}

namespace protocol {

namespace {

constexpr std::uint64_t block_bytes = crypto::sha256_block_bytes;

/// Bytes up to the end of the leaf that the next byte belongs to.
std::uint64_t to_end_of_leaf(std::uint64_t position) noexcept
{
    return tree_hash_leaf_bytes - position % tree_hash_leaf_bytes;
}

} // namespace

hash_path quickest_hash_path(std::size_t payloads) noexcept
{
    // With the SHA extensions at hand, avx512 leaves to them what they do more quickly. Without them, OpenSSL is
    // quicker for a single payload than sixteen lanes of which two are used.
    if (is_available(hash_path::avx512) && (payloads > 1 || is_available(hash_path::sha_ni)))
        return hash_path::avx512;
    return is_available(hash_path::sha_ni) ? hash_path::sha_ni : hash_path::openssl;
}

payload_group_hasher::payload_group_hasher(std::size_t payloads, hash_path path)
    : path_(path), lanes_(payloads)
{
    assert(payloads >= 1 && payloads <= payloads_max && is_available(path));
}

crypto::sha256_instructions payload_group_hasher::instructions() const noexcept
{
    return path_ == hash_path::avx512 ? crypto::sha256_instructions::avx512
                                      : crypto::sha256_instructions::sha_ni;
}

void payload_group_hasher::update(std::span<std::span<std::byte const> const> pieces)
{
    assert(pieces.size() == lanes_.size());
    if (std::exchange(finished_, false))
        for (lane& each : lanes_)
            each.leaves.clear();
    if (path_ != hash_path::openssl) {
        update_with_instructions(pieces);
        return;
    }
    for (std::size_t i = 0; i < lanes_.size(); ++i)
        update_with_openssl(lanes_[i], pieces[i]);
}

void payload_group_hasher::update_with_openssl(lane& target, std::span<std::byte const> bytes)
{
    while (!bytes.empty()) {
        auto const taken = bytes.first(
            static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), to_end_of_leaf(target.bytes))));
        target.linear.update(taken);
        // The first leaf is the beginning of the linear hash.
        if (target.bytes >= tree_hash_leaf_bytes)
            target.leaf.update(taken);
        advance(target, taken.size());
        bytes = bytes.subspan(taken.size());
    }
}

void payload_group_hasher::update_with_instructions(std::span<std::span<std::byte const> const> pieces)
{
    std::array<std::span<std::byte const>, payloads_max> waiting;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        lane& target = lanes_[i];
        std::span<std::byte const> bytes = pieces[i];
        // What is left of the block before is filled up first.
        if (auto const filled = static_cast<std::size_t>(target.bytes % block_bytes); filled != 0) {
            auto const taken = bytes.first(std::min<std::size_t>(block_bytes - filled, bytes.size()));
            std::copy(taken.begin(), taken.end(), target.rest.begin() + static_cast<std::ptrdiff_t>(filled));
            bytes = bytes.subspan(taken.size());
            if (filled + taken.size() == block_bytes) {
                crypto::sha256_run const run{target.rest.data(), &target.linear_state,
                                             target.bytes >= tree_hash_leaf_bytes ? &target.leaf_state
                                                                                  : nullptr};
                crypto::sha256_blocks(instructions(), std::span(&run, 1), 1);
            }
            advance(target, taken.size());
        }
        waiting[i] = bytes;
    }
    take_blocks(std::span(waiting).first(lanes_.size()));
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        std::copy(waiting[i].begin(), waiting[i].end(), lanes_[i].rest.begin());
        lanes_[i].bytes += waiting[i].size();
    }
}

void payload_group_hasher::take_blocks(std::span<std::span<std::byte const>> waiting)
{
    while (true) {
        std::array<crypto::sha256_run, payloads_max> runs;
        std::array<std::size_t, payloads_max> taking;
        std::size_t count = 0;
        std::uint64_t bytes = tree_hash_leaf_bytes;
        for (std::size_t i = 0; i < lanes_.size(); ++i) {
            if (waiting[i].size() < block_bytes)
                continue;
            lane& target = lanes_[i];
            bytes = std::min(
                {bytes, to_end_of_leaf(target.bytes), waiting[i].size() / block_bytes * block_bytes});
            taking[count] = i;
            runs[count++] = {waiting[i].data(), &target.linear_state,
                             target.bytes >= tree_hash_leaf_bytes ? &target.leaf_state : nullptr};
        }
        if (count == 0)
            return;
        auto const step = static_cast<std::size_t>(bytes);
        crypto::sha256_blocks(instructions(), std::span(runs).first(count), step / block_bytes);
        for (std::size_t const i : std::span(taking).first(count)) {
            waiting[i] = waiting[i].subspan(step);
            advance(lanes_[i], step);
        }
    }
}

void payload_group_hasher::advance(lane& target, std::uint64_t bytes)
{
    target.bytes += bytes;
    if (bytes != 0 && target.bytes % tree_hash_leaf_bytes == 0)
        target.leaves.push_back(tree_hash(finish_leaf(target).bytes()));
}

sha256_digest payload_group_hasher::finish_linear(lane& target)
{
    if (path_ == hash_path::openssl)
        return target.linear.digest_so_far();
    return crypto::finish_sha256(instructions(), target.linear_state, target.rest_of_block(), target.bytes);
}

sha256_digest payload_group_hasher::finish_leaf(lane& target)
{
    if (target.bytes <= tree_hash_leaf_bytes)
        return finish_linear(target);
    if (path_ == hash_path::openssl)
        return target.leaf.finish();
    std::uint64_t const bytes =
        target.bytes - (target.bytes - 1) / tree_hash_leaf_bytes * tree_hash_leaf_bytes;
    return crypto::finish_sha256(instructions(),
                                 std::exchange(target.leaf_state, crypto::sha256_initial_state),
                                 target.rest_of_block(), bytes);
}

std::vector<payload_hashes> payload_group_hasher::finish()
{
    std::vector<payload_hashes> all;
    all.reserve(lanes_.size());
    for (lane& each : lanes_) {
        // After finish() without an update() in between, the leaves of the payload before are still there.
        if (finished_)
            each.leaves.clear();
        if (each.bytes % tree_hash_leaf_bytes != 0)
            each.leaves.push_back(tree_hash(finish_leaf(each).bytes()));
        payload_hashes hashes;
        hashes.bytes = each.bytes;
        hashes.content_sha256 = finish_linear(each);
        hashes.tree = each.leaves.empty() ? tree_hash(hashes.content_sha256.bytes()) : root_of(each.leaves);
        all.push_back(hashes);

        std::vector<tree_hash> leaves = std::move(each.leaves);
        each = lane();
        each.leaves = std::move(leaves);
    }
    finished_ = true;
    return all;
}

} // namespace protocol
} // namespace glacier
