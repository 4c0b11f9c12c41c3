#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace glacier::emulation {

/// An open file. Every failure throws a filesystem_error that names the path.
class file {
public:
    enum class mode {
        read,
        /// Makes the file; it must not exist.
        create,
        /// Opens for writing, and makes the file if it does not exist.
        update,
    };

    file() = default;
    file(std::filesystem::path path, mode how, unsigned permissions = 0644);
    file(file&& other) noexcept;
    file& operator=(file&& other) noexcept;
    ~file();

    bool is_open() const noexcept { return descriptor_ >= 0; }
    std::filesystem::path const& path() const noexcept { return path_; }

    /// Appends at the file's position.
    void write(std::span<std::byte const> bytes);
    void write(std::string_view text);

    /// Fills all of `bytes` from `offset` on. A file that ends before is a failure.
    void read(std::uint64_t offset, std::span<std::byte> bytes) const;

    /// Returns when the bytes are on the disk.
    void sync();

    /// Takes the lock that one process at a time can have; false if another one has it.
    bool try_lock();

    void close() noexcept;

private:
    std::filesystem::path path_;
    int descriptor_ = -1;
};

/// Returns when the names in the directory are on the disk.
void sync_directory(std::filesystem::path const& directory);

/// Makes the directory and those above it that are missing. Returns when their names are on the disk.
void make_directories(std::filesystem::path const& directory);

/// Writes a file so that its name holds either the whole new content or what was there before.
void write_atomically(std::filesystem::path const& path, std::string_view content, unsigned permissions);

} // namespace glacier::emulation
