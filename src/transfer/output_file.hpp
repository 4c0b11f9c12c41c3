#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace glacier::transfer {

/// What becomes of FILE.part when a download does not come to its end.
enum class unfinished_file {
    /// It goes.
    removed,
    /// It stays, and the next download takes it up.
    kept,
};

/**
 * A file that appears under its name only when it is complete: FILE.part first, then synced and renamed.
 *
 * Everything here may block. Thread safety: write() and read() of different ranges from several threads.
 * Errors: std::filesystem::filesystem_error that names the file.
 */
class output_file {
public:
    /// Reserves the disk space, so that a full disk is found before anything is fetched; where the file system cannot
    /// reserve, the file has its size only, and a full disk is found by write(). FILE.part must not
    /// exist, or must not be in use by another process. With unfinished_file::kept one that is there is taken up as it
    /// is, if it has the size; otherwise its bytes go.
    output_file(std::filesystem::path path, std::uint64_t bytes,
                unfinished_file unfinished = unfinished_file::removed);
    output_file(output_file const&) = delete;
    output_file& operator=(output_file const&) = delete;
    ~output_file();

    /// The file itself, to be read, if there is one of that size and no FILE.part: a download that was killed after
    /// commit() leaves it so. Null otherwise.
    static std::shared_ptr<output_file> find_committed(std::filesystem::path path, std::uint64_t bytes);

    void write(std::uint64_t offset, std::span<std::byte const> bytes);

    /// Whether all of `bytes` was read.
    bool read(std::uint64_t offset, std::span<std::byte> bytes) const noexcept;

    /// Makes everything durable and gives the file its name.
    void commit();

    /// Gives FILE.part up now, whoever else still holds this object: it is removed, or free for the next one. Does
    /// nothing after commit(). Nobody may be writing, or write later.
    void abandon() noexcept;

    std::filesystem::path const& path() const noexcept { return path_; }

private:
    struct committed_tag {};
    output_file(committed_tag, std::filesystem::path path, int descriptor);

    void reserve_space(std::uint64_t bytes, bool taken_up);
    [[noreturn]] void fail(char const* what, int reason) const;

    std::filesystem::path path_;
    std::filesystem::path part_path_;
    int descriptor_ = -1;
    unfinished_file unfinished_ = unfinished_file::removed;
    bool committed_ = false;
};

/// Throws what output_file would throw for this path, without leaving anything behind: to be called before
/// hours of waiting.
void check_output_path(std::filesystem::path const& path);

/// Throws invalid_value with errc::invalid_option if the state file of a download would be its file, or FILE.part.
void check_state_path(std::filesystem::path const& state, std::filesystem::path const& path);

} // namespace glacier::transfer
