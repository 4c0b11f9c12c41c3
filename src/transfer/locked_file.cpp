#include "transfer/locked_file.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace glacier::transfer {

void throw_file_error(char const* what, std::filesystem::path const& path, int reason)
{
    throw std::filesystem::filesystem_error(what, path, std::error_code(reason, std::generic_category()));
}

std::filesystem::path directory_of(std::filesystem::path const& path)
{
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

bool is_same_file(std::filesystem::path const& path, int descriptor) noexcept
{
    struct stat by_name {};
    struct stat opened {};
    return ::lstat(path.c_str(), &by_name) == 0 && ::fstat(descriptor, &opened) == 0 &&
           by_name.st_dev == opened.st_dev && by_name.st_ino == opened.st_ino;
}

bool lead_to_one_file(std::filesystem::path const& one, std::filesystem::path const& other)
{
    std::error_code ignored;
    if (std::filesystem::equivalent(one, other, ignored))
        return true;
    return one.filename() == other.filename() &&
           std::filesystem::equivalent(directory_of(one), directory_of(other), ignored);
}

void sync_directory_of(std::filesystem::path const& path)
{
    int const directory = ::open(directory_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        throw_file_error("opening the directory of", path, errno);
    int const reason = ::fsync(directory) == 0 ? 0 : errno;
    ::close(directory);
    // Some file systems cannot sync a directory, and say so.
    if (reason != 0 && reason != EINVAL)
        throw_file_error("syncing the directory of", path, reason);
}

} // namespace glacier::transfer
