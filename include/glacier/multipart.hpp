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
    initiate_multipart_upload_request(vault_name its_vault, part_size size)
        : vault(std::move(its_vault)), size_of_part(size)
    {}

    vault_name vault;
    /// Every part but the last must have exactly this size.
    part_size size_of_part;
    std::optional<glacier::description> description;
};

struct initiate_multipart_upload_result {
    initiate_multipart_upload_result() = default;
    explicit initiate_multipart_upload_result(upload_id its_upload) : upload(std::move(its_upload)) {}

    /// May vanish at the service after 24 hours without a new part.
    upload_id upload;
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

    vault_name vault;
    upload_id upload;
    byte_range range;
    /// 1 byte up to the upload's part size.
    body content;
    /// Known hashes of the content. What is missing is computed, off the event loop.
    std::optional<sha256_digest> content_sha256;
    std::optional<glacier::tree_hash> tree_hash;
};

struct upload_multipart_part_result {
    /// The service's own hash of the part. client::upload_multipart_part() has compared it already.
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

    vault_name vault;
    upload_id upload;
    std::uint64_t archive_bytes;
    tree_hash hash;
};

/// For client::abort_multipart_upload().
struct abort_multipart_upload_request {
    abort_multipart_upload_request(vault_name its_vault, upload_id its_upload)
        : vault(std::move(its_vault)), upload(std::move(its_upload))
    {}

    vault_name vault;
    upload_id upload;
};

/// For client::list_parts().
struct list_parts_request {
    list_parts_request(vault_name its_vault, upload_id its_upload)
        : vault(std::move(its_vault)), upload(std::move(its_upload))
    {}

    vault_name vault;
    upload_id upload;
    /// Where to go on: the marker of the page before.
    std::optional<std::string> marker;
    /// Parts per page, 1 or more; the service gives at most 50 (its default).
    std::optional<std::uint32_t> limit;
};

/// A part that the service has.
struct part_description {
    /// The service has been seen to give a last byte that is one too great.
    std::string range_in_bytes;
    std::optional<glacier::tree_hash> tree_hash;
};

struct list_parts_result {
    std::string vault_arn;
    std::string upload;
    std::optional<std::string> description;
    std::uint64_t part_size_in_bytes = 0;
    timestamp creation_date;
    /// Sorted by range.
    std::vector<part_description> parts;
    /// For the next page; nothing on the last one.
    std::optional<std::string> marker;
};

/// For client::list_multipart_uploads().
struct list_multipart_uploads_request {
    explicit list_multipart_uploads_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    vault_name vault;
    /// Where to go on: the marker of the page before.
    std::optional<std::string> marker;
    /// Uploads per page, 1 or more; the service gives at most 50 (its default).
    std::optional<std::uint32_t> limit;
};

/// A multipart upload that is neither completed nor aborted.
struct upload_description {
    std::string upload;
    std::string vault_arn;
    std::optional<std::string> description;
    std::uint64_t part_size_in_bytes = 0;
    timestamp creation_date;
};

struct list_multipart_uploads_result {
    /// In no particular order.
    std::vector<upload_description> uploads;
    /// For the next page; nothing on the last one.
    std::optional<std::string> marker;
};

} // namespace glacier
