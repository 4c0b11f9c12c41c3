#pragma once

#include <glacier/tree_hash.hpp>

#include <span>
#include <vector>

namespace glacier::protocol {

/// SHA-256 of two neighbours in the tree.
tree_hash parent_hash(tree_hash const& left, tree_hash const& right);

/// Builds a tree from hashes of equal width that arrive from left to right; keeps O(log n) of them.
class tree_builder {
public:
    void add(tree_hash const& node);

    /// The root; a lone last node of a level goes up unchanged. There must be at least one node. The
    /// builder then begins anew.
    tree_hash finish();

    bool empty() const noexcept { return pending_.empty(); }

private:
    struct node {
        unsigned level;
        tree_hash hash;
    };

    // Complete subtrees, from the widest to the narrowest; no two of the same level.
    std::vector<node> pending_;
};

/// The root over hashes of neighbouring leaves or equal parts. `nodes` must not be empty.
tree_hash root_of(std::span<tree_hash const> nodes);

} // namespace glacier::protocol
