#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace glacier::cli {

/// The size of a file to be stored. Throws failure(local_file) unless it is a regular file with at least a byte.
std::uint64_t size_of_archive_file(std::string const& file);

/// Throws failure(local_file) unless a file may be put in that place.
void check_place(std::string const& file);

/// A file that is read from its first byte to its last. All errors are failure(local_file).
class file_reader {
public:
    explicit file_reader(std::string file);
    /// What a descriptor gives, which stays open; `name` is what errors call it.
    file_reader(std::string name, int descriptor);
    file_reader(file_reader const&) = delete;
    file_reader& operator=(file_reader const&) = delete;
    ~file_reader();

    /// Reads at least a byte; 0 at the end of the file. Nothing if none comes within a moment, as with a pipe:
    /// whoever reads may then look after other things, such as signals.
    std::optional<std::size_t> read_some(std::span<std::byte> buffer);

private:
    std::string file_;
    int descriptor_;
};

/// A descriptor that is written to. All errors are failure(local_file).
class file_writer {
public:
    /// The descriptor stays open; `name` is what errors call it.
    file_writer(std::string name, int descriptor);
    file_writer(file_writer const&) = delete;
    file_writer& operator=(file_writer const&) = delete;
    ~file_writer();

    /// Writes as many bytes as find room, and says how many: none if there is no room within a moment, as with a
    /// pipe whose reader takes its time.
    std::size_t write_some(std::span<std::byte const> bytes);

private:
    std::string name_;
    int descriptor_;
    std::size_t bytes_at_once_;
};

} // namespace glacier::cli
