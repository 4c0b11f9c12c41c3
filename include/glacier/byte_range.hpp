#pragma once

#include <glacier/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace glacier {

/// The unit of the tree hash and of every alignment rule: 1 MiB.
inline constexpr std::uint64_t tree_hash_leaf_bytes = 1'048'576;

/// A range of bytes, both ends included, never empty.
class byte_range {
public:
    /// Throws invalid_value if `last` is before `first`, or is the greatest 64-bit number.
    byte_range(std::uint64_t first, std::uint64_t last);

    /// Reads `0-1048575`.
    static result<byte_range> parse(std::string_view text);

    std::uint64_t first() const noexcept { return first_; }
    std::uint64_t last() const noexcept { return last_; }
    std::uint64_t size() const noexcept { return last_ - first_ + 1; }

    /// `0-1048575`, the form of RetrievalByteRange and RangeInBytes.
    std::string str() const;

    friend bool operator==(byte_range const&, byte_range const&) = default;

private:
    std::uint64_t first_;
    std::uint64_t last_;
};

/// Whether the range begins on a whole MiB and ends on one or at the end of the archive: the rule for
/// RetrievalByteRange. A range that reaches past the archive's end is not aligned.
bool is_megabyte_aligned(byte_range const& range, std::uint64_t archive_bytes) noexcept;

/// Whether the tree hash of the range is a node of the tree of the archive: only for such ranges does the
/// service send a tree hash.
bool is_tree_hash_aligned(byte_range const& range, std::uint64_t archive_bytes) noexcept;

} // namespace glacier
