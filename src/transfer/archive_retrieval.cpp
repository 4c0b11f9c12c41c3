#include "transfer/archive_retrieval.hpp"

#include "async/transfer_limits.hpp"
#include "plan/retrieval_choice.hpp"

#include <glacier/pager.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <utility>

namespace glacier::transfer {

namespace {

/// What the job retrieves: the bytes that are wanted, and those around them without which they cannot be verified.
std::optional<byte_range> range_of_job(std::optional<archive_part> const& part)
{
    if (!part)
        return std::nullopt;
    auto const aligned = tree_hash_aligned(part->bytes, part->archive_bytes);
    if (!aligned)
        throw invalid_value(errc::invalid_byte_range, part->bytes.str());
    if (aligned->size() == part->archive_bytes)
        return std::nullopt;
    return *aligned;
}

retrieval_job_request job_of(retrieve_archive_request const& request)
{
    retrieval_job_request wanted(request.vault, request.archive);
    wanted.range = range_of_job(request.part);
    wanted.tier = request.tier;
    wanted.description = request.job_description_text;
    return wanted;
}

bool is_code(std::exception_ptr const& error, errc code)
{
    try {
        std::rethrow_exception(error);
    } catch (operation_error const& caught) {
        return caught.code() == code;
    } catch (...) {
        return false;
    }
}

/// Whether the service itself says that the job is gone. A 404 without its code comes from a gateway, and would throw
/// away a job that is paid for.
bool is_not_found(std::exception_ptr const& error)
{
    try {
        std::rethrow_exception(error);
    } catch (operation_error const& caught) {
        return caught.code() == condition::not_found && !caught.service_code().empty();
    } catch (...) {
        return false;
    }
}

/// Whether it is certain that no job was started.
bool is_refusal(std::exception_ptr const& error)
{
    try {
        std::rethrow_exception(error);
    } catch (operation_error const& caught) {
        return !caught.outcome_unknown();
    } catch (...) {
        return false;
    }
}

} // namespace

asio::awaitable<std::optional<job_id>> find_retrieval(client service, retrieval_job_request wanted,
                                                      std::optional<job_id> excluded)
{
    job_pager jobs(service, list_jobs_request(wanted.vault));
    auto page = co_await jobs.next_page();
    // Only now, since the first answer may have shown that this machine's clock is wrong. With its time, jobs whose
    // output is there would count as expired.
    timestamp const today = service.limits().shared()->time->today() + service.clock_offset();
    plan::retrieval_choice choice(wanted.archive, wanted.range, wanted.tier, today);
    if (excluded)
        choice.exclude(std::move(*excluded));
    while (page) {
        for (job_description const& each : *page)
            choice.consider(each);
        page = co_await jobs.next_page();
    }
    co_return choice.best();
}

asio::awaitable<job_id> start_retrieval(client service, retrieval_job_request wanted)
{
    job_parameters parameters = job_parameters::archive_retrieval(std::move(wanted.archive));
    parameters.range = wanted.range;
    parameters.tier = wanted.tier;
    parameters.description = std::move(wanted.description);
    parameters.sns_topic = std::move(wanted.sns_topic);
    initiate_job_request initiate(std::move(wanted.vault), std::move(parameters));
    initiate_job_result const initiated = co_await service.initiate_job(std::move(initiate));
    co_return initiated.job;
}

archive_retrieval::archive_retrieval(client service, retrieve_archive_request request,
                                     std::shared_ptr<retrieval_state> state)
    : service_(std::move(service)), request_(std::move(request)), state_(std::move(state)),
      wanted_(job_of(request_))
{}

asio::awaitable<retrieve_archive_result> archive_retrieval::run()
{
    std::exception_ptr error;
    try {
        co_return co_await retrieve();
    } catch (...) {
        error = std::current_exception();
    }
    asio::cancellation_state const cancellation = co_await asio::this_coro::cancellation_state;
    if (begun_ && state_->is_empty() && cancellation.cancelled() == asio::cancellation_type::none) {
        try {
            // It would only be in the way of another retrieval to this place.
            co_await state_->remove();
        } catch (std::filesystem::filesystem_error const&) {
            // The first error is the one that matters.
        }
    }
    std::rethrow_exception(error);
}

asio::awaitable<retrieve_archive_result> archive_retrieval::retrieve()
{
    if (state_) {
        retrieval_identity identity(service_, request_.vault, request_.archive.str());
        identity.file = std::filesystem::absolute(request_.file).lexically_normal();
        identity.range = wanted_.range;
        bool const is_part =
            request_.part && request_.part->bytes.size() !=
                                 (wanted_.range ? wanted_.range->size() : request_.part->archive_bytes);
        if (is_part)
            identity.part = request_.part->bytes;
        co_await state_->begin(std::move(identity));
        begun_ = true;
        auto finished = co_await take_finished();
        if (finished)
            co_return std::move(*finished);
    }
    while (true) {
        retrieval_job const job = co_await get_job();
        if (request_.on_job)
            request_.on_job(job);
        std::exception_ptr error;
        try {
            co_return co_await wait_and_download(job.job);
        } catch (...) {
            error = std::current_exception();
        }
        bool const is_gone = is_not_found(error);
        bool const is_of_no_use = is_gone || is_code(error, errc::job_failed);
        if (state_ && is_of_no_use)
            co_await state_->on_job_gone();
        // With nothing to take up all would be fetched again, and paid for: that is for the caller to decide.
        if (!state_ || !is_gone || gone_)
            std::rethrow_exception(error);
        gone_ = job.job;
    }
}

/// What was finished must not be paid for again because its job has gone meanwhile.
asio::awaitable<std::optional<retrieve_archive_result>> archive_retrieval::take_finished()
{
    std::optional<archive_output> const output = state_->recorded_output(request_.vault);
    if (!output)
        co_return std::nullopt;
    file_download_request download = download_of(*output);
    download.size_of_range = *state_->size_of_range();
    auto file = co_await take_finished_file(service_, std::move(download));
    if (!file)
        co_return std::nullopt;
    if (request_.on_job)
        request_.on_job(retrieval_job(output->job, false));
    retrieve_archive_result result(output->job);
    result.download = std::move(*file);
    co_return result;
}

asio::awaitable<retrieval_job> archive_retrieval::get_job()
{
    if (state_ && state_->job())
        co_return retrieval_job(*state_->job(), false);
    // Perhaps there is one that an earlier run started without learning of it.
    bool const may_be_there = state_ && state_->is_starting_job();
    if (!request_.always_new_job || may_be_there) {
        auto const found = co_await find_retrieval(service_, wanted_, gone_);
        if (found) {
            if (state_)
                co_await state_->on_job(*found);
            co_return retrieval_job(*found, false);
        }
    }
    job_id started = co_await start_job();
    co_return retrieval_job(std::move(started), true);
}

asio::awaitable<job_id> archive_retrieval::start_job()
{
    if (!state_)
        co_return co_await start_retrieval(service_, wanted_);
    co_await state_->on_starting_job();
    std::exception_ptr error;
    try {
        job_id const started = co_await start_retrieval(service_, wanted_);
        co_await state_->on_job(started);
        co_return started;
    } catch (...) {
        error = std::current_exception();
    }
    if (is_refusal(error))
        co_await state_->on_job_gone();
    std::rethrow_exception(error);
}

asio::awaitable<job_description> archive_retrieval::wait_for(job_id job)
{
    job_waiter const waiter =
        request_.waiter ? *request_.waiter : shared_job_waiter(service_, request_.vault);
    job_wait_options options;
    options.timeout = std::chrono::milliseconds(0);
    options.on_look = request_.on_look;
    co_return co_await waiter.wait(std::move(job), std::move(options));
}

asio::awaitable<retrieve_archive_result> archive_retrieval::wait_and_download(job_id job)
{
    job_description const described = co_await wait_for(job);
    archive_output const output = output_of(request_.vault, job, described);
    check_archive_bytes(output, described.archive_size_in_bytes);
    file_download_request download = download_of(output);
    retrieve_archive_result result(std::move(job));
    result.download = co_await download_to_file(service_, std::move(download));
    co_return result;
}

file_download_request archive_retrieval::download_of(archive_output const& output) const
{
    file_download_request download(output, request_.file);
    download.common.concurrency = request_.concurrency;
    download.common.on_progress = request_.on_progress;
    download.common.part_of_output = part_of(output);
    download.size_of_range = request_.size_of_range;
    download.state = state_;
    return download;
}

/// Of an archive of another size other ranges can be verified.
void archive_retrieval::check_archive_bytes(archive_output const& output,
                                            std::optional<std::uint64_t> const& said_by_service) const
{
    if (!request_.part)
        return;
    std::uint64_t const asked = request_.part->archive_bytes;
    bool const is_wrong = said_by_service ? asked != *said_by_service : asked < output.archive_bytes;
    if (is_wrong)
        throw download_error(output.vault, output.job, errc::invalid_byte_range,
                             "asked for a part of an archive of " + std::to_string(asked) +
                                 " bytes, but the archive has " + (said_by_service ? "" : "at least ") +
                                 std::to_string(output.archive_bytes));
}

std::optional<byte_range> archive_retrieval::part_of(archive_output const& output) const
{
    bool const is_wanted = wanted_.range ? output.range == *wanted_.range : output.is_whole_archive();
    if (!is_wanted)
        throw download_error(output.vault, output.job, errc::malformed_response,
                             "the job retrieves bytes " + output.range.str() + ", asked for " +
                                 (wanted_.range ? wanted_.range->str() : std::string("all")));
    if (!request_.part)
        return std::nullopt;
    byte_range const& bytes = request_.part->bytes;
    if (bytes.last() > output.range.last())
        throw download_error(output.vault, output.job, errc::invalid_byte_range,
                             "bytes " + bytes.str() + " of an archive of " +
                                 std::to_string(output.archive_bytes) + " bytes");
    byte_range const part(bytes.first() - output.range.first(), bytes.last() - output.range.first());
    return part.size() == output.bytes() ? std::nullopt : std::optional(part);
}

} // namespace glacier::transfer
