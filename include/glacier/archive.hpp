#pragma once

#include <glacier/body.hpp>
#include <glacier/identifiers.hpp>
#include <glacier/sha256_digest.hpp>

#include <optional>
#include <string>
#include <utility>

namespace glacier {

/// For client::upload_archive().
struct upload_archive_request {
    /// `content`: 1 byte to 4 GiB.
    upload_archive_request(vault_name its_vault, body its_content)
        : vault(std::move(its_vault)), content(std::move(its_content))
    {}

    vault_name vault;
    body content;
    std::optional<glacier::description> description;
    /// Known hashes of the content. What is missing is computed, off the event loop. Wrong ones make the
    /// service refuse the upload.
    std::optional<sha256_digest> content_sha256;
    std::optional<glacier::tree_hash> tree_hash;
};

/// What UploadArchive and CompleteMultipartUpload answer.
struct archive_creation_result {
    archive_creation_result() = default;
    explicit archive_creation_result(glacier::archive_id its_archive) : archive(std::move(its_archive)) {}

    archive_id archive;
    /// The service's own hash of the archive, if it sent one.
    std::optional<glacier::tree_hash> tree_hash;
    /// Path of the archive.
    std::string location;
};

/// For client::delete_archive().
struct delete_archive_request {
    delete_archive_request(vault_name its_vault, archive_id its_archive)
        : vault(std::move(its_vault)), archive(std::move(its_archive))
    {}

    vault_name vault;
    archive_id archive;
};

} // namespace glacier
