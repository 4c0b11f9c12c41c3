#include "cli/file.hpp"

#include "cli/exit_code.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace glacier::cli {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(std::string const& file, std::error_code reason)
{
    throw failure(exit_code::local_file, file + ": " + reason.message());
}

[[noreturn]] void fail(std::string const& file, int reason)
{
    fail(file, std::error_code(reason, std::generic_category()));
}

/// How long to wait for a pipe before whoever waits may look after other things.
constexpr int moment_milliseconds = 50;

int duplicate(std::string const& name, int descriptor)
{
    int const copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (copy < 0)
        fail(name, errno);
    return copy;
}

/// So many bytes can be written without waiting when a descriptor is ready: to a file any number, to a pipe a page.
std::size_t bytes_without_waiting(int descriptor) noexcept
{
    constexpr std::size_t block_bytes = 1'048'576;
    struct stat status {};
    bool const is_file = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    return is_file ? block_bytes : PIPE_BUF;
}

} // namespace

std::uint64_t size_of_archive_file(std::string const& file)
{
    std::error_code error;
    fs::file_status const status = fs::status(file, error);
    if (status.type() == fs::file_type::not_found)
        fail(file, ENOENT);
    if (error)
        fail(file, error);
    if (fs::is_directory(status))
        fail(file, EISDIR);
    if (!fs::is_regular_file(status))
        throw failure(exit_code::local_file, file + ": not a regular file");
    std::uint64_t const bytes = fs::file_size(file, error);
    if (error)
        fail(file, error);
    if (bytes == 0)
        throw failure(exit_code::local_file, file + ": " + error_code(errc::file_empty).message());
    return bytes;
}

void check_place(std::string const& file)
{
    std::error_code error;
    fs::file_status const status = fs::status(file, error);
    if (fs::is_directory(status))
        fail(file, EISDIR);
    // A device would be replaced by a file, since the result is renamed to its name.
    if (fs::exists(status) && !fs::is_regular_file(status))
        throw failure(exit_code::local_file, file + ": not a regular file");

    fs::path directory = fs::path(file).parent_path();
    if (directory.empty())
        directory = ".";
    fs::file_status const above = fs::status(directory, error);
    if (above.type() == fs::file_type::not_found)
        fail(file, ENOENT);
    if (error)
        fail(file, error);
    if (!fs::is_directory(above))
        fail(file, ENOTDIR);
    if (::access(directory.c_str(), W_OK | X_OK) != 0)
        fail(file, errno);
}

file_reader::file_reader(std::string file)
    : file_(std::move(file)), descriptor_(::open(file_.c_str(), O_RDONLY | O_CLOEXEC))
{
    if (descriptor_ < 0)
        fail(file_, errno);
}

file_reader::file_reader(std::string name, int descriptor)
    : file_(std::move(name)), descriptor_(duplicate(file_, descriptor))
{}

file_reader::~file_reader()
{
    ::close(descriptor_);
}

std::optional<std::size_t> file_reader::read_some(std::span<std::byte> buffer)
{
    // Regular files are always ready.
    ::pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
    int const ready = ::poll(&waiting, 1, moment_milliseconds);
    if (ready == 0)
        return std::nullopt;
    auto const count = ready < 0 ? ready : ::read(descriptor_, buffer.data(), buffer.size());
    if (count >= 0)
        return static_cast<std::size_t>(count);
    if (errno == EINTR)
        return std::nullopt;
    fail(file_, errno);
}

file_writer::file_writer(std::string name, int descriptor)
    : name_(std::move(name)), descriptor_(duplicate(name_, descriptor)),
      bytes_at_once_(bytes_without_waiting(descriptor_))
{}

file_writer::~file_writer()
{
    ::close(descriptor_);
}

std::size_t file_writer::write_some(std::span<std::byte const> bytes)
{
    std::size_t written = 0;
    while (written < bytes.size()) {
        ::pollfd waiting{.fd = descriptor_, .events = POLLOUT, .revents = 0};
        int const ready = ::poll(&waiting, 1, moment_milliseconds);
        if (ready == 0)
            break;
        std::size_t const size = std::min(bytes.size() - written, bytes_at_once_);
        auto const count = ready < 0 ? ready : ::write(descriptor_, bytes.data() + written, size);
        if (count < 0 && errno != EINTR)
            fail(name_, errno);
        if (count > 0)
            written += static_cast<std::size_t>(count);
    }
    return written;
}

} // namespace glacier::cli
