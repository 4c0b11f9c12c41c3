#pragma once

#include <glacier/sha256_digest.hpp>

namespace glacier {

/// Both hashes of the same bytes, as uploads need them.
struct body_hashes {
    /// SHA-256 of the bytes from the first to the last.
    sha256_digest content_sha256;
    /// Their tree hash; of up to 1 MiB the same value as the other.
    glacier::tree_hash tree_hash;
};

} // namespace glacier
