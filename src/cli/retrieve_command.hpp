#pragma once

#include "cli/session.hpp"
#include "cli/transfer_options.hpp"

#include <optional>
#include <string>

namespace glacier::cli {

/// The arguments of `glacier retrieve` as they were given.
struct retrieve_options : transfer_options {
    std::optional<std::string> archive;
    std::string vault;
    /// `-`: standard output.
    std::string file;
    std::optional<std::string> tier;
    std::optional<std::string> job;
    std::optional<std::string> range;
    std::optional<std::string> archive_size;
    std::optional<std::string> range_size;
    bool new_job = false;
};

/**
 * `glacier retrieve ARCHIVE-ID --vault V --output FILE`: finds a job or starts one, waits for it, downloads the archive,
 * and prints its tree hash.
 *
 * What an earlier run had downloaded is not downloaded again, and its job is taken up.
 */
void retrieve(session& session, retrieve_options const& options);

} // namespace glacier::cli
