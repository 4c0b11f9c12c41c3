#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace glacier::emulation {

/// What was looked at, and what was found.
struct integrity_report {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    /// What must not be.
    std::uint64_t problems = 0;
    /// Files that a kill has left, which the next start removes.
    std::uint64_t leftovers = 0;
};

/**
 * Compares all files of a data directory with its index, and the parts of the index with each other. Reads
 * everything, and changes no file and no row.
 *
 * `tell` is called with a sentence for each problem and each left-over.
 *
 * Throws store_error if the directory has no index of the present form, or an emulator is using it.
 */
integrity_report verify_data_directory(std::filesystem::path const& directory,
                                       std::function<void(std::string const&)> const& tell);

} // namespace glacier::emulation
