#include "emulator/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace glacier::emulation {

namespace {

[[noreturn]] void fail(char const* doing, std::filesystem::path const& path, int error)
{
    throw std::filesystem::filesystem_error(doing, path, std::error_code(error, std::generic_category()));
}

int flags_of(file::mode how) noexcept
{
    switch (how) {
    case file::mode::read:
        return O_RDONLY | O_CLOEXEC;
    case file::mode::create:
        return O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    case file::mode::update:
        return O_RDWR | O_CREAT | O_CLOEXEC;
    }
    return O_RDONLY;
}

} // namespace

file::file(std::filesystem::path path, mode how, unsigned permissions)
    : path_(std::move(path)), descriptor_(::open(path_.c_str(), flags_of(how), permissions))
{
    if (descriptor_ < 0)
        fail("cannot open", path_, errno);
}

file::file(file&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1))
{}

file& file::operator=(file&& other) noexcept
{
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

file::~file()
{
    close();
}

void file::write(std::span<std::byte const> bytes)
{
    while (!bytes.empty()) {
        ssize_t const written = ::write(descriptor_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            fail("cannot write", path_, errno);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

void file::write(std::string_view text)
{
    write(std::as_bytes(std::span(text.data(), text.size())));
}

void file::read(std::uint64_t offset, std::span<std::byte> bytes) const
{
    while (!bytes.empty()) {
        ssize_t const count = ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            fail("cannot read", path_, errno);
        if (count == 0)
            fail("file is shorter than it should be", path_, EIO);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
}

void file::sync()
{
    if (::fsync(descriptor_) != 0)
        fail("cannot sync", path_, errno);
}

bool file::try_lock()
{
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno != EWOULDBLOCK)
        fail("cannot lock", path_, errno);
    return false;
}

void file::close() noexcept
{
    if (descriptor_ >= 0)
        ::close(std::exchange(descriptor_, -1));
}

void sync_directory(std::filesystem::path const& directory)
{
    file(directory, file::mode::read).sync();
}

void make_directories(std::filesystem::path const& directory)
{
    if (std::filesystem::is_directory(directory))
        return;
    std::filesystem::path path = std::filesystem::absolute(directory).lexically_normal();
    // One that ends with a slash has an empty name at its end.
    if (!path.has_filename())
        path = path.parent_path();
    make_directories(path.parent_path());
    std::filesystem::create_directory(path);
    sync_directory(path.parent_path());
}

void write_atomically(std::filesystem::path const& path, std::string_view content, unsigned permissions)
{
    std::filesystem::path const temporary = path.string() + ".new";
    std::filesystem::remove(temporary);
    file output(temporary, file::mode::create, permissions);
    output.write(content);
    output.sync();
    output.close();
    std::filesystem::rename(temporary, path);
    sync_directory(path.parent_path());
}

} // namespace glacier::emulation
