#pragma once

namespace glacier {

/// What SHA-256 is computed with. The results are the same.
enum class hash_path {
    /// OpenSSL, everywhere.
    openssl,
    /// The SHA extensions of x86 processors, two hashes at a time.
    sha_ni,
    /// AVX-512, sixteen or thirty-two at a time.
    avx512,
};

/// Whether this processor can.
bool is_available(hash_path path) noexcept;

} // namespace glacier
