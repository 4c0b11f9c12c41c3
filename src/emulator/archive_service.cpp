#include "emulator/archive_service.hpp"

#include "emulator/ids.hpp"
#include "emulator/vault_service.hpp"

namespace glacier::emulation {

service_result<std::uint64_t> require_upload_length(std::optional<std::uint64_t> content_length)
{
    if (!content_length)
        return parameter_missing("Content-Length");
    if (*content_length == 0 || *content_length > upload_bytes_max)
        return invalid_parameter("Content-Length", std::to_string(*content_length));
    return *content_length;
}

service_result<archive_upload> archive_upload::begin(service_context& context,
                                                     upload_archive_request const& request,
                                                     std::optional<std::uint64_t> content_length)
{
    {
        auto view = context.data.begin();
        if (auto const vault = require_vault(context, view, request.vault.str()); !vault)
            return vault.error();
    }
    if (auto const length = require_upload_length(content_length); !length)
        return length.error();
    return archive_upload(context, request);
}

service_result<archive_creation_result> archive_upload::finish()
{
    auto const hash = body_.finish(request_.content_sha256, request_.tree_hash);
    if (!hash)
        return hash.error();

    auto change = context_->data.begin();
    auto vault = require_vault(*context_, change, request_.vault.str());
    if (!vault)
        return vault.error();
    archive_record archive;
    archive.vault = vault->number;
    archive.id = new_id(context_->random, archive_id_length);
    archive.description = stored_description(request_.description);
    archive.bytes = body_.content().bytes();
    archive.hash = *hash;
    archive.created = context_->clock.now();
    change.insert_archive(archive);
    change.insert_segment(archive.number, 0, change.insert_content(body_.content()));
    record_change(*context_, change, *vault, archive.created, 1, static_cast<std::int64_t>(archive.bytes));
    change.commit();
    return made_archive(*context_, request_.vault, archive.id, archive.hash);
}

service_result<protocol::no_result> delete_archive(service_context& context,
                                                   delete_archive_request const& request)
{
    auto change = context.data.begin();
    auto vault = require_vault(context, change, request.vault.str());
    if (!vault)
        return vault.error();
    auto const archive = change.find_archive(request.archive.str());
    if (archive && archive->vault != vault->number)
        return invalid_parameter("vault name", vault_arn(context.options, request.vault.str()));
    // Deleting what is not there has succeeded already.
    if (!archive || archive->deleted)
        return protocol::no_result();

    timestamp const now = context.clock.now();
    change.delete_archive(archive->number, now);
    record_change(context, change, *vault, now, -1, -static_cast<std::int64_t>(archive->bytes));
    change.commit();
    return protocol::no_result();
}

archive_creation_result made_archive(service_context const& context, vault_name const& vault,
                                     std::string const& id, std::optional<tree_hash> const& hash)
{
    archive_creation_result result{archive_id(id)};
    result.tree_hash = hash;
    result.location = vault_path(context.options, vault.str()) + "/archives/" + id;
    return result;
}

std::optional<std::string> stored_description(std::optional<description> const& description)
{
    if (!description)
        return std::nullopt;
    std::string const& text = description->str();
    auto const begin = text.find_first_not_of(' ');
    if (begin == std::string::npos)
        return std::nullopt;
    return text.substr(begin);
}

} // namespace glacier::emulation
