#include "transfer/part_hasher.hpp"

#include "async/offload.hpp"
#include "async/transfer_limits.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace glacier::transfer {

namespace {

/// Hashed in two milliseconds or three.
std::uint64_t bytes_of_a_step(hash_path path) noexcept
{
    return std::uint64_t(path == hash_path::openssl ? 1 : 2) * 1'048'576;
}

} // namespace

part_hasher::part_hasher(std::vector<body> parts, std::optional<hash_path> path)
    : path_(path.value_or(protocol::quickest_hash_path(parts.size()))), hasher_(parts.size(), path_),
      pieces_(parts.size())
{
    parts_.reserve(parts.size());
    for (body& each : parts) {
        part& added = parts_.emplace_back();
        added.in_memory = each.source()->in_memory();
        added.content = std::move(each);
    }
}

std::size_t part_hasher::buffer_bytes() const noexcept
{
    std::size_t bytes = 0;
    for (part const& each : parts_)
        if (!each.in_memory)
            bytes += static_cast<std::size_t>(std::min<std::uint64_t>(block_bytes, each.content.size()));
    return bytes;
}

bool part_hasher::hash_some()
{
    buffer_.resize(buffer_bytes());
    // As many from each, since that is how they are hashed together.
    std::uint64_t const share = std::max<std::uint64_t>(block_bytes, bytes_of_a_step(path_) / parts_.size());
    if (buffer_.empty()) {
        hash_next(share);
    } else {
        for (std::uint64_t done = 0; done < share; done += block_bytes)
            hash_next(block_bytes);
    }
    return std::any_of(parts_.begin(), parts_.end(), [](part const& each) { return each.left() > 0; });
}

void part_hasher::hash_next(std::uint64_t bytes_each)
{
    std::span<std::byte> room = buffer_;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        part& from = parts_[i];
        auto const count = static_cast<std::size_t>(std::min(bytes_each, from.left()));
        if (from.in_memory) {
            pieces_[i] = from.in_memory->subspan(static_cast<std::size_t>(from.offset), count);
        } else {
            std::span<std::byte> const block = room.first(count);
            room = room.subspan(count);
            if (count > 0)
                from.content.source()->read(from.offset, block);
            pieces_[i] = block;
        }
        from.offset += count;
    }
    hasher_.update(pieces_);
}

std::vector<body_hashes> part_hasher::finish()
{
    std::vector<body_hashes> all;
    for (protocol::payload_hashes const& each : hasher_.finish()) {
        body_hashes both;
        both.content_sha256 = each.content_sha256;
        both.tree_hash = each.tree;
        all.push_back(both);
    }
    return all;
}

asio::awaitable<std::vector<body_hashes>> hash_parts(client service, std::vector<body> parts)
{
    std::shared_ptr<transfer_limits::state> const limits = service.limits().shared();
    auto const hasher = std::make_shared<part_hasher>(std::move(parts), limits->hashing);
    async::budget::reservation room;
    if (std::size_t const bytes = hasher->buffer_bytes(); bytes > 0)
        room = co_await limits->memory->reserve(bytes);
    auto const hashes = std::make_shared<std::vector<body_hashes>>();
    auto step = [hasher, hashes] {
        bool const more = hasher->hash_some();
        // Thousands of leaves are no work for the loop.
        if (!more)
            *hashes = hasher->finish();
        return more;
    };
    co_await async::offload_steps(service.get_blocking_executor(), std::move(step));
    co_return std::move(*hashes);
}

} // namespace glacier::transfer
