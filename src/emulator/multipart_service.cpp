#include "emulator/multipart_service.hpp"

#include "emulator/archive_service.hpp"
#include "emulator/ids.hpp"
#include "emulator/vault_service.hpp"

#include "base/decimal.hpp"
#include "protocol/tree_hash.hpp"

#include <algorithm>

namespace glacier::emulation {

namespace {

constexpr std::size_t uploads_per_page = 50;
constexpr std::size_t parts_per_page = 50;

struct found_upload {
    vault_record vault;
    upload_record upload;
};

/// The upload, aborted and completed ones included, unless it has expired.
service_result<found_upload> find_upload(service_context& context, transaction& view, vault_name const& vault,
                                         upload_id const& id)
{
    auto owner = require_vault(context, view, vault.str());
    if (!owner)
        return owner.error();
    auto upload = view.find_upload(owner->number, id.str());
    if (!upload || upload->active + context.options.upload_life <= context.clock.now())
        return upload_not_found(id.str());
    found_upload found;
    found.vault = std::move(*owner);
    found.upload = std::move(*upload);
    return found;
}

service_result<found_upload> find_open_upload(service_context& context, transaction& view,
                                              vault_name const& vault, upload_id const& id)
{
    auto found = find_upload(context, view, vault, id);
    if (found && !found->upload.open())
        return upload_not_found(id.str());
    return found;
}

protocol::service_error upload_is_complete(upload_id const& id, int status)
{
    if (status == 404)
        return upload_not_found(id.str());
    return error_with_status(status, "The upload was completed already: " + id.str());
}

std::string content_range(byte_range const& range)
{
    return "bytes " + range.str() + "/*";
}

/// Whether the parts make an archive of that size and hash.
std::optional<protocol::service_error> check_parts(std::vector<part_record> const& parts,
                                                   std::uint64_t part_bytes,
                                                   complete_multipart_upload_request const& request)
{
    protocol::tree_builder tree;
    std::uint64_t end = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        bool const last = i + 1 == parts.size();
        if (parts[i].first != end || (!last && parts[i].bytes != part_bytes))
            return error_of(service_errc::invalid_parameter_value,
                            "The parts are not contiguous: bytes from " + std::to_string(end) +
                                " on are missing, or a part before the last one is too short");
        end += parts[i].bytes;
        tree.add(parts[i].hash);
    }
    if (parts.empty() || end != request.archive_bytes)
        return invalid_parameter("x-amz-archive-size", std::to_string(request.archive_bytes));
    if (tree.finish() != request.hash)
        return invalid_parameter("x-amz-sha256-tree-hash", request.hash.hex());
    return std::nullopt;
}

} // namespace

service_result<initiate_multipart_upload_result> initiate_multipart_upload(
    service_context& context, initiate_multipart_upload_request const& request)
{
    sweep(context);
    auto change = context.data.begin();
    auto const vault = require_vault(context, change, request.vault.str());
    if (!vault)
        return vault.error();
    upload_record upload;
    upload.vault = vault->number;
    upload.id = new_id(context.random, upload_id_length);
    upload.description = stored_description(request.description);
    upload.part_bytes = request.size_of_part.bytes();
    upload.created = upload.active = context.clock.now();
    change.insert_upload(upload);
    change.commit();

    initiate_multipart_upload_result result{upload_id(upload.id)};
    result.location = vault_path(context.options, request.vault.str()) + "/multipart-uploads/" + upload.id;
    return result;
}

service_result<part_upload> part_upload::begin(service_context& context,
                                               upload_multipart_part_request const& request,
                                               std::optional<std::uint64_t> content_length)
{
    std::uint64_t part_bytes = 0;
    {
        auto view = context.data.begin();
        auto const found = find_open_upload(context, view, request.vault, request.upload);
        if (!found)
            return found.error();
        part_bytes = found->upload.part_bytes;
    }
    auto const length = require_upload_length(content_length);
    if (!length)
        return length.error();
    if (request.range.size() != *length)
        return error_of(service_errc::invalid_parameter_value,
                        "Content-Range: " + content_range(request.range) +
                            " is incompatible with Content-Length: " + std::to_string(*length));
    bool const fits = request.range.first() % part_bytes == 0 && request.range.size() <= part_bytes &&
                      request.range.first() / part_bytes < part_size::parts_max;
    if (!fits)
        return invalid_parameter("Content-Range", content_range(request.range));
    return part_upload(context, request);
}

service_result<upload_multipart_part_result> part_upload::finish()
{
    auto const hash = body_.finish(request_.content_sha256, request_.tree_hash);
    if (!hash)
        return hash.error();

    auto change = context_->data.begin();
    // It may have been completed or aborted while the body arrived.
    auto found = find_open_upload(*context_, change, request_.vault, request_.upload);
    if (!found)
        return found.error();
    part_record part;
    part.first = request_.range.first();
    part.bytes = request_.range.size();
    part.hash = *hash;
    part.content = change.insert_content(body_.content());
    change.put_part(found->upload.number, part);
    found->upload.active = context_->clock.now();
    change.update_upload(found->upload);
    change.commit();

    upload_multipart_part_result result;
    result.tree_hash = *hash;
    return result;
}

service_result<archive_creation_result> complete_multipart_upload(
    service_context& context, complete_multipart_upload_request const& request)
{
    auto change = context.data.begin();
    auto found = find_upload(context, change, request.vault, request.upload);
    if (!found)
        return found.error();
    auto& [vault, upload] = *found;
    // Completing it once more has succeeded already.
    if (upload.archive_id) {
        auto const archive = change.find_archive(*upload.archive_id);
        return made_archive(context, request.vault, *upload.archive_id,
                            archive ? std::optional(archive->hash) : std::nullopt);
    }
    if (upload.aborted)
        return upload_not_found(request.upload.str());

    auto const parts = change.all_parts(upload.number);
    if (auto const wrong = check_parts(parts, upload.part_bytes, request))
        return *wrong;

    archive_record archive;
    archive.vault = vault.number;
    archive.id = new_id(context.random, archive_id_length);
    archive.description = upload.description;
    archive.bytes = request.archive_bytes;
    archive.hash = request.hash;
    archive.created = context.clock.now();
    change.insert_archive(archive);
    for (part_record const& part : parts)
        change.insert_segment(archive.number, part.first, part.content);
    change.release_parts(upload.number);
    upload.active = archive.created;
    upload.archive_id = archive.id;
    change.update_upload(upload);
    record_change(context, change, vault, archive.created, 1, static_cast<std::int64_t>(archive.bytes));
    change.commit();
    return made_archive(context, request.vault, archive.id, archive.hash);
}

service_result<protocol::no_result> abort_multipart_upload(service_context& context,
                                                           abort_multipart_upload_request const& request)
{
    auto change = context.data.begin();
    auto found = find_upload(context, change, request.vault, request.upload);
    if (!found)
        return found.error();
    if (found->upload.archive_id)
        return upload_is_complete(request.upload, context.options.inferred.abort_after_complete_status);
    // Aborting it once more has succeeded already.
    if (found->upload.aborted)
        return protocol::no_result();
    change.discard_parts(found->upload.number);
    found->upload.aborted = true;
    change.update_upload(found->upload);
    change.commit();
    return protocol::no_result();
}

service_result<list_parts_result> list_parts(service_context& context, list_parts_request const& request)
{
    auto const wanted = page_of(context, request.limit, request.marker, parts_per_page);
    if (!wanted)
        return wanted.error();
    auto view = context.data.begin();
    auto found = find_upload(context, view, request.vault, request.upload);
    if (found && found->upload.archive_id)
        return upload_is_complete(request.upload, context.options.inferred.list_parts_after_complete_status);
    if (found && found->upload.aborted)
        return upload_not_found(request.upload.str());
    if (!found)
        return found.error();

    // A marker is the first byte of the part after which the page begins.
    std::uint64_t from = 0;
    if (!wanted->after.empty()) {
        auto const first = base::parse_decimal(wanted->after);
        if (!first || *first > upload_bytes_max * part_size::parts_max)
            return invalid_parameter("marker", *request.marker);
        from = *first + 1;
    }
    upload_record& upload = found->upload;
    list_parts_result result;
    result.vault_arn = vault_arn(context.options, request.vault.str());
    result.upload = std::move(upload.id);
    result.description = std::move(upload.description);
    result.part_size_in_bytes = upload.part_bytes;
    result.creation_date = upload.created;
    auto const parts = view.parts_from(upload.number, from, wanted->size + 1);
    for (std::size_t i = 0; i < parts.size() && i < wanted->size; ++i) {
        part_description part;
        part.range_in_bytes = byte_range(parts[i].first, parts[i].first + parts[i].bytes - 1).str();
        part.tree_hash = parts[i].hash;
        result.parts.push_back(std::move(part));
    }
    if (parts.size() > wanted->size)
        result.marker =
            wanted->size == 0 ? wanted->next_without_items() : std::to_string(parts[wanted->size - 1].first);
    return result;
}

service_result<list_multipart_uploads_result> list_multipart_uploads(
    service_context& context, list_multipart_uploads_request const& request)
{
    auto const wanted = page_of(context, request.limit, request.marker, uploads_per_page);
    if (!wanted)
        return wanted.error();
    auto view = context.data.begin();
    auto const vault = require_vault(context, view, request.vault.str());
    if (!vault)
        return vault.error();

    // A marker is the id of the upload after which the page begins; it may have ended meanwhile.
    std::int64_t after = 0;
    if (!wanted->after.empty()) {
        auto const last = view.find_upload(vault->number, wanted->after);
        if (!last)
            return invalid_parameter("marker", *request.marker);
        after = last->number;
    }
    timestamp const active_after = context.clock.now() - context.options.upload_life;
    auto uploads = view.open_uploads(vault->number, active_after, after, wanted->size + 1);
    list_multipart_uploads_result result;
    for (std::size_t i = 0; i < uploads.size() && i < wanted->size; ++i) {
        upload_description upload;
        upload.upload = std::move(uploads[i].id);
        upload.vault_arn = vault_arn(context.options, request.vault.str());
        upload.description = std::move(uploads[i].description);
        upload.part_size_in_bytes = uploads[i].part_bytes;
        upload.creation_date = uploads[i].created;
        result.uploads.push_back(std::move(upload));
    }
    if (uploads.size() > wanted->size)
        result.marker = result.uploads.empty() ? wanted->next_without_items() : result.uploads.back().upload;
    return result;
}

} // namespace glacier::emulation
