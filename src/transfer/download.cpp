#include <glacier/download.hpp>

#include "async/offload.hpp"
#include "async/run_on.hpp"
#include "async/task_group.hpp"
#include "plan/transfer_plan.hpp"
#include "transfer/output_file.hpp"
#include "transfer/transfer_report.hpp"

#include <glacier/tree_hash.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/strand.hpp>

#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace glacier {

namespace {

constexpr std::size_t receive_block_bytes = std::size_t(256) * 1'024;
constexpr int attempts_per_range = 3;

[[noreturn]] void refuse(download_job_output_request const& request, error_code reason, std::string message)
{
    error_details details;
    details.operation = "download";
    details.resource = "vault " + request.vault.str() + ", job " + request.job.str();
    details.message = std::move(message);
    throw operation_error(reason, std::move(details));
}

/// A download of ranges under way. Everything runs on one strand.
class file_download {
public:
    file_download(client service, download_job_output_request request,
                  std::shared_ptr<transfer::output_file> file, std::uint64_t bytes,
                  std::optional<tree_hash> expected, asio::any_io_executor strand)
        : service_(std::move(service)), request_(std::move(request)), file_(std::move(file)),
          expected_(expected),
          plan_(bytes, request_.size_of_range.bytes(), request_.concurrency, attempts_per_range),
          ranges_(std::move(strand)), hashes_(plan_.pieces()),
          events_(service_.get_observer(), transfer_direction::download, bytes)
    {
        events_.set_resource(request_.vault.str(), "job", request_.job.str());
    }

    asio::awaitable<download_result> run()
    {
        try {
            download_result result = co_await fetch_and_commit();
            events_.on_ended(nullptr);
            co_return result;
        } catch (...) {
            // A thread that has just written may still hold the file: it must not stand in the way of another try.
            file_->abandon();
            events_.on_ended(std::current_exception());
            throw;
        }
    }

private:
    asio::awaitable<download_result> fetch_and_commit()
    {
        co_await ranges_.run(fetch_ranges());

        tree_hash const whole = combine_tree_hashes(hashes_);
        if (expected_ && whole != *expected_)
            refuse(request_, errc::tree_hash_mismatch,
                   "the service says " + expected_->hex() + ", received " + whole.hex() +
                       "; nothing was kept");
        auto commit = [file = file_] { file->commit(); };
        co_await async::offload(service_.get_blocking_executor(), std::move(commit));
        download_result result;
        result.file = request_.file;
        result.bytes = plan_.bytes();
        result.tree_hash = whole;
        co_return result;
    }

    asio::awaitable<void> fetch_ranges()
    {
        using step = plan::transfer_plan::step;
        std::exception_ptr last_error;
        while (true) {
            plan::transfer_plan::decision const decided = plan_.next();
            if (decided.what == step::complete)
                co_return;
            if (decided.what == step::fail)
                std::rethrow_exception(last_error);
            if (decided.what == step::start) {
                events_.on_piece_started(decided.piece, plan_.range_of(decided.piece));
                ranges_.start(decided.piece, fetch_range(decided.piece));
                continue;
            }
            auto const ended = co_await ranges_.next();
            if (!ended)
                throw boost::system::system_error(asio::error::operation_aborted);
            if (ended->error) {
                last_error = ended->error;
                if (!plan_.on_failed(ended->id, may_repeat(ended->error)))
                    events_.on_piece_ended(ended->id, ended->error);
                continue;
            }
            plan_.on_done(ended->id);
            events_.on_piece_ended(ended->id, nullptr);
            report();
        }
    }

    /// An output that broke off or came damaged is fetched again; what the service refuses is not.
    static bool may_repeat(std::exception_ptr const& error)
    {
        try {
            std::rethrow_exception(error);
        } catch (boost::system::system_error const& caught) {
            return caught.code() == condition::transport || caught.code() == condition::verification;
        } catch (...) {
            return false;
        }
    }

    asio::awaitable<void> fetch_range(std::uint64_t piece)
    {
        byte_range const range = plan_.range_of(piece);
        get_job_output_request request(request_.vault, request_.job);
        request.range = range;
        job_output_stream output = co_await service_.get_job_output(std::move(request));

        auto const hasher = std::make_shared<tree_hasher>();
        auto const buffer = std::make_shared<std::vector<std::byte>>(receive_block_bytes);
        asio::any_io_executor const blocking = service_.get_blocking_executor();
        std::uint64_t received = 0;
        while (true) {
            std::size_t const filled = co_await fill(output, *buffer);
            if (filled == 0)
                break;
            if (received + filled > range.size())
                refuse_range(range, errc::length_mismatch, "more bytes than asked for");
            auto keep = [file = file_, hasher, buffer, filled, offset = range.first() + received] {
                std::span<std::byte const> const bytes = std::span(*buffer).first(filled);
                hasher->update(bytes);
                file->write(offset, bytes);
            };
            co_await async::offload(blocking, std::move(keep));
            received += filled;
        }
        if (received != range.size())
            refuse_range(range, errc::length_mismatch, "only " + std::to_string(received) + " bytes");
        tree_hash const computed = hasher->finish();
        if (output.head().tree_hash && *output.head().tree_hash != computed)
            refuse_range(range, errc::tree_hash_mismatch,
                         "the service says " + output.head().tree_hash->hex() + ", received " +
                             computed.hex());
        hashes_[piece] = computed;
    }

    /// Collects a block, so that hashing and writing are not woken for every TLS record.
    static asio::awaitable<std::size_t> fill(job_output_stream& output, std::span<std::byte> buffer)
    {
        std::size_t filled = 0;
        while (filled < buffer.size()) {
            std::size_t const count = co_await output.read_some(buffer.subspan(filled));
            if (count == 0)
                break;
            filled += count;
        }
        co_return filled;
    }

    [[noreturn]] void refuse_range(byte_range const& range, errc reason, std::string const& message) const
    {
        refuse(request_, reason, "bytes " + range.str() + ": " + message);
    }

    void report() const
    {
        if (!request_.on_progress)
            return;
        transfer_progress progress;
        progress.bytes_total = plan_.bytes();
        progress.bytes_done = plan_.bytes_done();
        progress.parts_total = plan_.pieces();
        progress.parts_done = plan_.pieces_done();
        request_.on_progress(progress);
    }

    client service_;
    download_job_output_request request_;
    std::shared_ptr<transfer::output_file> file_;
    std::optional<tree_hash> expected_;
    plan::transfer_plan plan_;
    async::task_group ranges_;
    std::vector<tree_hash> hashes_;
    transfer::transfer_report events_;
};

asio::awaitable<download_result> run_download(std::shared_ptr<file_download> download)
{
    co_return co_await download->run();
}

} // namespace

asio::awaitable<download_result> download_job_output(client service, download_job_output_request request)
{
    if (request.concurrency == 0 || request.concurrency > 1'000)
        throw invalid_value(errc::invalid_option, "concurrency " + std::to_string(request.concurrency));
    job_description const job =
        co_await service.describe_job(describe_job_request(request.vault, request.job));
    if (job.action != job_action::archive_retrieval)
        refuse(request, errc::invalid_option, "the job does not retrieve an archive");
    if (job.status != job_status::succeeded)
        refuse(request, errc::invalid_option, "the job has not succeeded");
    if (!job.retrieval_byte_range && !job.archive_size_in_bytes)
        refuse(request, errc::malformed_response, "neither RetrievalByteRange nor ArchiveSizeInBytes");
    std::uint64_t const bytes =
        job.retrieval_byte_range ? job.retrieval_byte_range->size() : *job.archive_size_in_bytes;
    if (bytes == 0)
        refuse(request, errc::malformed_response, "ArchiveSizeInBytes is 0");

    asio::any_io_executor const strand = asio::make_strand(service.get_executor());
    asio::any_io_executor const blocking = service.get_blocking_executor();
    auto open = [path = request.file, bytes] { return std::make_shared<transfer::output_file>(path, bytes); };
    auto file = co_await async::offload(blocking, std::move(open));
    auto download = std::make_shared<file_download>(std::move(service), std::move(request), std::move(file),
                                                    bytes, job.tree_hash, strand);
    co_return co_await async::run_on(strand, run_download(std::move(download)));
}

} // namespace glacier
