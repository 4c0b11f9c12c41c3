#include <glacier/byte_range.hpp>

#include "base/decimal.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace glacier {

byte_range::byte_range(std::uint64_t first, std::uint64_t last) : first_(first), last_(last)
{
    if (last < first || last == std::numeric_limits<std::uint64_t>::max())
        throw invalid_value(errc::invalid_byte_range, str());
}

result<byte_range> byte_range::parse(std::string_view text)
{
    auto const dash = text.find('-');
    if (dash == std::string_view::npos)
        return error_code(errc::invalid_byte_range);
    auto const first = base::parse_decimal(text.substr(0, dash));
    auto const last = base::parse_decimal(text.substr(dash + 1));
    if (!first || !last || *last < *first || *last == std::numeric_limits<std::uint64_t>::max())
        return error_code(errc::invalid_byte_range);
    return byte_range(*first, *last);
}

std::string byte_range::str() const
{
    return std::to_string(first_) + "-" + std::to_string(last_);
}

result<output_range> output_range::parse(std::string_view text)
{
    if (text.empty() || text.back() != '-') {
        auto const range = byte_range::parse(text);
        if (!range)
            return range.error();
        return output_range(*range);
    }
    auto const first = base::parse_decimal(text.substr(0, text.size() - 1));
    if (!first)
        return error_code(errc::invalid_byte_range);
    return from(*first);
}

std::string output_range::str() const
{
    return std::to_string(first_) + "-" + (last_ ? std::to_string(*last_) : std::string());
}

bool is_megabyte_aligned(byte_range const& range, std::uint64_t archive_bytes) noexcept
{
    if (range.last() >= archive_bytes)
        return false;
    bool const ends_aligned =
        (range.last() + 1) % tree_hash_leaf_bytes == 0 || range.last() + 1 == archive_bytes;
    return range.first() % tree_hash_leaf_bytes == 0 && ends_aligned;
}

result<byte_range> megabyte_aligned(byte_range const& range, std::uint64_t archive_bytes)
{
    if (range.last() >= archive_bytes)
        return error_code(errc::invalid_byte_range);
    std::uint64_t const first = range.first() / tree_hash_leaf_bytes * tree_hash_leaf_bytes;
    std::uint64_t const last =
        range.last() / tree_hash_leaf_bytes * tree_hash_leaf_bytes + (tree_hash_leaf_bytes - 1);
    return byte_range(first, std::min(last, archive_bytes - 1));
}

result<byte_range> tree_hash_aligned(byte_range const& range, std::uint64_t archive_bytes)
{
    if (range.last() >= archive_bytes)
        return error_code(errc::invalid_byte_range);
    // The nodes above a leaf are those blocks of powers of two that it lies in. The smallest that both the first and
    // the last one lie in is as wide as their numbers differ.
    std::uint64_t const first_leaf = range.first() / tree_hash_leaf_bytes;
    std::uint64_t const last_leaf = range.last() / tree_hash_leaf_bytes;
    std::uint64_t const width = std::uint64_t(1) << std::bit_width(first_leaf ^ last_leaf);
    std::uint64_t const first = first_leaf / width * width * tree_hash_leaf_bytes;
    return byte_range(first, std::min(first + (width * tree_hash_leaf_bytes - 1), archive_bytes - 1));
}

bool is_tree_hash_aligned(byte_range const& range, std::uint64_t archive_bytes) noexcept
{
    if (!is_megabyte_aligned(range, archive_bytes))
        return false;
    auto const leaves = [](std::uint64_t bytes) {
        return bytes / tree_hash_leaf_bytes + (bytes % tree_hash_leaf_bytes != 0 ? 1 : 0);
    };
    std::uint64_t const first_leaf = range.first() / tree_hash_leaf_bytes;
    std::uint64_t const end_leaf = leaves(range.last() + 1);
    std::uint64_t const width = std::bit_ceil(end_leaf - first_leaf);
    // A node covers a power of two of leaves from a multiple of that; only the last of a level may be short.
    return first_leaf % width == 0 && (end_leaf - first_leaf == width || end_leaf == leaves(archive_bytes));
}

} // namespace glacier
