#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace glacier::transfer {

/**
 * A file that appears under its name only when it is complete: FILE.part first, then synced and renamed.
 * Destroyed before commit(), it removes FILE.part.
 *
 * Everything here may block. Thread safety: write() and read() of different ranges from several threads.
 * Errors: std::filesystem::filesystem_error that names the file.
 */
class output_file {
public:
    /// Reserves the disk space, so that a full disk is found before anything is fetched. FILE.part must not
    /// exist, or must not be in use by another process.
    output_file(std::filesystem::path path, std::uint64_t bytes);
    output_file(output_file const&) = delete;
    output_file& operator=(output_file const&) = delete;
    ~output_file();

    void write(std::uint64_t offset, std::span<std::byte const> bytes);

    /// Makes everything durable and gives the file its name.
    void commit();

    /// Removes FILE.part now, whoever else still holds this object. Does nothing after commit(). Nobody may be
    /// writing, or write later.
    void abandon() noexcept;

    std::filesystem::path const& path() const noexcept { return path_; }

private:
    [[noreturn]] void fail(char const* what, int reason) const;
    void sync_directory() const;

    std::filesystem::path path_;
    std::filesystem::path part_path_;
    int descriptor_ = -1;
    bool committed_ = false;
};

/// Throws what output_file would throw for this path, without leaving anything behind: to be called before
/// hours of waiting.
void check_output_path(std::filesystem::path const& path);

} // namespace glacier::transfer
