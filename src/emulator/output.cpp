#include "emulator/output.hpp"

#include <algorithm>
#include <iterator>

namespace glacier::emulation {

output::output(std::vector<segment_record> segments, std::uint64_t first, std::uint64_t size)
    : segments_(std::move(segments)), first_(first), size_(size)
{}

void output::read(std::uint64_t offset, std::span<std::byte> bytes)
{
    std::uint64_t position = first_ + offset;
    while (!bytes.empty()) {
        auto const after = std::upper_bound(
            segments_.begin(), segments_.end(), position,
            [](std::uint64_t value, segment_record const& segment) { return value < segment.first; });
        if (after == segments_.begin() || position >= std::prev(after)->first + std::prev(after)->bytes)
            throw store_error("no file holds byte " + std::to_string(position) + " of an archive");
        segment_record const& segment = *std::prev(after);
        if (!open_file_.is_open() || open_file_.path() != segment.path)
            open_file_ = file(segment.path, file::mode::read);
        std::uint64_t const start = position - segment.first;
        auto const count =
            static_cast<std::size_t>(std::min<std::uint64_t>(segment.bytes - start, bytes.size()));
        open_file_.read(start, bytes.first(count));
        bytes = bytes.subspan(count);
        position += count;
    }
}

} // namespace glacier::emulation
