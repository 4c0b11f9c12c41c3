#pragma once

#include <cstdint>

namespace glacier {

/// How far an upload or a download is.
struct transfer_progress {
    /// Bytes in all. Of an upload of unknown length: those that were read so far.
    std::uint64_t bytes_total = 0;
    /// Bytes of parts that are acknowledged or verified.
    std::uint64_t bytes_done = 0;
    /// Those of `bytes_done` that an earlier run had done.
    std::uint64_t bytes_resumed = 0;
    /// Parts of an upload, or ranges of a download.
    std::uint64_t parts_total = 0;
    /// Those that are acknowledged or verified.
    std::uint64_t parts_done = 0;
    /// Those of `parts_done` that an earlier run had done.
    std::uint64_t parts_resumed = 0;
    /// How often a part had to be sent or fetched again.
    std::uint64_t repetitions = 0;
};

} // namespace glacier
