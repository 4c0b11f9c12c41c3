#include <glacier/upload.hpp>

#include "async/offload.hpp"
#include "async/run_on.hpp"
#include "transfer/body_parts.hpp"
#include "transfer/file_identity.hpp"
#include "transfer/journal.hpp"
#include "transfer/single_upload.hpp"
#include "transfer/stream_parts.hpp"
#include "transfer/upload_engine.hpp"
#include "transfer/upload_journal.hpp"
#include "transfer/upload_resume.hpp"

#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace glacier {

namespace {

constexpr std::size_t identity_bytes_max = 1'024;

[[noreturn]] void refuse(std::string resource, errc reason, std::string message)
{
    error_details details;
    details.operation = "upload";
    details.resource = std::move(resource);
    details.message = std::move(message);
    throw operation_error(reason, std::move(details));
}

void check(upload_settings const& settings)
{
    if (settings.concurrency == 0 || settings.concurrency > 1'000)
        throw invalid_value(errc::invalid_option,
                            "concurrency " + std::to_string(settings.concurrency) + ", 1 to 1000 is allowed");
    if (settings.single_request_max > part_size::bytes_max)
        throw invalid_value(errc::invalid_option, "single_request_max " +
                                                      std::to_string(settings.single_request_max) +
                                                      ", up to 4294967296 is allowed");
    if (!settings.known_hashes.empty() && !settings.size_of_part)
        throw invalid_value(errc::invalid_option, "known_hashes without size_of_part");
}

/// For content whose size is known.
part_size part_size_for(upload_settings const& settings, part_size preferred, std::uint64_t bytes,
                        std::string const& resource)
{
    part_size const least = settings.size_of_part ? part_size(part_size::bytes_min) : preferred;
    auto const fitting = part_size::for_archive(bytes, settings.size_of_part.value_or(least));
    if (!fitting)
        refuse(resource, errc::archive_too_large, std::to_string(bytes) + " bytes");
    if (settings.size_of_part && *fitting != *settings.size_of_part)
        refuse(resource, errc::invalid_part_size,
               std::to_string(bytes) + " bytes do not fit into 10000 parts of " +
                   std::to_string(settings.size_of_part->bytes()) + "; parts of " +
                   std::to_string(fitting->bytes()) + " fit");
    return *fitting;
}

void check_known_hashes(upload_settings const& settings, std::uint64_t bytes)
{
    if (settings.known_hashes.empty())
        return;
    std::uint64_t const parts = (bytes - 1) / settings.size_of_part->bytes() + 1;
    if (settings.known_hashes.size() != parts)
        throw invalid_value(errc::invalid_option, std::to_string(settings.known_hashes.size()) +
                                                      " known_hashes for " + std::to_string(parts) +
                                                      " parts");
}

/// Content whose size is known, and the state file of its upload.
struct opened_content {
    body content;
    transfer::file_identity identity;
    std::shared_ptr<transfer::upload_journal> journal;
};

opened_content open_file(std::filesystem::path const& path, file_access access)
{
    opened_content opened;
    opened.identity = transfer::file_identity::of(path);
    opened.content = access == file_access::mapped ? body::mapped_file(path) : body::file(path);
    // Another file may have got the name in between.
    transfer::check_unchanged(path, opened.identity);
    return opened;
}

using optional_path = std::optional<std::filesystem::path>;

std::shared_ptr<transfer::upload_journal> open_journal(optional_path const& path,
                                                       asio::any_io_executor const& blocking)
{
    return path ? std::make_shared<transfer::upload_journal>(*path, blocking) : nullptr;
}

/// The part size that the state file tells of.
part_size recorded_part_size(transfer::upload_journal const& journal, upload_settings const& settings)
{
    part_size const recorded = journal.recorded()->size;
    if (settings.size_of_part && *settings.size_of_part != recorded)
        refuse(journal.path().string(), errc::state_file_mismatch,
               "its upload has parts of " + std::to_string(recorded.bytes()) + " bytes, not of " +
                   std::to_string(settings.size_of_part->bytes()) +
                   "; ask for that size or for none, or give that upload up");
    return recorded;
}

asio::awaitable<upload_result> upload_on(asio::any_io_executor strand, client service,
                                         transfer::upload_task task, body content, bool in_one_request)
{
    if (in_one_request)
        return transfer::upload_in_one_request(std::move(service), std::move(task), std::move(content));
    return transfer::run_upload(std::move(service), std::move(task), std::move(strand));
}

/// Uploads content of known size. The caller holds `opened` until it has ended.
asio::awaitable<upload_result> upload_opened(client service, opened_content const& opened,
                                             transfer::upload_task task, std::string identity)
{
    std::uint64_t const bytes = opened.content.size();
    if (bytes == 0)
        refuse(task.resource, errc::file_empty, {});
    transfer::upload_identity same(service, task.vault, task.settings.description);
    same.content = std::move(identity);
    same.source = opened.identity;
    if (opened.journal && opened.journal->recorded()) {
        transfer::check_same(*opened.journal->recorded(), same, opened.journal->path());
        task.size = recorded_part_size(*opened.journal, task.settings);
    } else {
        task.size = part_size_for(task.settings, service.limits().shared()->pace.default_part_size(), bytes,
                                  task.resource);
    }
    check_known_hashes(task.settings, bytes);
    task.bytes = bytes;
    task.journal = opened.journal;

    asio::any_io_executor const strand = asio::make_strand(service.get_executor());
    if (task.journal) {
        task.identity = std::move(same);
        auto upload = transfer::upload_with_journal(std::move(service), std::move(task), strand);
        co_return co_await async::run_on(strand, std::move(upload));
    }
    // A known hash is that of a part.
    bool const in_one_request =
        bytes <= task.settings.single_request_max &&
        (task.settings.known_hashes.empty() || task.settings.known_hashes.size() == 1);
    auto upload = upload_on(strand, std::move(service), std::move(task), opened.content, in_one_request);
    co_return co_await async::run_on(strand, std::move(upload));
}

/// The same, and lets go of it off the loop: unmapping and removing files takes its time.
asio::awaitable<upload_result> upload_content(client service, opened_content opened,
                                              transfer::upload_task task, std::string identity)
{
    asio::any_io_executor const blocking = service.get_blocking_executor();
    // For one that is dropped.
    transfer::journal_closer const closer(opened.journal);
    std::optional<upload_result> result;
    std::exception_ptr error;
    try {
        result = co_await upload_opened(std::move(service), opened, std::move(task), std::move(identity));
    } catch (...) {
        error = std::current_exception();
    }
    // Also if it was cancelled.
    bool const throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    auto let_go = [held = std::move(opened)]() mutable {
        if (held.journal)
            held.journal->close();
        held.content = body();
    };
    co_await async::offload(blocking, std::move(let_go));
    co_await asio::this_coro::throw_if_cancelled(throws);
    if (error)
        std::rethrow_exception(error);
    co_return std::move(*result);
}

/// Of a stream: the most parts must fit into the memory too, two of them at least.
part_size part_size_for(upload_stream_request const& request, transfer_limits::state const& limits)
{
    part_size size = part_size_for(request, limits.pace.default_part_size(), request.bytes_max, "stream");
    if (request.size_of_part)
        return size;
    part_size const least = *part_size::for_archive(request.bytes_max);
    while (size.bytes() > least.bytes() && size.bytes() > limits.memory->amount_max() / 2)
        size = part_size(size.bytes() / 2);
    return size;
}

asio::awaitable<upload_result> upload_stream_on(asio::any_io_executor strand, client service,
                                                upload_stream_request request)
{
    std::shared_ptr<transfer_limits::state> const limits = service.limits().shared();
    part_size const size = part_size_for(request, *limits);
    auto const parts = std::make_shared<transfer::stream_parts>(std::move(request.source), size,
                                                                request.bytes_max, limits->memory);
    // Whether there is something, and how much, is known before the service hears of it.
    std::uint64_t const first = co_await parts->read();
    if (first == 0)
        refuse("stream", errc::file_empty, {});
    if (parts->has_ended())
        check_known_hashes(request, first);
    bool const in_one_request = parts->has_ended() && first <= request.single_request_max;
    vault_name vault = std::move(request.vault);
    upload_settings settings = std::move(request);
    transfer::upload_task task(std::move(vault), std::move(settings), parts);
    task.size = size;
    task.resource = "stream";
    task.bytes_read = first;
    // Held here only if it is all, since a part is to go when it was sent.
    body content;
    if (in_one_request)
        content = parts->part(0, byte_range(0, first - 1));
    co_return co_await upload_on(strand, std::move(service), std::move(task), content, in_one_request);
}

} // namespace

asio::awaitable<upload_result> upload_file(client service, upload_file_request request)
{
    check(request);
    asio::any_io_executor const blocking = service.get_blocking_executor();
    auto open = [blocking, path = request.file, access = request.access, state = request.state_file] {
        if (state && transfer::journal::would_use(*state, path))
            throw invalid_value(errc::invalid_option,
                                "the state file " + state->string() + " would replace the file itself");
        // First, so that nothing is done for an upload that is under way elsewhere.
        auto journal = open_journal(state, blocking);
        opened_content opened = open_file(path, access);
        opened.journal = std::move(journal);
        return opened;
    };
    opened_content opened = co_await async::offload(blocking, std::move(open));

    auto check_file = [path = request.file, identity = opened.identity] {
        transfer::check_unchanged(path, identity);
    };
    auto parts = std::make_shared<transfer::body_parts>(opened.content, blocking, std::move(check_file));
    transfer::upload_task task(std::move(request.vault), std::move(request), std::move(parts));
    task.resource = request.file.string();
    task.keep_journal = request.keep_state_file;
    std::string no_words;
    co_return co_await upload_content(std::move(service), std::move(opened), std::move(task),
                                      std::move(no_words));
}

asio::awaitable<upload_result> upload_body(client service, upload_body_request request)
{
    check(request);
    if (request.identity.size() > identity_bytes_max)
        throw invalid_value(errc::invalid_option, "identity of " + std::to_string(request.identity.size()) +
                                                      " bytes, up to 1024 are allowed");
    if (request.state_file && request.identity.empty())
        throw invalid_value(errc::invalid_option, "state_file without identity");
    asio::any_io_executor const blocking = service.get_blocking_executor();
    opened_content opened;
    opened.content = transfer::one_at_a_time(std::move(request.content));
    opened.identity.size = opened.content.size();
    if (request.state_file) {
        auto open = [blocking, state = request.state_file] { return open_journal(state, blocking); };
        opened.journal = co_await async::offload(blocking, std::move(open));
    }

    auto parts = std::make_shared<transfer::body_parts>(opened.content, blocking, nullptr);
    std::string identity = request.identity;
    transfer::upload_task task(std::move(request.vault), std::move(request), std::move(parts));
    task.resource = identity.empty() ? "content" : identity;
    task.keep_journal = request.keep_state_file;
    co_return co_await upload_content(std::move(service), std::move(opened), std::move(task),
                                      std::move(identity));
}

asio::awaitable<upload_result> upload_stream(client service, upload_stream_request request)
{
    check(request);
    if (!request.source)
        throw invalid_value(errc::invalid_option, "no source");
    if (request.bytes_max == 0)
        throw invalid_value(errc::invalid_option, "bytes_max 0, 1 or more is allowed");
    asio::any_io_executor const strand = asio::make_strand(service.get_executor());
    auto upload = upload_stream_on(strand, std::move(service), std::move(request));
    co_return co_await async::run_on(strand, std::move(upload));
}

} // namespace glacier
