#include "transfer/file_download.hpp"

#include "async/offload.hpp"
#include "async/run_on.hpp"
#include "async/transfer_limits.hpp"
#include "transfer/file_target.hpp"
#include "transfer/output_file.hpp"
#include "transfer/range_download.hpp"
#include "transfer/range_tree.hpp"

#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <optional>
#include <string>

namespace glacier::transfer {

namespace {

/// A download into a file under way. Everything runs on one strand.
class file_download {
public:
    file_download(client service, file_download_request request, asio::any_io_executor strand)
        : service_(std::move(service)), request_(std::move(request)), strand_(std::move(strand)),
          blocking_(service_.get_blocking_executor()),
          bytes_(request_.common.part_of_output ? request_.common.part_of_output->size()
                                                : request_.output.bytes())
    {}

    asio::awaitable<download_result> run()
    {
        if (request_.state) {
            request_.size_of_range =
                co_await request_.state->on_output(request_.output, request_.size_of_range);
            auto finished = co_await take_finished();
            if (finished)
                co_return std::move(*finished);
        }
        co_return co_await fetch();
    }

    /// The file, if it was finished by a run that was killed before it could say so. The state file goes then.
    asio::awaitable<std::optional<download_result>> take_finished()
    {
        auto finished = co_await find_finished();
        if (finished) {
            bool const throws = co_await asio::this_coro::throw_if_cancelled();
            co_await asio::this_coro::throw_if_cancelled(false);
            co_await request_.state->remove();
            co_await asio::this_coro::throw_if_cancelled(throws);
        }
        co_return finished;
    }

private:
    std::uint64_t ranges() const noexcept
    {
        return (request_.output.bytes() - 1) / request_.size_of_range.bytes() + 1;
    }

    std::uint64_t bytes_recorded() const
    {
        plan::download_plan const plan(request_.output.bytes(), request_.size_of_range.bytes(), {});
        std::uint64_t bytes = 0;
        for (std::uint64_t piece = 0; request_.state && piece < plan.pieces(); ++piece)
            if (request_.state->range(piece) != nullptr)
                bytes += plan.range_of(piece).size();
        return bytes;
    }

    asio::awaitable<std::optional<download_result>> find_finished()
    {
        if (request_.state->ranges() != ranges())
            co_return std::nullopt;
        auto find = [path = request_.file, bytes = bytes_] {
            return output_file::find_committed(path, bytes);
        };
        std::shared_ptr<output_file> const file = co_await async::offload(blocking_, std::move(find));
        if (!file)
            co_return std::nullopt;
        file_target target(service_, request_.output, request_.common.part_of_output, file, request_.state);
        plan::download_plan const plan(request_.output.bytes(), request_.size_of_range.bytes(), {});
        range_tree tree;
        for (std::uint64_t piece = 0; piece < plan.pieces(); ++piece) {
            byte_range const range = plan.range_of(piece);
            std::shared_ptr<reserved_buffer> const buffer = co_await target.reserve(piece, range);
            auto const recalled = co_await target.recall(piece, range, buffer);
            if (!recalled)
                co_return std::nullopt;
            tree.add(piece, *recalled);
        }
        download_result result;
        result.file = request_.file;
        result.bytes = bytes_;
        result.tree_hash = tree.finish();
        result.ranges = plan.pieces();
        result.ranges_resumed = plan.pieces();
        result.verified = request_.output.tree_hash.has_value();
        if (request_.output.tree_hash && result.tree_hash != *request_.output.tree_hash)
            co_return std::nullopt;
        co_return result;
    }

    asio::awaitable<download_result> fetch()
    {
        auto const unfinished = request_.state ? unfinished_file::kept : unfinished_file::removed;
        auto open = [path = request_.file, bytes = bytes_, unfinished] {
            return std::make_shared<output_file>(path, bytes, unfinished);
        };
        std::shared_ptr<output_file> const file = co_await async::offload(blocking_, std::move(open));
        auto target = std::make_shared<file_target>(service_, request_.output, request_.common.part_of_output,
                                                    file, request_.state);
        range_download::settings asked(request_.common, request_.size_of_range);
        asked.bytes_recorded = bytes_recorded();
        range_download ranges(service_, request_.output, asked, std::move(target), strand_);
        std::exception_ptr error;
        std::optional<download_result> result;
        bool const throws = co_await asio::this_coro::throw_if_cancelled();
        try {
            result = co_await ranges.run();
            // From here on a cancellation comes too late: half of the end would be worse than a bit more time.
            co_await asio::this_coro::throw_if_cancelled(false);
            co_await commit(file);
        } catch (...) {
            error = std::current_exception();
        }
        co_await asio::this_coro::throw_if_cancelled(false);
        if (error) {
            // A thread that has just written may still hold the file: it must not stand in the way of another try.
            auto abandon = [file] { file->abandon(); };
            co_await async::offload(blocking_, std::move(abandon));
            if (request_.state)
                co_await keep_what_is_right(error);
        }
        ranges.tell_ended(error);
        co_await asio::this_coro::throw_if_cancelled(throws);
        if (error)
            std::rethrow_exception(error);
        result->file = request_.file;
        co_return std::move(*result);
    }

    asio::awaitable<void> commit(std::shared_ptr<output_file> file)
    {
        auto commit = [file] { file->commit(); };
        co_await async::offload(blocking_, std::move(commit));
        if (request_.state)
            co_await request_.state->remove();
    }

    /// Must not hide the error that ended the download.
    asio::awaitable<void> keep_what_is_right(std::exception_ptr error)
    {
        try {
            if (request_.state->ranges() == ranges() && is_wrong_whole(error))
                co_await request_.state->forget_ranges();
            else
                co_await request_.state->flush();
        } catch (operation_error const&) {
            co_return;
        } catch (std::filesystem::filesystem_error const&) {
            co_return;
        }
    }

    static bool is_wrong_whole(std::exception_ptr const& error)
    {
        try {
            std::rethrow_exception(error);
        } catch (operation_error const& caught) {
            return caught.code() == errc::tree_hash_mismatch;
        } catch (...) {
            return false;
        }
    }

    client service_;
    file_download_request request_;
    asio::any_io_executor strand_;
    asio::any_io_executor blocking_;
    // Of the file.
    std::uint64_t bytes_;
};

asio::awaitable<download_result> run_download(std::shared_ptr<file_download> download)
{
    co_return co_await download->run();
}

asio::awaitable<std::optional<download_result>> run_taking(std::shared_ptr<file_download> download)
{
    co_return co_await download->take_finished();
}

} // namespace

retrieval_identity identity_of(client const& service, archive_output const& output,
                               std::filesystem::path const& file, std::optional<byte_range> const& part)
{
    retrieval_identity made(service, output.vault, output.archive);
    made.file = std::filesystem::absolute(file).lexically_normal();
    if (!output.is_whole_archive())
        made.range = output.range;
    if (part && part->size() != output.bytes())
        made.part = byte_range(output.range.first() + part->first(), output.range.first() + part->last());
    return made;
}

asio::awaitable<download_result> download_to_file(client service, file_download_request request)
{
    asio::any_io_executor const strand = asio::make_strand(service.get_executor());
    auto download = std::make_shared<file_download>(std::move(service), std::move(request), strand);
    co_return co_await async::run_on(strand, run_download(std::move(download)));
}

asio::awaitable<std::optional<download_result>> take_finished_file(client service,
                                                                   file_download_request request)
{
    asio::any_io_executor const strand = asio::make_strand(service.get_executor());
    auto download = std::make_shared<file_download>(std::move(service), std::move(request), strand);
    co_return co_await async::run_on(strand, run_taking(std::move(download)));
}

} // namespace glacier::transfer
