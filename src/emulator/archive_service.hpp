#pragma once

#include "emulator/body_receiver.hpp"
#include "emulator/service_context.hpp"
#include "protocol/archive_operations.hpp"

#include <glacier/archive.hpp>

#include <cstdint>
#include <optional>

namespace glacier::emulation {

/// The most that one request may upload.
inline constexpr std::uint64_t upload_bytes_max = 4'294'967'296;

/// The length of an upload, if it has one that is allowed.
service_result<std::uint64_t> require_upload_length(std::optional<std::uint64_t> content_length);

/// An UploadArchive in progress.
class archive_upload {
public:
    using request_type = upload_archive_request;

    /// What can be refused before the body is read, is.
    static service_result<archive_upload> begin(service_context& context,
                                                upload_archive_request const& request,
                                                std::optional<std::uint64_t> content_length);

    void write(std::span<std::byte const> bytes) { body_.write(bytes); }
    service_result<archive_creation_result> finish();

private:
    archive_upload(service_context& context, upload_archive_request request)
        : context_(&context), request_(std::move(request)), body_(context)
    {}

    service_context* context_;
    upload_archive_request request_;
    body_receiver body_;
};

service_result<protocol::no_result> delete_archive(service_context& context,
                                                   delete_archive_request const& request);

/// The answer to the operations that make an archive.
archive_creation_result made_archive(service_context const& context, vault_name const& vault,
                                     std::string const& id, std::optional<tree_hash> const& hash);

/// The description as the service keeps it: without leading spaces; nothing if there is none.
std::optional<std::string> stored_description(std::optional<description> const& description);

} // namespace glacier::emulation
