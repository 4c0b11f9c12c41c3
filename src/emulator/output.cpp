#include "emulator/output.hpp"

#include "crypto/sha256.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace glacier::emulation {

output::output(store& data, std::vector<segment_record> segments, std::uint64_t first, std::uint64_t size)
    : data_(data), segments_(std::move(segments)), first_(first), size_(size)
{}

void output::prepare()
{
    std::byte first{};
    if (size_ > 0)
        read(0, std::span(&first, 1));
}

void output::read(std::uint64_t offset, std::span<std::byte> bytes)
{
    std::uint64_t position = first_ + offset;
    while (!bytes.empty()) {
        std::size_t const segment = segment_at(position);
        std::uint64_t const place = position - segments_[segment].first;
        load_leaf(segment, place - place % tree_hash_leaf_bytes);
        auto const checked =
            std::span(leaf_).first(leaf_size_).subspan(static_cast<std::size_t>(place - leaf_first_));
        std::size_t const count = std::min(checked.size(), bytes.size());
        std::copy_n(checked.begin(), count, bytes.begin());
        bytes = bytes.subspan(count);
        position += count;
    }
}

std::size_t output::segment_at(std::uint64_t position) const
{
    auto const after = std::upper_bound(
        segments_.begin(), segments_.end(), position,
        [](std::uint64_t value, segment_record const& segment) { return value < segment.first; });
    if (after == segments_.begin() || position >= std::prev(after)->first + std::prev(after)->bytes)
        throw damaged_file("no file holds byte " + std::to_string(position) + " of the archive");
    return static_cast<std::size_t>(std::prev(after) - segments_.begin());
}

void output::load_leaf(std::size_t segment, std::uint64_t leaf_first)
{
    if (open_segment_ == segment && leaf_first_ == leaf_first && leaf_size_ > 0)
        return;
    // Nothing counts as checked if what follows throws.
    leaf_size_ = 0;
    open(segment);
    std::filesystem::path const& path = segments_[segment].path;
    std::string const place = path.string() + " from byte " + std::to_string(leaf_first) + " on";

    std::uint64_t const hash_at = leaf_first / tree_hash_leaf_bytes * tree_hash::size;
    if (hashes_.size() < hash_at + tree_hash::size)
        throw damaged_file("the index has no hash of " + place);
    auto const size = static_cast<std::size_t>(
        std::min(segments_[segment].bytes - leaf_first, std::uint64_t{tree_hash_leaf_bytes}));
    if (leaf_.size() < size)
        leaf_.resize(size);
    auto const bytes = std::span(leaf_).first(size);
    try {
        open_file_.read(leaf_first, bytes);
    } catch (std::filesystem::filesystem_error const& error) {
        throw damaged_file("cannot read " + std::to_string(size) + " bytes of " + place + ": " +
                           error.code().message());
    }
    auto const expected = std::span(hashes_).subspan(static_cast<std::size_t>(hash_at), tree_hash::size);
    if (!std::ranges::equal(crypto::sha256_of(bytes).bytes(), expected))
        throw damaged_file("damaged: " + std::to_string(size) + " bytes of " + place +
                           " are not those that were stored");
    leaf_size_ = size;
    leaf_first_ = leaf_first;
}

void output::open(std::size_t segment)
{
    if (open_segment_ == segment)
        return;
    open_segment_ = none;
    hashes_ = data_.begin().leaves_of_content(segments_[segment].content);
    try {
        open_file_ = file(segments_[segment].path, file::mode::read);
    } catch (std::filesystem::filesystem_error const& error) {
        throw damaged_file("cannot open " + segments_[segment].path.string() + ": " + error.code().message());
    }
    open_segment_ = segment;
}

} // namespace glacier::emulation
