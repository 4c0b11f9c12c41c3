#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace glacier::transfer {

/// What tells whether a file is still the one that it was.
struct file_identity {
    /// Of what the path names now. Blocks. Throws std::filesystem::filesystem_error.
    static file_identity of(std::filesystem::path const& path);

    /// Times are nanoseconds since 1970.
    std::uint64_t size = 0;
    std::int64_t modified = 0;
    std::int64_t changed = 0;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;

    friend bool operator==(file_identity const&, file_identity const&) = default;
};

/// Of a time of a file. Those before 1677 and after 2262, which file systems can keep, are the first and the last that there
/// is.
std::int64_t nanoseconds_since_1970(std::int64_t seconds, std::int64_t nanoseconds) noexcept;

/// Throws operation_error with errc::file_changed if size or time of last change are no longer those of `before`, or if
/// there is no such file any more. Blocks.
void check_unchanged(std::filesystem::path const& path, file_identity const& before);

/// What differs in size or time of last change, in words: empty if nothing does.
std::string difference(file_identity const& before, file_identity const& now);

} // namespace glacier::transfer
