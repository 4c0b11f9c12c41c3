#pragma once

#include "emulator/body_receiver.hpp"
#include "emulator/service_context.hpp"
#include "protocol/multipart_operations.hpp"

#include <glacier/multipart.hpp>

#include <cstdint>
#include <optional>

namespace glacier::emulation {

service_result<initiate_multipart_upload_result> initiate_multipart_upload(
    service_context& context, initiate_multipart_upload_request const& request);

/// An UploadMultipartPart in progress.
class part_upload {
public:
    using request_type = upload_multipart_part_request;

    /// What can be refused before the body is read, is.
    static service_result<part_upload> begin(service_context& context,
                                             upload_multipart_part_request const& request,
                                             std::optional<std::uint64_t> content_length);

    void write(std::span<std::byte const> bytes) { body_.write(bytes); }
    service_result<upload_multipart_part_result> finish();

private:
    part_upload(service_context& context, upload_multipart_part_request request)
        : context_(&context), request_(std::move(request)), body_(context)
    {}

    service_context* context_;
    upload_multipart_part_request request_;
    body_receiver body_;
};

service_result<archive_creation_result> complete_multipart_upload(
    service_context& context, complete_multipart_upload_request const& request);
service_result<protocol::no_result> abort_multipart_upload(service_context& context,
                                                           abort_multipart_upload_request const& request);
service_result<list_parts_result> list_parts(service_context& context, list_parts_request const& request);
service_result<list_multipart_uploads_result> list_multipart_uploads(
    service_context& context, list_multipart_uploads_request const& request);

} // namespace glacier::emulation
