#pragma once

#include <filesystem>

namespace glacier::transfer {

// What files that are locked, synced and renamed have in common. Everything may block.

/// Throws std::filesystem::filesystem_error. `reason`: of errno.
[[noreturn]] void throw_file_error(char const* what, std::filesystem::path const& path, int reason);

/// The directory that a file is in; `.` for a mere name.
std::filesystem::path directory_of(std::filesystem::path const& path);

/// Whether the name still stands for the open file: whoever held the lock before may have renamed, replaced or removed
/// it.
bool is_same_file(std::filesystem::path const& path, int descriptor) noexcept;

/// Whether two names lead to one file, or would if it was made.
bool lead_to_one_file(std::filesystem::path const& one, std::filesystem::path const& other);

/// Makes it durable that a file has its name, or has none any more.
void sync_directory_of(std::filesystem::path const& path);

} // namespace glacier::transfer
