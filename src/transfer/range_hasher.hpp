#pragma once

#include "protocol/leaf_hasher.hpp"
#include "protocol/tree_hash.hpp"

#include <glacier/byte_range.hpp>
#include <glacier/hash_path.hpp>
#include <glacier/tree_hash.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace glacier::transfer {

/// Hashes of a range.
struct range_hashes {
    explicit range_hashes(tree_hash const& its_whole) : whole(its_whole) {}

    tree_hash whole;
    /// Of the bytes that are kept, if those are a part of the range.
    std::optional<tree_hash> kept;
    /// The service says the same hash of the whole range.
    bool verified = false;
};

/// The bytes that two ranges share.
std::optional<byte_range> common_bytes(byte_range const& one, std::optional<byte_range> const& other);

/// Computes the hashes of a range whose bytes come in order. Not safe to use from several threads at once.
class range_hasher {
public:
    /// `kept`: nothing for all of it. `path`: nothing for what is quickest.
    range_hasher(byte_range const& range, std::optional<byte_range> const& kept,
                 std::optional<hash_path> path);

    void update(std::span<std::byte const> bytes);
    range_hashes finish();

    /// Bytes that take about a millisecond.
    static std::size_t step_bytes(std::optional<hash_path> path) noexcept;

private:
    class tree {
    public:
        explicit tree(std::optional<hash_path> path) : leaf_hasher_(path) {}
        void update(std::span<std::byte const> bytes);
        tree_hash finish();

    private:
        void grow();

        protocol::leaf_hasher leaf_hasher_;
        protocol::tree_builder builder_;
        std::vector<tree_hash> leaves_;
    };

    // Of the next byte.
    std::uint64_t position_;
    tree whole_;
    // Set if only a part of the range is kept.
    std::optional<byte_range> kept_range_;
    std::optional<tree> kept_;
};

} // namespace glacier::transfer
