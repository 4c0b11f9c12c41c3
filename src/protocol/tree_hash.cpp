#include "protocol/tree_hash.hpp"

#include "crypto/sha256.hpp"
#include "protocol/leaf_hasher.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace glacier::protocol {

tree_hash parent_hash(tree_hash const& left, tree_hash const& right)
{
    std::array<std::byte, 2 * tree_hash::size> both{};
    std::copy(left.bytes().begin(), left.bytes().end(), both.begin());
    std::copy(right.bytes().begin(), right.bytes().end(), both.begin() + tree_hash::size);
    return tree_hash(crypto::sha256_of(std::span<std::byte const>(both)).bytes());
}

void tree_builder::add(tree_hash const& hash)
{
    node added{0, hash};
    while (!pending_.empty() && pending_.back().level == added.level) {
        added = {added.level + 1, parent_hash(pending_.back().hash, added.hash)};
        pending_.pop_back();
    }
    pending_.push_back(added);
}

tree_hash tree_builder::finish()
{
    assert(!pending_.empty());
    tree_hash root = pending_.back().hash;
    pending_.pop_back();
    while (!pending_.empty()) {
        root = parent_hash(pending_.back().hash, root);
        pending_.pop_back();
    }
    return root;
}

tree_hash root_of(std::span<tree_hash const> nodes)
{
    tree_builder builder;
    for (tree_hash const& node : nodes)
        builder.add(node);
    return builder.finish();
}

} // namespace glacier::protocol

namespace glacier {

struct tree_hasher::state {
    protocol::leaf_hasher leaf_hasher;
    protocol::tree_builder tree;
    // Leaves on their way from the hasher into the tree.
    std::vector<tree_hash> leaves;

    void grow()
    {
        for (tree_hash const& leaf : leaves)
            tree.add(leaf);
        leaves.clear();
    }
};

tree_hasher::tree_hasher() : state_(std::make_unique<state>()) {}
tree_hasher::tree_hasher(tree_hasher&&) noexcept = default;
tree_hasher& tree_hasher::operator=(tree_hasher&&) noexcept = default;
tree_hasher::~tree_hasher() = default;

void tree_hasher::update(std::span<std::byte const> bytes)
{
    state_->leaf_hasher.update(bytes, state_->leaves);
    state_->grow();
}

tree_hash tree_hasher::finish()
{
    state_->leaf_hasher.finish(state_->leaves);
    state_->grow();
    if (state_->tree.empty())
        return tree_hash(crypto::sha256_of(std::string_view()).bytes());
    return state_->tree.finish();
}

tree_hash tree_hash_of(std::span<std::byte const> bytes)
{
    tree_hasher hasher;
    hasher.update(bytes);
    return hasher.finish();
}

tree_hash combine_tree_hashes(std::span<tree_hash const> parts)
{
    return protocol::root_of(parts);
}

} // namespace glacier
