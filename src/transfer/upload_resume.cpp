#include "transfer/upload_resume.hpp"

#include "transfer/repeat.hpp"

#include <glacier/pager.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace glacier::transfer {

namespace {

/// The number of the part that a line of the service's list shows; nothing for one that is not a whole part.
std::optional<std::uint64_t> number_of(part_description const& listed, std::uint64_t part_bytes,
                                       std::uint64_t total_bytes)
{
    auto const range = byte_range::parse(listed.range_in_bytes);
    if (!range || range->first() % part_bytes != 0 || range->first() >= total_bytes)
        return std::nullopt;
    std::uint64_t const expected = std::min(part_bytes, total_bytes - range->first());
    // The service has been seen to give a last byte that is one too great.
    if (range->size() != expected && range->size() != expected + 1)
        return std::nullopt;
    return range->first() / part_bytes;
}

upload_result result_of(recorded_upload const& recorded, archive_creation_result const& created,
                        tree_hash const& whole)
{
    upload_result result(created.archive);
    result.tree_hash = whole;
    result.bytes = recorded.identity.source.size;
    result.size_of_part = recorded.size.bytes();
    result.parts = (result.bytes - 1) / result.size_of_part + 1;
    result.parts_resumed = result.parts;
    result.location = created.location;
    return result;
}

/// All parts that the service has. Nothing if it does not know the upload.
asio::awaitable<std::optional<std::vector<part_description>>> list_all(client service,
                                                                       upload_task const& task,
                                                                       upload_id upload)
{
    part_pager pages(service, list_parts_request(task.vault, upload), part_size::parts_max);
    auto const ask = [&pages] { return pages.next_page(); };
    std::vector<part_description> all;
    try {
        while (auto page = co_await repeat(service, ask))
            all.insert(all.end(), std::make_move_iterator(page->begin()),
                       std::make_move_iterator(page->end()));
    } catch (operation_error const& error) {
        if (is_unknown_upload(error))
            co_return std::nullopt;
        throw;
    }
    if (auto const shown = pages.upload(); shown && shown->part_size_in_bytes != task.size.bytes())
        refuse(task, errc::state_file_mismatch,
               "the upload " + upload.str() + " has parts of " + std::to_string(shown->part_size_in_bytes) +
                   " bytes at the service, not of " + std::to_string(task.size.bytes()));
    co_return all;
}

/// Asks for the completion that was asked for before. Nothing if parts are missing after all.
asio::awaitable<std::optional<archive_creation_result>> complete_again(client service,
                                                                       upload_task const& task,
                                                                       recorded_upload const& recorded)
{
    complete_multipart_upload_request const request(task.vault, *recorded.upload,
                                                    recorded.identity.source.size, *recorded.completing);
    auto const ask = [&service, &request] { return service.complete_multipart_upload(request); };
    try {
        co_return co_await repeat(service, ask);
    } catch (operation_error const& error) {
        if (error.code() == service_errc::invalid_parameter_value)
            co_return std::nullopt;
        if (!is_unknown_upload(error))
            throw;
        fail_as_gone(task.vault.str(), *recorded.upload);
    }
}

/// Finds out what the service has of the upload that the journal tells of. If it does not know it, the task stays as it
/// is.
asio::awaitable<void> take_up(client service, upload_task& task)
{
    recorded_upload const& recorded = *task.journal->recorded();
    auto const listed = co_await list_all(service, task, *recorded.upload);
    if (!listed && recorded.completing)
        fail_as_gone(task.vault.str(), *recorded.upload);
    if (!listed)
        co_return;
    bool const trusted = recorded.identity.source == task.identity.source;
    parts_taken_up parts = compare_parts(*listed, recorded, trusted);
    if (!trusted)
        co_await task.journal->begin(task.identity, task.size, *recorded.upload, recorded.account_number);
    task.upload = recorded.upload;
    task.done = std::move(parts.done);
    task.to_compare = std::move(parts.to_compare);
}

/// The archive, if the journal tells of one, or of a completion that goes well.
asio::awaitable<std::optional<upload_result>> take_up_archive(client service, upload_task const& task)
{
    recorded_upload const& recorded = *task.journal->recorded();
    if (recorded.archive) {
        check_tree_hash(task, *recorded.archive->tree_hash);
        if (!task.keep_journal)
            co_await try_to_write(task.journal->remove());
        co_return result_of(recorded, *recorded.archive, *recorded.archive->tree_hash);
    }
    if (!recorded.completing)
        co_return std::nullopt;
    check_tree_hash(task, *recorded.completing);
    auto const created = co_await complete_again(std::move(service), task, recorded);
    if (!created)
        co_return std::nullopt;
    // The id must not be lost to a cancellation that comes with it.
    bool const throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await record_archive(task, *created, *recorded.completing);
    co_await asio::this_coro::throw_if_cancelled(throws);
    co_return result_of(recorded, *created, *recorded.completing);
}

} // namespace

bool is_unknown_upload(operation_error const& error) noexcept
{
    return error.code() == service_errc::resource_not_found && !error.service_code().empty();
}

void fail_as_gone(std::string const& vault, upload_id const& upload)
{
    error_details details;
    details.operation = "upload";
    details.resource = "vault " + vault + ", upload " + upload.str();
    details.message = "its completion was asked for before, and the service does not know it any more";
    details.outcome_unknown = true;
    throw operation_error(errc::upload_gone, std::move(details));
}

parts_taken_up compare_parts(std::vector<part_description> const& listed, recorded_upload const& recorded,
                             bool trusted)
{
    parts_taken_up parts;
    for (part_description const& each : listed) {
        auto const number = number_of(each, recorded.size.bytes(), recorded.identity.source.size);
        if (!number || !each.tree_hash)
            continue;
        auto const known = recorded.parts.find(*number);
        if (!trusted || known == recorded.parts.end())
            parts.to_compare[*number] = *each.tree_hash;
        else if (known->second == *each.tree_hash)
            parts.done[*number] = *each.tree_hash;
    }
    return parts;
}

asio::awaitable<upload_result> upload_with_journal(client service, upload_task task,
                                                   asio::any_io_executor strand)
{
    auto const& recorded = task.journal->recorded();
    if (recorded && recorded->upload) {
        // Whatever becomes of this run, the caller knows what there is.
        if (!recorded->archive && task.settings.on_started)
            task.settings.on_started(*recorded->upload);
        auto stored = co_await take_up_archive(service, task);
        if (stored)
            co_return std::move(*stored);
        co_await take_up(service, task);
    }
    co_return co_await run_upload(std::move(service), std::move(task), std::move(strand));
}

} // namespace glacier::transfer
