#include "transfer/output_file.hpp"

#include "transfer/journal.hpp"
#include "transfer/locked_file.hpp"

#include <glacier/error.hpp>

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace glacier::transfer {

namespace {

std::filesystem::path part_path_of(std::filesystem::path const& path)
{
    std::filesystem::path part = path;
    part += ".part";
    return part;
}

bool has_one_name(int descriptor) noexcept
{
    struct stat status {};
    return ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1;
}

bool has_size(int descriptor, std::uint64_t bytes) noexcept
{
    struct stat status {};
    return ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
           static_cast<std::uint64_t>(status.st_size) == bytes;
}

/// Opens and locks FILE.part. The lock goes with the process, so a file left behind by a crash can be taken over.
int open_locked(std::filesystem::path const& path)
{
    while (true) {
        int const opened = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (opened < 0)
            throw_file_error("creating", path, errno);
        if (::flock(opened, LOCK_EX | LOCK_NB) != 0) {
            int const reason = errno;
            ::close(opened);
            throw_file_error("another process is writing", path, reason);
        }
        // Without this, a file that was completed and renamed just now would be truncated.
        if (!is_same_file(path, opened)) {
            ::close(opened);
            continue;
        }
        // Under another name it is somebody's file.
        if (!has_one_name(opened)) {
            ::close(opened);
            throw_file_error("creating", path, EEXIST);
        }
        return opened;
    }
}

} // namespace

output_file::output_file(std::filesystem::path path, std::uint64_t bytes, unfinished_file unfinished)
    : path_(std::move(path)), part_path_(part_path_of(path_)), unfinished_(unfinished)
{
    check_output_path(path_);
    descriptor_ = open_locked(part_path_);
    bool const taken_up = unfinished_ == unfinished_file::kept && has_size(descriptor_, bytes);
    try {
        reserve_space(bytes, taken_up);
    } catch (std::filesystem::filesystem_error const&) {
        if (!taken_up)
            ::unlink(part_path_.c_str());
        ::close(std::exchange(descriptor_, -1));
        throw;
    }
}

output_file::output_file(committed_tag /*tag*/, std::filesystem::path path, int descriptor)
    : path_(std::move(path)), part_path_(part_path_of(path_)), descriptor_(descriptor), committed_(true)
{}

std::shared_ptr<output_file> output_file::find_committed(std::filesystem::path path, std::uint64_t bytes)
{
    struct stat part_status {};
    if (::lstat(part_path_of(path).c_str(), &part_status) == 0 || errno != ENOENT)
        return nullptr;
    int const opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (opened < 0)
        return nullptr;
    std::shared_ptr<output_file> found(new output_file(committed_tag(), std::move(path), opened));
    return has_size(opened, bytes) ? found : nullptr;
}

void output_file::reserve_space(std::uint64_t bytes, bool taken_up)
{
    if (!taken_up && ::ftruncate(descriptor_, 0) != 0)
        fail("reserving the space for", errno);
    // Not posix_fallocate(): where the file system cannot reserve, that writes the whole file, which takes hours.
    auto const size = static_cast<off_t>(bytes);
    int reason = EINTR;
    while (reason == EINTR)
        reason = ::fallocate(descriptor_, 0, 0, size) == 0 ? 0 : errno;
    if (reason == EOPNOTSUPP || reason == ENOSYS)
        reason = ::ftruncate(descriptor_, size) == 0 ? 0 : errno;
    if (reason != 0)
        fail("reserving the space for", reason);
}

output_file::~output_file()
{
    abandon();
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

void output_file::abandon() noexcept
{
    if (descriptor_ < 0 || committed_)
        return;
    if (unfinished_ == unfinished_file::removed)
        ::unlink(part_path_.c_str());
    ::close(std::exchange(descriptor_, -1));
}

void output_file::fail(char const* what, int reason) const
{
    throw_file_error(what, part_path_, reason);
}

void output_file::write(std::uint64_t offset, std::span<std::byte const> bytes)
{
    while (!bytes.empty()) {
        ssize_t const count = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            fail("writing", errno);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
}

bool output_file::read(std::uint64_t offset, std::span<std::byte> bytes) const noexcept
{
    while (!bytes.empty()) {
        ssize_t const count = ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return true;
}

void output_file::commit()
{
    if (::fsync(descriptor_) != 0)
        fail("syncing", errno);
    if (::rename(part_path_.c_str(), path_.c_str()) != 0)
        fail("renaming", errno);
    committed_ = true;
    sync_directory_of(path_);
}

void check_output_path(std::filesystem::path const& path)
{
    if (path.empty())
        throw_file_error("writing", path, ENOENT);
    struct stat status {};
    bool const exists = ::stat(path.c_str(), &status) == 0;
    if (exists && S_ISDIR(status.st_mode))
        throw_file_error("writing", path, EISDIR);
    // The file would take the place of the device or pipe.
    if (exists && !S_ISREG(status.st_mode))
        throw_file_error("replacing what is no regular file", path, EEXIST);
    std::filesystem::path const directory = directory_of(path);
    if (::stat(directory.c_str(), &status) != 0)
        throw_file_error("writing into", directory, errno);
    if (!S_ISDIR(status.st_mode))
        throw_file_error("writing into", directory, ENOTDIR);
    if (::access(directory.c_str(), W_OK | X_OK) != 0)
        throw_file_error("writing into", directory, errno);
    // The longer name of FILE.part may be too long, or taken by something that is no file.
    std::filesystem::path const part = part_path_of(path);
    if (::lstat(part.c_str(), &status) == 0) {
        if (!S_ISREG(status.st_mode))
            throw_file_error("creating", part, EEXIST);
    } else if (errno != ENOENT) {
        throw_file_error("creating", part, errno);
    }
}

void check_state_path(std::filesystem::path const& state, std::filesystem::path const& path)
{
    if (journal::would_use(state, path) || journal::would_use(state, part_path_of(path)))
        throw invalid_value(errc::invalid_option,
                            "the state file " + state.string() + " is where the bytes go");
}

} // namespace glacier::transfer
