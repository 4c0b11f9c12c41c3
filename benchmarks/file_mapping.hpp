#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <span>
#include <string>
#include <system_error>

namespace benchmark_support {

/// A whole file, mapped for reading.
class file_mapping {
public:
    explicit file_mapping(std::string const& path)
    {
        int const descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (descriptor < 0)
            throw std::system_error(errno, std::generic_category(), path);
        struct stat status {};
        ::fstat(descriptor, &status);
        size_ = static_cast<std::size_t>(status.st_size);
        address_ = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, descriptor, 0);
        int const reason = errno;
        ::close(descriptor);
        if (address_ == MAP_FAILED)
            throw std::system_error(reason, std::generic_category(), path);
    }

    file_mapping(file_mapping const&) = delete;
    file_mapping& operator=(file_mapping const&) = delete;

    ~file_mapping() { ::munmap(address_, size_); }

    std::span<std::byte const> bytes() const noexcept
    {
        return {static_cast<std::byte const*>(address_), size_};
    }

    /// Brings the pages in with one call instead of a fault for each few of them.
    void populate(std::size_t offset, std::size_t size) const noexcept
    {
        constexpr int populate_read = 22;
        ::madvise(static_cast<std::byte*>(address_) + offset, size, populate_read);
    }

private:
    void* address_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace benchmark_support
