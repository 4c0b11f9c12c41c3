#pragma once

#include <glacier/error.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace glacier {

/// The 32 bytes of a SHA-256 value. `Kind` keeps the linear and the tree hash of the same bytes apart.
template <class Kind>
class basic_digest {
public:
    /// Bytes of a value.
    static constexpr std::size_t size = 32;

    /// All zero.
    basic_digest() noexcept : bytes_{} {}

    /// A value that was computed elsewhere.
    explicit basic_digest(std::span<std::byte const, size> bytes) noexcept
    {
        for (std::size_t i = 0; i < size; ++i)
            bytes_[i] = bytes[i];
    }

    /// Reads 64 hexadecimal digits; fails with errc::invalid_hash for anything else.
    static result<basic_digest> from_hex(std::string_view text);

    /// 64 lower-case hexadecimal digits, the form on the wire.
    std::string hex() const;

    /// The value. Valid as long as this object.
    std::span<std::byte const, size> bytes() const noexcept { return bytes_; }

    friend bool operator==(basic_digest const&, basic_digest const&) = default;

private:
    std::array<std::byte, size> bytes_;
};

struct linear_hash_kind;
struct tree_hash_kind;

/// SHA-256 of bytes from the first to the last: `x-amz-content-sha256`.
using sha256_digest = basic_digest<linear_hash_kind>;

/// The service's SHA-256 tree hash: `x-amz-sha256-tree-hash`.
using tree_hash = basic_digest<tree_hash_kind>;

extern template class basic_digest<linear_hash_kind>;
extern template class basic_digest<tree_hash_kind>;

} // namespace glacier
