#pragma once

#include <glacier/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace glacier {

/// The unit of the tree hash and of every alignment rule: 1 MiB.
inline constexpr std::uint64_t tree_hash_leaf_bytes = 1'048'576;

/// A range of bytes, both ends included, never empty.
class byte_range {
public:
    /// From the byte at `first` to the one at `last`. Throws invalid_value with errc::invalid_byte_range if
    /// `last` is before `first`, or is the greatest 64-bit number.
    byte_range(std::uint64_t first, std::uint64_t last);

    /// Reads `0-1048575`. Fails with errc::invalid_byte_range for anything else.
    static result<byte_range> parse(std::string_view text);

    /// Offset of the first byte.
    std::uint64_t first() const noexcept { return first_; }
    /// Offset of the last byte, which belongs to the range.
    std::uint64_t last() const noexcept { return last_; }
    /// Bytes in the range, at least 1.
    std::uint64_t size() const noexcept { return last_ - first_ + 1; }

    /// `0-1048575`, the form of RetrievalByteRange and RangeInBytes.
    std::string str() const;

    friend bool operator==(byte_range const&, byte_range const&) = default;

private:
    std::uint64_t first_;
    std::uint64_t last_;
};

/// Which bytes of a job's output are asked for: a range, or everything from some byte on.
class output_range {
public:
    /// All of `range`.
    output_range(byte_range const& range) noexcept : first_(range.first()), last_(range.last()) {}

    /// From the byte at `first` to the end.
    static output_range from(std::uint64_t first) noexcept { return output_range(first); }

    /// Reads `0-1048575` or `1048576-`. Fails with errc::invalid_byte_range for anything else.
    static result<output_range> parse(std::string_view text);

    /// Offset of the first byte.
    std::uint64_t first() const noexcept { return first_; }
    /// Offset of the last byte, which belongs to the range. Nothing: up to the end of the output.
    std::optional<std::uint64_t> last() const noexcept { return last_; }

    /// `0-1048575` or `1048576-`.
    std::string str() const;

    friend bool operator==(output_range const&, output_range const&) = default;

private:
    explicit output_range(std::uint64_t first) noexcept : first_(first) {}

    std::uint64_t first_;
    std::optional<std::uint64_t> last_;
};

/// Whether the range begins on a whole MiB and ends on one or at the end of the archive: the rule for
/// RetrievalByteRange. A range that reaches past the archive's end is not aligned.
bool is_megabyte_aligned(byte_range const& range, std::uint64_t archive_bytes) noexcept;

/// The smallest range around `range` that is_megabyte_aligned(). Fails with errc::invalid_byte_range for bytes that
/// the archive does not have.
result<byte_range> megabyte_aligned(byte_range const& range, std::uint64_t archive_bytes);

/// The smallest range around `range` that is_tree_hash_aligned(). Fails with errc::invalid_byte_range for bytes that the
/// archive does not have.
result<byte_range> tree_hash_aligned(byte_range const& range, std::uint64_t archive_bytes);

/// Whether the tree hash of the range is a node of the tree of the archive: only for such ranges does the
/// service send a tree hash.
bool is_tree_hash_aligned(byte_range const& range, std::uint64_t archive_bytes) noexcept;

} // namespace glacier
