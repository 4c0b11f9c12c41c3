#pragma once

#include <glacier/sha256_digest.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace glacier {

/// What GetJobOutput says before the bytes.
struct job_output_head {
    /// 200, or 206 if a range was asked for.
    int status = 0;
    /// Bytes that follow; nothing if the service does not say.
    std::optional<std::uint64_t> content_length;
    /// `bytes 0-1048575/7340032`, if a range was asked for.
    std::optional<std::string> content_range;
    /// `application/octet-stream` for archives, `application/json` or `text/csv` for inventories.
    std::optional<std::string> content_type;
    /// `bytes`: that ranges can be asked for.
    std::optional<std::string> accept_ranges;
    /// Description of the archive, if it has one. Comes from the network: untrusted.
    std::optional<std::string> description;
    /// Hash of the bytes that follow: only of archives, and only where their range is tree-hash aligned.
    std::optional<glacier::tree_hash> tree_hash;
};

} // namespace glacier
