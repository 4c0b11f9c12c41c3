#pragma once

#include "cli/session.hpp"

#include <glacier/part_size.hpp>

#include <optional>
#include <string>

namespace glacier::cli {

/// The arguments of `glacier upload` as they were given.
struct upload_options {
    std::string file;
    std::string vault;
    std::optional<std::string> description;
    std::optional<std::string> part_size;
    std::optional<std::string> concurrency;
};

/// Reads the value of --part-size. Throws failure(usage) with the value and the rule.
part_size parse_part_size(std::string const& text);

/// `glacier upload FILE --vault V`: stores a file, and prints the archive's id.
void upload(session& session, upload_options const& options);

} // namespace glacier::cli
