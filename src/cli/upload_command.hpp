#pragma once

#include "cli/session.hpp"
#include "cli/transfer_options.hpp"

#include <optional>
#include <string>

namespace glacier::cli {

/// The arguments of `glacier upload` as they were given.
struct upload_options : transfer_options {
    /// `-`: standard input.
    std::string file;
    std::string vault;
    std::optional<std::string> description;
    std::optional<std::string> part_size;
    std::optional<std::string> size_max;
    std::optional<std::string> single_request_max;
    std::optional<std::string> expected_tree_hash;
    bool mapped = false;
    bool discard = false;
};

/**
 * `glacier upload FILE --vault V`: stores a file, and prints the archive's id.
 *
 * What an earlier run had stored of it is not sent again. The state file from which that is known is removed when the id
 * has been printed, and not before: a kill at any moment loses nothing.
 */
void upload(session& session, upload_options const& options);

} // namespace glacier::cli
