#pragma once

#include "protocol/archive_operations.hpp"
#include "protocol/codec.hpp"

#include <glacier/multipart.hpp>

#include <tuple>

namespace glacier::protocol {

template <>
struct json_fields<part_description> {
    static constexpr absent when_absent = absent::null;
    static constexpr auto fields = std::tuple{
        field("RangeInBytes", &part_description::range_in_bytes),
        field("SHA256TreeHash", &part_description::tree_hash),
    };
};

template <>
struct json_fields<list_parts_result> {
    static constexpr absent when_absent = absent::null;
    static constexpr auto fields = std::tuple{
        field("MultipartUploadId", &list_parts_result::upload),
        field("VaultARN", &list_parts_result::vault_arn),
        field("ArchiveDescription", &list_parts_result::description),
        field("PartSizeInBytes", &list_parts_result::part_size_in_bytes),
        field("CreationDate", &list_parts_result::creation_date),
        field("Parts", &list_parts_result::parts),
        field("Marker", &list_parts_result::marker),
    };
};

template <>
struct json_fields<upload_description> {
    static constexpr absent when_absent = absent::null;
    static constexpr auto fields = std::tuple{
        field("MultipartUploadId", &upload_description::upload),
        field("VaultARN", &upload_description::vault_arn),
        field("ArchiveDescription", &upload_description::description),
        field("PartSizeInBytes", &upload_description::part_size_in_bytes),
        field("CreationDate", &upload_description::creation_date),
    };
};

template <>
struct json_fields<list_multipart_uploads_result> {
    static constexpr absent when_absent = absent::null;
    static constexpr auto fields = std::tuple{
        field("UploadsList", &list_multipart_uploads_result::uploads),
        field("Marker", &list_multipart_uploads_result::marker),
    };
};

template <>
struct operation_traits<initiate_multipart_upload_request> {
    static constexpr operation id = operation::initiate_multipart_upload;
    using result_type = initiate_multipart_upload_result;
    static constexpr auto input = std::tuple{
        uri("vaultName", &initiate_multipart_upload_request::vault),
        header<presence::argument>("x-amz-part-size", &initiate_multipart_upload_request::size_of_part),
        header("x-amz-archive-description", &initiate_multipart_upload_request::description),
    };
    static constexpr auto output = std::tuple{
        header<presence::argument>("x-amz-multipart-upload-id", &initiate_multipart_upload_result::upload),
        header("Location", &initiate_multipart_upload_result::location),
    };
};

template <>
struct operation_traits<upload_multipart_part_request> {
    static constexpr operation id = operation::upload_multipart_part;
    using result_type = upload_multipart_part_result;
    static constexpr auto input = std::tuple{
        uri("vaultName", &upload_multipart_part_request::vault),
        uri("uploadId", &upload_multipart_part_request::upload),
        header<presence::argument, content_range_of_part>("Content-Range",
                                                          &upload_multipart_part_request::range),
        header<presence::required>("x-amz-content-sha256", &upload_multipart_part_request::content_sha256),
        header<presence::required>("x-amz-sha256-tree-hash", &upload_multipart_part_request::tree_hash),
        bytes_body(&upload_multipart_part_request::content),
    };
    static constexpr auto output =
        std::tuple{header("x-amz-sha256-tree-hash", &upload_multipart_part_result::tree_hash)};
};

template <>
struct operation_traits<complete_multipart_upload_request> {
    static constexpr operation id = operation::complete_multipart_upload;
    using result_type = archive_creation_result;
    static constexpr auto input = std::tuple{
        uri("vaultName", &complete_multipart_upload_request::vault),
        uri("uploadId", &complete_multipart_upload_request::upload),
        header<presence::argument>("x-amz-archive-size", &complete_multipart_upload_request::archive_bytes),
        header<presence::argument>("x-amz-sha256-tree-hash", &complete_multipart_upload_request::hash),
    };
    static constexpr auto output = operation_traits<upload_archive_request>::output;
};

template <>
struct operation_traits<abort_multipart_upload_request> {
    static constexpr operation id = operation::abort_multipart_upload;
    using result_type = no_result;
    static constexpr auto input = std::tuple{
        uri("vaultName", &abort_multipart_upload_request::vault),
        uri("uploadId", &abort_multipart_upload_request::upload),
    };
    static constexpr auto output = std::tuple{};
};

template <>
struct operation_traits<list_parts_request> {
    static constexpr operation id = operation::list_parts;
    using result_type = list_parts_result;
    static constexpr auto input = std::tuple{
        uri("vaultName", &list_parts_request::vault),
        uri("uploadId", &list_parts_request::upload),
        query("limit", &list_parts_request::limit),
        query("marker", &list_parts_request::marker),
    };
    static constexpr auto output = std::tuple{json_document()};
};

template <>
struct operation_traits<list_multipart_uploads_request> {
    static constexpr operation id = operation::list_multipart_uploads;
    using result_type = list_multipart_uploads_result;
    static constexpr auto input = std::tuple{
        uri("vaultName", &list_multipart_uploads_request::vault),
        query("limit", &list_multipart_uploads_request::limit),
        query("marker", &list_multipart_uploads_request::marker),
    };
    static constexpr auto output = std::tuple{json_document()};
};

} // namespace glacier::protocol
