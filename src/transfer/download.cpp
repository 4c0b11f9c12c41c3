#include <glacier/download.hpp>

#include "async/offload.hpp"
#include "async/run_on.hpp"
#include "transfer/archive_output.hpp"
#include "transfer/file_download.hpp"
#include "transfer/output_file.hpp"
#include "transfer/range_download.hpp"
#include "transfer/retrieval_state.hpp"
#include "transfer/sink_target.hpp"

#include <boost/asio/strand.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace glacier {

namespace {

asio::awaitable<download_result> run_download(std::shared_ptr<transfer::range_download> ranges)
{
    std::exception_ptr error;
    try {
        download_result result = co_await ranges->run();
        ranges->tell_ended(nullptr);
        co_return result;
    } catch (...) {
        error = std::current_exception();
    }
    ranges->tell_ended(error);
    std::rethrow_exception(error);
}

} // namespace

asio::awaitable<download_result> download_job_output(client service, download_job_output_request request)
{
    transfer::check(request);
    asio::any_io_executor const blocking = service.get_blocking_executor();
    std::shared_ptr<transfer::retrieval_state> state;
    if (request.state_file) {
        auto check = [path = request.file, state_file = *request.state_file] {
            transfer::check_state_path(state_file, path);
        };
        co_await async::offload(blocking, std::move(check));
        state = co_await transfer::retrieval_state::open(blocking, *request.state_file);
    }
    transfer::archive_output output = co_await transfer::describe_output(service, request.vault, request.job);
    transfer::check_part(output, request.part_of_output);
    if (state) {
        co_await state->begin(transfer::identity_of(service, output, request.file, request.part_of_output));
        co_await state->on_job(request.job);
    }
    transfer::file_download_request download(std::move(output), std::move(request.file));
    download.common = request;
    download.size_of_range = request.size_of_range;
    download.state = std::move(state);
    co_return co_await transfer::download_to_file(std::move(service), std::move(download));
}

asio::awaitable<download_result> stream_job_output(client service, stream_job_output_request request)
{
    transfer::check(request);
    if (!request.sink)
        throw invalid_value(errc::invalid_option, "no sink");
    transfer::archive_output output = co_await transfer::describe_output(service, request.vault, request.job);
    transfer::check_part(output, request.part_of_output);
    asio::any_io_executor const strand = asio::make_strand(service.get_executor());
    auto target =
        std::make_shared<transfer::sink_target>(service, std::move(request.sink), request.part_of_output);
    transfer::range_download::settings asked(request, request.size_of_range);
    asked.look_ahead_max = request.concurrency;
    auto ranges = std::make_shared<transfer::range_download>(std::move(service), std::move(output), asked,
                                                             std::move(target), strand);
    co_return co_await async::run_on(strand, run_download(std::move(ranges)));
}

} // namespace glacier
