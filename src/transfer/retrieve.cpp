#include <glacier/retrieve.hpp>

#include "async/offload.hpp"
#include "plan/job_wait_plan.hpp"
#include "plan/poll_interval.hpp"
#include "transfer/output_file.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace glacier {

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

asio::awaitable<retrieve_archive_result> retrieve_archive(client service, retrieve_archive_request request)
{
    // Hours later would be late: the job is paid for.
    if (request.concurrency == 0 || request.concurrency > 1'000)
        throw invalid_value(errc::invalid_option, "concurrency " + std::to_string(request.concurrency));
    auto check = [path = request.file] { transfer::check_output_path(path); };
    co_await async::offload(service.get_blocking_executor(), std::move(check));

    job_parameters parameters = job_parameters::archive_retrieval(request.archive);
    parameters.tier = request.tier;
    parameters.description = request.job_description_text;
    initiate_job_request initiate(request.vault, std::move(parameters));
    initiate_job_result const initiated = co_await service.initiate_job(std::move(initiate));
    if (request.on_job) {
        retrieval_job const started(initiated.job, true);
        request.on_job(started);
    }

    wait_for_job_request wait(request.vault, initiated.job);
    wait.on_look = request.on_look;
    co_await wait_for_job(service, std::move(wait));

    download_job_output_request download(request.vault, initiated.job, request.file);
    download.size_of_range = request.size_of_range;
    download.concurrency = request.concurrency;
    download.on_progress = request.on_progress;
    retrieve_archive_result result(initiated.job);
    result.download = co_await download_job_output(std::move(service), std::move(download));
    co_return result;
}

} // namespace glacier
