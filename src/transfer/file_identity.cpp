#include "transfer/file_identity.hpp"

#include <glacier/error.hpp>

#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

#include <sys/stat.h>

namespace glacier::transfer {

namespace {

std::int64_t nanoseconds(::timespec const& time) noexcept
{
    return nanoseconds_since_1970(time.tv_sec, time.tv_nsec);
}

} // namespace

std::int64_t nanoseconds_since_1970(std::int64_t seconds, std::int64_t nanoseconds) noexcept
{
    constexpr std::int64_t second = 1'000'000'000;
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    if (seconds >= most / second)
        return most;
    if (seconds <= -(most / second))
        return -most;
    return seconds * second + nanoseconds;
}

file_identity file_identity::of(std::filesystem::path const& path)
{
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        throw std::filesystem::filesystem_error("reading", path,
                                                std::error_code(errno, std::generic_category()));
    file_identity made;
    made.size = static_cast<std::uint64_t>(status.st_size);
    made.modified = nanoseconds(status.st_mtim);
    made.changed = nanoseconds(status.st_ctim);
    made.device = status.st_dev;
    made.inode = status.st_ino;
    return made;
}

std::string difference(file_identity const& before, file_identity const& now)
{
    if (now.size != before.size)
        return std::to_string(now.size) + " bytes instead of " + std::to_string(before.size);
    if (now.modified != before.modified)
        return "written to since";
    return {};
}

void check_unchanged(std::filesystem::path const& path, file_identity const& before)
{
    std::string what;
    try {
        what = difference(before, file_identity::of(path));
    } catch (std::filesystem::filesystem_error const& error) {
        what = error.code().message();
    }
    if (what.empty())
        return;
    error_details details;
    details.operation = "upload";
    details.resource = path.string();
    details.message = std::move(what);
    throw operation_error(errc::file_changed, std::move(details));
}

} // namespace glacier::transfer
