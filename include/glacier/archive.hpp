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
    /// The vault and the content, which the service accepts in one request from 1 byte to 4 GiB.
    upload_archive_request(vault_name its_vault, body its_content)
        : vault(std::move(its_vault)), content(std::move(its_content))
    {}

    /// The vault that gets the archive.
    vault_name vault;
    /// 1 byte to 4 GiB; above 100 MB the service advises a multipart upload. Errors:
    /// errc::invalid_archive_size.
    body content;
    /// Kept with the archive and shown in inventories; it can never be changed. Nothing, or an empty one:
    /// none.
    std::optional<glacier::description> description;
    /// SHA-256 of the content, if known; computed off the event loop if not set. The service refuses a wrong
    /// one with service_errc::invalid_signature.
    std::optional<sha256_digest> content_sha256;
    /// Tree hash of the content, if known; computed off the event loop if not set. The service refuses a
    /// wrong one with service_errc::invalid_parameter_value.
    std::optional<glacier::tree_hash> tree_hash;
};

/// What UploadArchive and CompleteMultipartUpload answer.
struct archive_creation_result {
    archive_creation_result() = default;
    /// A result with this id.
    explicit archive_creation_result(glacier::archive_id its_archive) : archive(std::move(its_archive)) {}

    /// Id of the new archive, with which it is retrieved and deleted. Until the next inventory, about a day
    /// later, only this answer has it.
    archive_id archive;
    /// The service's own hash of the archive; nothing if it sent none.
    std::optional<glacier::tree_hash> tree_hash;
    /// Path of the archive: `/123456789012/vaults/NAME/archives/ID`. Empty if the service sent none.
    std::string location;
};

/// For client::delete_archive().
struct delete_archive_request {
    /// The vault and the archive in it.
    delete_archive_request(vault_name its_vault, archive_id its_archive)
        : vault(std::move(its_vault)), archive(std::move(its_archive))
    {}

    /// The vault that has the archive.
    vault_name vault;
    /// The archive to delete. Inventories list it until the next one is made.
    archive_id archive;
};

} // namespace glacier
