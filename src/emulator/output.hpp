#pragma once

#include "emulator/file.hpp"
#include "emulator/store.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace glacier::emulation {

/// Bytes to send that lie in files one after the other, or a range of them. At most one file is open.
class output {
public:
    /// `size` bytes from `first` on. The segments are in order and without gaps.
    output(std::vector<segment_record> segments, std::uint64_t first, std::uint64_t size);

    std::uint64_t size() const noexcept { return size_; }

    /// Leaves out what comes after the first `size` bytes; no more than there are.
    void shorten(std::uint64_t size) noexcept { size_ = size; }

    /// Fills all of `bytes` from `offset` on. Throws if a file is missing or too short.
    void read(std::uint64_t offset, std::span<std::byte> bytes);

private:
    std::vector<segment_record> segments_;
    std::uint64_t first_;
    std::uint64_t size_;
    file open_file_;
};

} // namespace glacier::emulation
