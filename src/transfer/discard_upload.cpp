#include <glacier/upload.hpp>

#include "async/offload.hpp"
#include "transfer/upload_journal.hpp"
#include "transfer/upload_resume.hpp"

#include <memory>
#include <utility>

namespace glacier {

namespace {

using journal_pointer = std::shared_ptr<transfer::upload_journal>;

/// Aborts the upload. One that the service does not know any more is as good as aborted, unless it may be complete.
asio::awaitable<void> abort(client service, transfer::recorded_upload const& recorded)
{
    abort_multipart_upload_request request(vault_name(recorded.identity.vault), *recorded.upload);
    try {
        co_await service.abort_multipart_upload(std::move(request));
    } catch (operation_error const& error) {
        // Of one that is complete the service may say either.
        bool const may_be_complete =
            recorded.completing && error.code() == service_errc::invalid_parameter_value;
        if (!transfer::is_unknown_upload(error) && !may_be_complete)
            throw;
        if (recorded.completing)
            transfer::fail_as_gone(recorded.identity.vault, *recorded.upload);
    }
}

asio::awaitable<bool> discard(client service, journal_pointer journal)
{
    // An archive is no upload any more, and its id must not be lost.
    if (!journal->recorded() || journal->recorded()->archive)
        co_return false;
    transfer::recorded_upload const& recorded = *journal->recorded();
    transfer::upload_identity const now(service, vault_name(recorded.identity.vault), std::nullopt);
    transfer::check_same_service(recorded, now, journal->path());
    if (recorded.upload)
        co_await abort(std::move(service), recorded);
    co_await journal->remove();
    co_return recorded.upload.has_value();
}

} // namespace

asio::awaitable<bool> discard_upload(client service, std::filesystem::path state_file)
{
    asio::any_io_executor const blocking = service.get_blocking_executor();
    auto open = [blocking, path = std::move(state_file)]() -> journal_pointer {
        if (!transfer::journal::exists(path))
            return nullptr;
        return std::make_shared<transfer::upload_journal>(path, blocking);
    };
    journal_pointer const journal = co_await async::offload(blocking, std::move(open));
    if (!journal)
        co_return false;
    transfer::journal_closer const closer(journal);
    co_return co_await discard(std::move(service), journal);
}

} // namespace glacier
