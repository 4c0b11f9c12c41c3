#pragma once

#include "emulator/file.hpp"
#include "emulator/store.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

namespace glacier::emulation {

/// A file has not the bytes that were stored; what() names it and says where.
class damaged_file : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/**
 * Bytes to send that lie in files one after the other, or a range of them.
 *
 * Each MiB of a file that is touched is read whole and compared with its hash in the index before any byte of
 * it is given out. At most one file is open, and one MiB and the hashes of one file are kept.
 */
class output {
public:
    /// `size` bytes from `first` on. The segments are in order and without gaps. The store must outlive it.
    output(store& data, std::vector<segment_record> segments, std::uint64_t first, std::uint64_t size);

    std::uint64_t size() const noexcept { return size_; }

    /// Leaves out what comes after the first `size` bytes; no more than there are.
    void shorten(std::uint64_t size) noexcept { size_ = size; }

    /// Reads and checks what the first byte needs. Throws as read().
    void prepare();

    /// Fills all of `bytes` from `offset` on. Throws damaged_file if a file is missing, too short or damaged.
    /// Waits for transactions, so the caller must have none.
    void read(std::uint64_t offset, std::span<std::byte> bytes);

private:
    std::size_t segment_at(std::uint64_t position) const;
    void load_leaf(std::size_t segment, std::uint64_t leaf_first);
    void open(std::size_t segment);

    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    store& data_;
    std::vector<segment_record> segments_;
    std::uint64_t first_;
    std::uint64_t size_;

    // The file that is open, and the hashes of its leaves.
    std::size_t open_segment_ = none;
    file open_file_;
    std::vector<std::byte> hashes_;

    // The bytes that were checked last, how many they are, and where they begin in that file.
    std::vector<std::byte> leaf_;
    std::size_t leaf_size_ = 0;
    std::uint64_t leaf_first_ = 0;
};

} // namespace glacier::emulation
