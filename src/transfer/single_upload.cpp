#include "transfer/single_upload.hpp"

#include "transfer/page_in.hpp"
#include "transfer/part_hasher.hpp"

#include <utility>

namespace glacier::transfer {

namespace {

asio::awaitable<body_hashes> hashes_of(client service, upload_task const& task, body content)
{
    auto const& known = task.settings.known_hashes;
    if (!known.empty()) {
        co_await page_in(std::move(service), std::move(content));
        co_return known.front();
    }
    std::vector<body> parts(1, std::move(content));
    std::vector<body_hashes> const hashes = co_await hash_parts(std::move(service), std::move(parts));
    co_return hashes.front();
}

asio::awaitable<upload_result> send(client service, upload_task const& task, body content)
{
    body_hashes const hashes = co_await hashes_of(service, task, content);
    check_tree_hash(task, hashes.tree_hash);
    co_await task.source->check();
    sending_room const room = co_await reserve_for_sending(service, content);
    upload_archive_request request(task.vault, content);
    request.description = task.settings.description;
    request.content_sha256 = hashes.content_sha256;
    request.tree_hash = hashes.tree_hash;
    archive_creation_result const created = co_await service.upload_archive(std::move(request));

    upload_result result(created.archive);
    result.tree_hash = hashes.tree_hash;
    result.bytes = content.size();
    result.location = created.location;
    co_return result;
}

/// The archive exists, whatever the caller makes of it.
void report(upload_task const& task, upload_result const& result) noexcept
{
    if (!task.settings.on_progress)
        return;
    transfer_progress progress;
    progress.bytes_total = result.bytes;
    progress.bytes_done = result.bytes;
    progress.parts_total = 1;
    progress.parts_done = 1;
    try {
        task.settings.on_progress(progress);
    } catch (...) {
        // Its id must not be lost.
    }
}

} // namespace

asio::awaitable<upload_result> upload_in_one_request(client service, upload_task task, body content)
{
    transfer_report events(service.get_observer(), transfer_direction::upload, content.size());
    events.set_resource(task.vault.str());
    events.on_started(content.size(), 0);
    events.on_piece_started(0, byte_range(0, content.size() - 1));
    std::exception_ptr error;
    try {
        upload_result result = co_await send(service, task, content);
        events.on_piece_ended(0, nullptr);
        events.on_ended(nullptr);
        report(task, result);
        co_return result;
    } catch (...) {
        error = std::current_exception();
    }
    events.on_piece_ended(0, error);
    events.on_ended(error);
    std::rethrow_exception(error);
}

} // namespace glacier::transfer
