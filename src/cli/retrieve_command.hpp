#pragma once

#include "cli/session.hpp"

#include <optional>
#include <string>

namespace glacier::cli {

/// The arguments of `glacier retrieve` as they were given.
struct retrieve_options {
    std::optional<std::string> archive;
    std::string vault;
    std::string file;
    std::optional<std::string> tier;
    std::optional<std::string> job;
    std::optional<std::string> concurrency;
};

/// `glacier retrieve ARCHIVE-ID --vault V --output FILE`: starts a job or takes one up, waits for it, downloads
/// the archive, and prints its tree hash.
void retrieve(session& session, retrieve_options const& options);

} // namespace glacier::cli
