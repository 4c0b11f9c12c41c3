#include <glacier/retrieve.hpp>

#include "async/offload.hpp"
#include "async/run_on.hpp"
#include "plan/job_wait_plan.hpp"
#include "plan/poll_interval.hpp"
#include "transfer/archive_output.hpp"
#include "transfer/archive_retrieval.hpp"
#include "transfer/output_file.hpp"
#include "transfer/retrieval_state.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace glacier {

namespace {

asio::awaitable<retrieve_archive_result> run_retrieval(std::shared_ptr<transfer::archive_retrieval> retrieval)
{
    co_return co_await retrieval->run();
}

} // namespace

asio::awaitable<job_description> wait_for_job(client service, wait_for_job_request request)
{
    if (request.interval_min <= std::chrono::milliseconds::zero())
        throw invalid_value(errc::invalid_option,
                            "interval_min " + std::to_string(request.interval_min.count()) + " ms");
    plan::poll_interval interval(request.interval_min, request.interval_max);
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (true) {
        job_description job = co_await service.describe_job(describe_job_request(request.vault, request.job));
        if (request.on_look)
            request.on_look(job);
        plan::job_progress const progress = plan::progress_of(job);
        if (progress == plan::job_progress::succeeded)
            co_return job;
        if (progress == plan::job_progress::failed) {
            error_details details;
            details.operation = "wait for job";
            details.resource = "vault " + request.vault.str() + ", job " + request.job.str();
            details.message = job.status_message.value_or("the service gives no reason");
            throw operation_error(errc::job_failed, std::move(details));
        }
        timer.expires_after(interval.next());
        co_await timer.async_wait(asio::use_awaitable);
    }
}

archive_part::archive_part(byte_range its_bytes, std::uint64_t its_archive_bytes)
    : bytes(its_bytes), archive_bytes(its_archive_bytes)
{
    if (bytes.last() >= archive_bytes)
        throw invalid_value(errc::invalid_byte_range,
                            bytes.str() + " of an archive of " + std::to_string(archive_bytes) + " bytes");
}

asio::awaitable<retrieval_job> find_or_start_retrieval(client service, retrieval_job_request request)
{
    auto const found = co_await transfer::find_retrieval(service, request, std::nullopt);
    if (found)
        co_return retrieval_job(*found, false);
    job_id started = co_await transfer::start_retrieval(std::move(service), std::move(request));
    co_return retrieval_job(std::move(started), true);
}

asio::awaitable<retrieve_archive_result> retrieve_archive(client service, retrieve_archive_request request)
{
    // Hours later would be late: the job is paid for.
    download_settings asked;
    asked.concurrency = request.concurrency;
    transfer::check(asked);
    asio::any_io_executor const blocking = service.get_blocking_executor();
    auto check = [path = request.file, state_file = request.state_file] {
        transfer::check_output_path(path);
        if (state_file)
            transfer::check_state_path(*state_file, path);
    };
    co_await async::offload(blocking, std::move(check));
    std::shared_ptr<transfer::retrieval_state> state;
    if (request.state_file)
        state = co_await transfer::retrieval_state::open(blocking, *request.state_file);
    asio::any_io_executor const strand = asio::make_strand(service.get_executor());
    auto retrieval = std::make_shared<transfer::archive_retrieval>(std::move(service), std::move(request),
                                                                   std::move(state));
    co_return co_await async::run_on(strand, run_retrieval(std::move(retrieval)));
}

} // namespace glacier
