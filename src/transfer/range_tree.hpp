#pragma once

#include "protocol/tree_hash.hpp"

#include <glacier/tree_hash.hpp>

#include <cstddef>
#include <cstdint>
#include <map>

namespace glacier::transfer {

/// The tree hash of the whole from those of its ranges, which come in any order. Keeps those that are ahead of the first
/// one that is missing.
class range_tree {
public:
    /// Ranges are counted from 0, and each comes once.
    void add(std::uint64_t piece, tree_hash const& hash);

    /// All ranges must have come, at least one.
    tree_hash finish();

    std::size_t ahead() const noexcept { return ahead_.size(); }

private:
    protocol::tree_builder builder_;
    std::uint64_t next_ = 0;
    std::map<std::uint64_t, tree_hash> ahead_;
};

} // namespace glacier::transfer
