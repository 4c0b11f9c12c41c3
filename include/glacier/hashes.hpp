#pragma once

#include <glacier/sha256_digest.hpp>

namespace glacier {

/// Both hashes of the same bytes, as uploads need them.
struct body_hashes {
    sha256_digest content_sha256;
    glacier::tree_hash tree_hash;
};

} // namespace glacier
