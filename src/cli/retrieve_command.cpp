#include "cli/retrieve_command.hpp"

#include "cli/file.hpp"
#include "cli/run.hpp"
#include "cli/size.hpp"
#include "cli/text.hpp"

#include <glacier/transfer.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdint>
#include <exception>
#include <utility>

namespace glacier::cli {

namespace {

tier parse_tier(std::string const& text)
{
    if (text == "Expedited")
        return tier::expedited;
    if (text == "Standard")
        return tier::standard;
    if (text == "Bulk")
        return tier::bulk;
    throw failure(exit_code::usage, "--tier \"" + text + "\": Standard, Bulk or Expedited");
}

std::string take_up_text(retrieve_options const& options, std::string const& job)
{
    return "glacier retrieve --vault " + options.vault + " --job=" + job + " --output " +
           shell_word(options.file);
}

/// For the end of a message about a retrieval that did not come to its end.
std::string where_it_stands(retrieve_options const& options, std::optional<job_id> const& job)
{
    if (job)
        return "; the job stays at the service, take it up with: " + take_up_text(options, job->str());
    return "; whether a job was started shows: glacier job list --vault " + options.vault;
}

/// Says on the console how a retrieval is getting on.
class retrieval_report {
public:
    explicit retrieval_report(console& tell) : tell_(tell), start_(tell.now()) {}

    void on_look(job_description const& job, std::uint64_t range_bytes)
    {
        if (!job.completed) {
            tell_.status("the job is in progress, waited " + duration_text(tell_.now() - start_));
            return;
        }
        if (job.status != job_status::succeeded)
            return;
        auto const bytes = size_of(job);
        std::string text = "the job has succeeded";
        if (bytes)
            text += "; to download: " + std::to_string(*bytes) + " bytes in " +
                    std::to_string((*bytes + range_bytes - 1) / range_bytes) + " ranges of " +
                    size_text(range_bytes);
        tell_.note(text);
        tell_.begin("download");
    }

    void on_progress(transfer_progress const& progress) { tell_.progress(progress); }

private:
    static std::optional<std::uint64_t> size_of(job_description const& job)
    {
        if (job.retrieval_byte_range)
            return job.retrieval_byte_range->size();
        return job.archive_size_in_bytes;
    }

    console& tell_;
    time_point start_;
};

/// Whether the job that was named is one for this command.
void check_job(job_description const& job, retrieve_options const& options)
{
    if (job.action != job_action::archive_retrieval)
        throw failure(exit_code::usage, "the job " + *options.job + " does not retrieve an archive");
    if (options.archive && job.archive && *job.archive != *options.archive)
        throw failure(exit_code::usage,
                      "the job " + *options.job + " retrieves another archive: " + *job.archive);
    if (job.completed && job.status != job_status::succeeded)
        throw failure(exit_code::refused, "the job " + *options.job + " failed: " +
                                              job.status_message.value_or("the service gives no reason"));
}

/// Takes a job up: the first look is at once, and shows whether it is worth to wait.
asio::awaitable<download_result> take_up(client service, wait_for_job_request wait,
                                         download_job_output_request download,
                                         retrieve_options const& options)
{
    describe_job_request request(wait.vault, wait.job);
    job_description const job = co_await service.describe_job(std::move(request));
    check_job(job, options);
    if (job.completed)
        wait.on_look(job);
    else
        co_await wait_for_job(service, std::move(wait));
    co_return co_await download_job_output(service, std::move(download));
}

void print(output& out, retrieve_options const& options, std::string const& job,
           download_result const& retrieved)
{
    std::string const hash = retrieved.tree_hash.hex();
    if (out.form() == output_form::text)
        out.line(hash + "  " + options.file);
    else
        out.line(boost::json::serialize(boost::json::object{{"Output", valid_utf8(options.file)},
                                                            {"SizeInBytes", retrieved.bytes},
                                                            {"SHA256TreeHash", hash},
                                                            {"JobId", job}}));
}

} // namespace

void retrieve(session& session, retrieve_options const& options)
{
    vault_name const vault(options.vault);
    std::optional<archive_id> archive;
    if (options.archive)
        archive = archive_id(*options.archive);
    std::optional<job_id> job;
    if (options.job)
        job = job_id(*options.job);
    if (!archive && !job)
        throw failure(exit_code::usage, "ARCHIVE-ID or --job is required");
    std::optional<tier> wanted_tier;
    if (options.tier)
        wanted_tier = parse_tier(*options.tier);
    std::size_t concurrency = 4;
    if (options.concurrency)
        concurrency = parse_count("--concurrency", *options.concurrency, 1, concurrency_max);
    check_place(options.file);

    console& tell = session.tell();
    client const service = session.connect(concurrency);
    retrieval_report report(tell);
    auto const on_progress = [&report](transfer_progress const& progress) { report.on_progress(progress); };
    std::optional<download_result> retrieved;
    try {
        if (job) {
            wait_for_job_request wait(vault, *job);
            download_job_output_request download(vault, *job, options.file);
            std::uint64_t const range_bytes = download.size_of_range.bytes();
            wait.on_look = [&report, range_bytes](job_description const& look) {
                report.on_look(look, range_bytes);
            };
            download.concurrency = concurrency;
            download.on_progress = on_progress;
            retrieved =
                run(session.context(), take_up(service, std::move(wait), std::move(download), options));
        } else {
            retrieve_archive_request request(vault, *archive, options.file);
            std::uint64_t const range_bytes = request.size_of_range.bytes();
            request.tier = wanted_tier;
            request.concurrency = concurrency;
            request.on_job = [&job, &tell, &options](retrieval_job const& found) {
                job = found.job;
                tell.note("job " + found.job.str() +
                          " started; take it up later with: " + take_up_text(options, found.job.str()));
            };
            request.on_look = [&report, range_bytes](job_description const& look) {
                report.on_look(look, range_bytes);
            };
            request.on_progress = on_progress;
            retrieved = run(session.context(), retrieve_archive(service, std::move(request))).download;
        }
    } catch (interrupted const& signal) {
        throw interrupted(signal, where_it_stands(options, job));
    } catch (...) {
        failure const failed = failure_of(std::current_exception(), options.file);
        if (failed.code() == exit_code::outcome_unknown)
            throw failure(failed.code(), failed.what() + where_it_stands(options, job));
        throw failed;
    }
    tell.note("retrieved " + std::to_string(retrieved->bytes) + " bytes, the tree hash is right");
    print(session.out(), options, job->str(), *retrieved);
}

} // namespace glacier::cli
