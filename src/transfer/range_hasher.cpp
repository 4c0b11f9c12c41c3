#include "transfer/range_hasher.hpp"

#include "crypto/sha256_blocks.hpp"

#include <algorithm>

namespace glacier::transfer {

std::optional<byte_range> common_bytes(byte_range const& one, std::optional<byte_range> const& other)
{
    if (!other)
        return one;
    std::uint64_t const first = std::max(one.first(), other->first());
    std::uint64_t const last = std::min(one.last(), other->last());
    if (last < first)
        return std::nullopt;
    return byte_range(first, last);
}

void range_hasher::tree::update(std::span<std::byte const> bytes)
{
    leaf_hasher_.update(bytes, leaves_);
    grow();
}

tree_hash range_hasher::tree::finish()
{
    leaf_hasher_.finish(leaves_);
    grow();
    return builder_.finish();
}

void range_hasher::tree::grow()
{
    for (tree_hash const& leaf : leaves_)
        builder_.add(leaf);
    leaves_.clear();
}

range_hasher::range_hasher(byte_range const& range, std::optional<byte_range> const& kept,
                           std::optional<hash_path> path)
    : position_(range.first()), whole_(path), kept_range_(common_bytes(range, kept))
{
    if (kept_range_ && *kept_range_ != range)
        kept_.emplace(path);
}

void range_hasher::update(std::span<std::byte const> bytes)
{
    whole_.update(bytes);
    if (kept_ && !bytes.empty()) {
        byte_range const block(position_, position_ + bytes.size() - 1);
        if (auto const both = common_bytes(block, kept_range_))
            kept_->update(bytes.subspan(static_cast<std::size_t>(both->first() - position_),
                                        static_cast<std::size_t>(both->size())));
    }
    position_ += bytes.size();
}

range_hashes range_hasher::finish()
{
    range_hashes hashes(whole_.finish());
    if (kept_)
        hashes.kept = kept_->finish();
    return hashes;
}

std::size_t range_hasher::step_bytes(std::optional<hash_path> path) noexcept
{
    // OpenSSL uses the SHA extensions too where there are any; without them a leaf takes three times as long. With them
    // two leaves are hashed in turn.
    constexpr std::size_t quick = std::size_t(2) * 1'048'576;
    constexpr std::size_t slow = std::size_t(512) * 1'024;
    bool const is_quick = path == hash_path::avx512 ||
                          crypto::has_instructions(crypto::sha256_instructions::sha_ni) ||
                          (!path && crypto::has_instructions(crypto::sha256_instructions::avx512));
    return is_quick ? quick : slow;
}

} // namespace glacier::transfer
