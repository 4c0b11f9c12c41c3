#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glacier::transfer {

/**
 * A small file that says how far a transfer is: records that are only ever appended, each a line with a checksum.
 *
 * A line that was cut off at the end, as a crash may leave it, counts as not written. Whatever else does not have
 * its checksum makes the file invalid, and it is left as it is. The first line comes with a new file that takes the
 * place of the empty one, so one that was cut off is no journal's. The file is locked while it is open.
 *
 * Everything here may block. Thread safety: none.
 * Errors: operation_error with errc::state_file_in_use or errc::state_file_invalid, std::filesystem::filesystem_error;
 *   each names the file.
 */
class journal {
public:
    /// `type` is a word; names of fields are words, values are any text.
    struct record {
        explicit record(std::string its_type) : type(std::move(its_type)) {}

        record& set(std::string name, std::string value);
        record& set(std::string name, std::uint64_t value);

        /// Empty if there is none.
        std::string_view get(std::string_view name) const noexcept;
        /// Nothing if there is none, or it is no number.
        std::optional<std::uint64_t> number(std::string_view name) const noexcept;

        std::string type;
        std::map<std::string, std::string, std::less<>> fields;
    };

    /// Largest file and longest line that are read.
    static constexpr std::uint64_t bytes_max = std::uint64_t(16) * 1'048'576;
    static constexpr std::size_t line_bytes_max = 16 * 1'024;

    /// Opens and locks the file and reads what it has; makes it if it is not there. It is readable for its owner alone.
    explicit journal(std::filesystem::path path);
    journal(journal const&) = delete;
    journal& operator=(journal const&) = delete;
    /// Removes the file if nothing was ever written into it.
    ~journal();

    /// What it had when it was opened, and what was appended since.
    std::vector<record> const& records() const noexcept { return records_; }

    /// Written to the disk when it returns. After an error, such as a full disk, the records are those from before, and
    /// it can be tried again. The first record is written as by replace(). Errors: also errc::state_file_invalid for
    /// what would be larger than can be read.
    void append(record added);

    /// Replaces all records by these, at once: after a crash either the old or the new ones are there. The lock stays.
    /// FILE.new is written first. Errors: as append().
    void replace(std::vector<record> records);

    /// Removes the file. Nothing can be appended any more.
    void remove();

    std::filesystem::path const& path() const noexcept { return path_; }

    /// Whether there is such a file, without opening it.
    static bool exists(std::filesystem::path const& path);

    /// Whether a journal with this name would write or replace another file: itself, or FILE.new.
    static bool would_use(std::filesystem::path const& path, std::filesystem::path const& other);

private:
    void check_fits(std::size_t line_bytes, std::uint64_t file_bytes) const;

    std::filesystem::path path_;
    int descriptor_ = -1;
    std::vector<record> records_;
    std::uint64_t size_ = 0;
};

} // namespace glacier::transfer
