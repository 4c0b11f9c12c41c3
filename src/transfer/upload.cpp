#include <glacier/upload.hpp>

#include "async/offload.hpp"
#include "async/run_on.hpp"
#include "async/task_group.hpp"
#include "plan/transfer_plan.hpp"
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

constexpr std::uint64_t default_part_bytes = std::uint64_t(8) * 1'048'576;

/// A multipart upload under way. Everything runs on one strand.
class file_upload {
public:
    file_upload(client service, upload_file_request request, body content, part_size size,
                asio::any_io_executor strand)
        : service_(std::move(service)), request_(std::move(request)), content_(std::move(content)),
          size_(size), plan_(content_.size(), size.bytes(), request_.concurrency, 1),
          parts_(std::move(strand)), hashes_(plan_.pieces()),
          events_(service_.get_observer(), transfer_direction::upload, content_.size())
    {
        events_.set_resource(request_.vault.str());
    }

    asio::awaitable<upload_result> run()
    {
        try {
            upload_result result = co_await send_all();
            events_.on_ended(nullptr);
            co_return result;
        } catch (...) {
            events_.on_ended(std::current_exception());
            throw;
        }
    }

private:
    asio::awaitable<upload_result> send_all()
    {
        initiate_multipart_upload_request initiate(request_.vault, size_);
        initiate.description = request_.description;
        auto const initiated = co_await service_.initiate_multipart_upload(std::move(initiate));
        upload_id const upload = initiated.upload;
        events_.set_resource(request_.vault.str(), "upload", upload.str());

        std::exception_ptr error;
        bool cancelled = false;
        try {
            if (request_.on_started)
                request_.on_started(upload);
            co_await parts_.run(send_parts(upload));
        } catch (boost::system::system_error const& caught) {
            error = std::current_exception();
            cancelled = caught.code() == asio::error::operation_aborted;
        } catch (...) {
            error = std::current_exception();
        }
        if (!error)
            co_return co_await complete(upload);
        // A cancelled operation ends at once; its owner knows the id and decides.
        if (!cancelled)
            co_await abort(upload);
        std::rethrow_exception(error);
    }

    asio::awaitable<void> send_parts(upload_id const upload)
    {
        using step = plan::transfer_plan::step;
        std::exception_ptr first_error;
        while (true) {
            plan::transfer_plan::decision const decided = plan_.next();
            if (decided.what == step::complete)
                co_return;
            if (decided.what == step::fail)
                std::rethrow_exception(first_error);
            if (decided.what == step::start) {
                events_.on_piece_started(decided.piece, plan_.range_of(decided.piece));
                parts_.start(decided.piece, send_part(upload, decided.piece));
                continue;
            }
            auto const ended = co_await parts_.next();
            if (!ended)
                throw boost::system::system_error(asio::error::operation_aborted);
            events_.on_piece_ended(ended->id, ended->error);
            if (ended->error) {
                plan_.on_failed(ended->id, false);
                if (!first_error)
                    first_error = ended->error;
                continue;
            }
            plan_.on_done(ended->id);
            report();
        }
    }

    asio::awaitable<void> send_part(upload_id upload, std::uint64_t piece)
    {
        byte_range const range = plan_.range_of(piece);
        body const part = content_.slice(range.first(), range.size());
        body_hashes const hashes = co_await service_.hash_body(part);
        upload_multipart_part_request request(request_.vault, std::move(upload), range, part);
        request.content_sha256 = hashes.content_sha256;
        request.tree_hash = hashes.tree_hash;
        co_await service_.upload_multipart_part(std::move(request));
        hashes_[piece] = hashes.tree_hash;
    }

    asio::awaitable<upload_result> complete(upload_id upload)
    {
        tree_hash const whole = combine_tree_hashes(hashes_);
        complete_multipart_upload_request request(request_.vault, std::move(upload), content_.size(), whole);
        archive_creation_result const created =
            co_await service_.complete_multipart_upload(std::move(request));
        upload_result result(created.archive);
        result.tree_hash = whole;
        result.bytes = content_.size();
        result.size_of_part = size_.bytes();
        result.parts = plan_.pieces();
        result.location = created.location;
        co_return result;
    }

    asio::awaitable<void> abort(upload_id upload)
    {
        try {
            co_await service_.abort_multipart_upload(
                abort_multipart_upload_request(request_.vault, std::move(upload)));
        } catch (operation_error const&) {
            // The first error is the one that matters; what is left expires at the service.
        }
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
    upload_file_request request_;
    body content_;
    part_size size_;
    plan::transfer_plan plan_;
    async::task_group parts_;
    std::vector<tree_hash> hashes_;
    transfer::transfer_report events_;
};

asio::awaitable<upload_result> run_upload(std::shared_ptr<file_upload> upload)
{
    co_return co_await upload->run();
}

[[noreturn]] void refuse(upload_file_request const& request, errc reason, std::string message)
{
    error_details details;
    details.operation = "upload";
    details.resource = request.file.string();
    details.message = std::move(message);
    throw operation_error(reason, std::move(details));
}

part_size part_size_for(upload_file_request const& request, std::uint64_t bytes)
{
    auto const fitting =
        part_size::for_archive(bytes, request.size_of_part.value_or(part_size(
                                          request.size_of_part ? part_size::bytes_min : default_part_bytes)));
    if (!fitting)
        refuse(request, errc::archive_too_large, std::to_string(bytes) + " bytes");
    if (request.size_of_part && *fitting != *request.size_of_part)
        refuse(request, errc::invalid_part_size,
               std::to_string(bytes) + " bytes do not fit into 10000 parts of " +
                   std::to_string(request.size_of_part->bytes()) + "; parts of " +
                   std::to_string(fitting->bytes()) + " fit");
    return *fitting;
}

} // namespace

asio::awaitable<upload_result> upload_file(client service, upload_file_request request)
{
    if (request.concurrency == 0 || request.concurrency > 1'000)
        throw invalid_value(errc::invalid_option, "concurrency " + std::to_string(request.concurrency));
    auto open = [path = request.file] { return body::file(path); };
    body content = co_await async::offload(service.get_blocking_executor(), std::move(open));
    if (content.size() == 0)
        refuse(request, errc::file_empty, {});
    part_size const size = part_size_for(request, content.size());

    asio::any_io_executor const strand = asio::make_strand(service.get_executor());
    auto upload = std::make_shared<file_upload>(std::move(service), std::move(request), std::move(content),
                                                size, strand);
    co_return co_await async::run_on(strand, run_upload(std::move(upload)));
}

} // namespace glacier
