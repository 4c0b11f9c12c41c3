#pragma once

#include "protocol/codec.hpp"

#include <glacier/archive.hpp>

#include <tuple>

namespace glacier::protocol {

template <>
struct operation_traits<upload_archive_request> {
    static constexpr operation id = operation::upload_archive;
    using result_type = archive_creation_result;
    static constexpr auto input = std::tuple{
        uri("vaultName", &upload_archive_request::vault),
        header("x-amz-archive-description", &upload_archive_request::description),
        header<presence::required>("x-amz-content-sha256", &upload_archive_request::content_sha256),
        header<presence::required>("x-amz-sha256-tree-hash", &upload_archive_request::tree_hash),
        bytes_body(&upload_archive_request::content),
    };
    static constexpr auto output = std::tuple{
        header<presence::argument>("x-amz-archive-id", &archive_creation_result::archive),
        header("x-amz-sha256-tree-hash", &archive_creation_result::tree_hash),
        header("Location", &archive_creation_result::location),
    };
};

template <>
struct operation_traits<delete_archive_request> {
    static constexpr operation id = operation::delete_archive;
    using result_type = no_result;
    static constexpr auto input = std::tuple{
        uri("vaultName", &delete_archive_request::vault),
        uri("archiveId", &delete_archive_request::archive),
    };
    static constexpr auto output = std::tuple{};
};

} // namespace glacier::protocol
