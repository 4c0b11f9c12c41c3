#pragma once

#include <glacier/body.hpp>
#include <glacier/byte_range.hpp>
#include <glacier/identifiers.hpp>
#include <glacier/part_size.hpp>
#include <glacier/sha256_digest.hpp>
#include <glacier/timestamp.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace glacier {

/// For client::initiate_multipart_upload().
struct initiate_multipart_upload_request {
    /// The vault and the size of the parts.
    initiate_multipart_upload_request(vault_name its_vault, part_size size)
        : vault(std::move(its_vault)), size_of_part(size)
    {}

    /// The vault that will get the archive.
    vault_name vault;
    /// Every part but the last must have exactly this size. part_size::for_archive() finds one that is large
    /// enough.
    part_size size_of_part;
    /// Of the archive to be; it can never be changed. Nothing, or an empty one: none.
    std::optional<glacier::description> description;
};

/// What InitiateMultipartUpload answers.
struct initiate_multipart_upload_result {
    initiate_multipart_upload_result() = default;
    /// A result with this id.
    explicit initiate_multipart_upload_result(upload_id its_upload) : upload(std::move(its_upload)) {}

    /// Id of the upload. The upload may vanish at the service after 24 hours without a new part.
    upload_id upload;
    /// Path of the upload: `/123456789012/vaults/NAME/multipart-uploads/ID`. Empty if the service sent none.
    std::string location;
};

/// For client::upload_multipart_part().
struct upload_multipart_part_request {
    /// `range`: where the part lies in the archive. It begins at a multiple of the upload's part size and is
    /// as long as the content.
    upload_multipart_part_request(vault_name its_vault, upload_id its_upload, byte_range its_range,
                                  body its_content)
        : vault(std::move(its_vault)), upload(std::move(its_upload)), range(its_range),
          content(std::move(its_content))
    {}

    /// The vault of the upload.
    vault_name vault;
    /// What initiate_multipart_upload() gave.
    upload_id upload;
    /// Where the part lies in the archive. Errors: errc::invalid_byte_range if it does not begin on a whole
    /// MiB, is longer than 4 GiB, or has another size than the content. Whether it fits the upload's part
    /// size is checked by the service.
    byte_range range;
    /// 1 byte up to the upload's part size.
    body content;
    /// SHA-256 of the content, if known; computed off the event loop if not set. The service refuses a wrong
    /// one with service_errc::invalid_signature.
    std::optional<sha256_digest> content_sha256;
    /// Tree hash of the content, if known; computed off the event loop if not set. The service refuses a
    /// wrong one with service_errc::invalid_parameter_value.
    std::optional<glacier::tree_hash> tree_hash;
};

/// What UploadMultipartPart answers.
struct upload_multipart_part_result {
    /// The service's own hash of the part; client::upload_multipart_part() has compared it already. Nothing
    /// if it sent none.
    std::optional<glacier::tree_hash> tree_hash;
};

/// For client::complete_multipart_upload().
struct complete_multipart_upload_request {
    /// `archive_bytes` and `hash` are those of the whole archive; combine_tree_hashes() makes the hash from
    /// those of the parts.
    complete_multipart_upload_request(vault_name its_vault, upload_id its_upload,
                                      std::uint64_t its_archive_bytes, tree_hash its_hash)
        : vault(std::move(its_vault)), upload(std::move(its_upload)), archive_bytes(its_archive_bytes),
          hash(its_hash)
    {}

    /// The vault of the upload.
    vault_name vault;
    /// What initiate_multipart_upload() gave.
    upload_id upload;
    /// Size of the whole archive: 1 byte to 10,000 x 4 GiB. The service compares it with the parts. Errors:
    /// errc::invalid_archive_size.
    std::uint64_t archive_bytes;
    /// Tree hash of the whole archive. The service compares it with its own.
    tree_hash hash;
};

/// For client::abort_multipart_upload().
struct abort_multipart_upload_request {
    /// The vault and the upload.
    abort_multipart_upload_request(vault_name its_vault, upload_id its_upload)
        : vault(std::move(its_vault)), upload(std::move(its_upload))
    {}

    /// The vault of the upload.
    vault_name vault;
    /// The upload to give up.
    upload_id upload;
};

/// For client::list_parts().
struct list_parts_request {
    /// The vault and the upload.
    list_parts_request(vault_name its_vault, upload_id its_upload)
        : vault(std::move(its_vault)), upload(std::move(its_upload))
    {}

    /// The vault of the upload.
    vault_name vault;
    /// The upload whose parts are asked for.
    upload_id upload;
    /// Where to go on: the marker of the page before, as it came. Nothing: from the first part.
    std::optional<std::string> marker;
    /// Parts per page, 1 or more; the service gives at most 50, and 50 if this is not set. Errors:
    /// errc::invalid_limit for 0.
    std::optional<std::uint32_t> limit;
};

/// A part that the service has.
struct part_description {
    /// Where the part lies in the archive: `0-4194303`, both ends included. The service has been seen to give
    /// a last byte that is one too great.
    std::string range_in_bytes;
    /// The service's own hash of the part; nothing if it sent none.
    std::optional<glacier::tree_hash> tree_hash;
};

/// An upload, and one page of its parts.
struct list_parts_result {
    /// The vault of the upload: `arn:aws:glacier:REGION:ACCOUNT:vaults/NAME`.
    std::string vault_arn;
    /// Id of the upload.
    std::string upload;
    /// Of the archive to be; nothing if it has none.
    std::optional<std::string> description;
    /// Size of every part but the last, in bytes.
    std::uint64_t part_size_in_bytes = 0;
    /// When the upload was started, in UTC.
    timestamp creation_date;
    /// Sorted by range.
    std::vector<part_description> parts;
    /// For the next page; nothing on the last one.
    std::optional<std::string> marker;
};

/// For client::list_multipart_uploads().
struct list_multipart_uploads_request {
    /// The vault's name.
    explicit list_multipart_uploads_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    /// The vault whose uploads are asked for.
    vault_name vault;
    /// Where to go on: the marker of the page before, as it came. Nothing: from the start.
    std::optional<std::string> marker;
    /// Uploads per page, 1 or more; the service gives at most 50, and 50 if this is not set. Errors:
    /// errc::invalid_limit for 0.
    std::optional<std::uint32_t> limit;
};

/// A multipart upload that is neither completed nor aborted.
struct upload_description {
    /// Id of the upload.
    std::string upload;
    /// The vault of the upload: `arn:aws:glacier:REGION:ACCOUNT:vaults/NAME`.
    std::string vault_arn;
    /// Of the archive to be; nothing if it has none.
    std::optional<std::string> description;
    /// Size of every part but the last, in bytes.
    std::uint64_t part_size_in_bytes = 0;
    /// When the upload was started, in UTC.
    timestamp creation_date;
};

/// One page of the uploads.
struct list_multipart_uploads_result {
    /// In no particular order.
    std::vector<upload_description> uploads;
    /// For the next page; nothing on the last one.
    std::optional<std::string> marker;
};

} // namespace glacier
