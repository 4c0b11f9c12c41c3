#include "transfer/range_tree.hpp"

#include <cassert>

namespace glacier::transfer {

void range_tree::add(std::uint64_t piece, tree_hash const& hash)
{
    ahead_.emplace(piece, hash);
    while (!ahead_.empty() && ahead_.begin()->first == next_) {
        builder_.add(ahead_.begin()->second);
        ahead_.erase(ahead_.begin());
        ++next_;
    }
}

tree_hash range_tree::finish()
{
    assert(ahead_.empty());
    return builder_.finish();
}

} // namespace glacier::transfer
