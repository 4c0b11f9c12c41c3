#include "cli/retrieve_command.hpp"

#include "cli/file.hpp"
#include "cli/run.hpp"
#include "cli/size.hpp"
#include "cli/state_place.hpp"
#include "cli/stream_io.hpp"
#include "cli/text.hpp"
#include "cli/transfer_watch.hpp"

#include <glacier/transfer.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <utility>

namespace glacier::cli {

namespace {

constexpr char const* standard_output = "standard output";

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

byte_range parse_range(std::string const& text)
{
    auto const range = byte_range::parse(text);
    if (!range)
        throw failure(exit_code::usage,
                      "--range \"" + text + "\": FIRST-LAST, counted from 0, both included, as in 0-1048575");
    return *range;
}

/// What the options say, checked.
struct retrieval {
    explicit retrieval(retrieve_options const& options);

    bool to_output() const noexcept { return file == "-"; }

    vault_name vault;
    std::optional<archive_id> archive;
    /// The job that is to be taken up.
    std::optional<job_id> job;
    std::string file;
    std::optional<glacier::tier> tier;
    std::size_t concurrency;
    bool new_job;
    std::optional<byte_range> range;
    /// Only with `range`, and without a job, which knows it.
    std::optional<std::uint64_t> archive_bytes;
    std::optional<part_size> size_of_range;
    std::optional<std::filesystem::path> state_file;
};

retrieval::retrieval(retrieve_options const& options)
    : vault(options.vault), file(options.file), concurrency(concurrency_of(options)), new_job(options.new_job)
{
    if (options.archive)
        archive = archive_id(*options.archive);
    if (options.job)
        job = job_id(*options.job);
    if (!archive && !job)
        throw failure(exit_code::usage, "ARCHIVE-ID or --job is required");
    if (options.tier)
        tier = parse_tier(*options.tier);
    if (options.range)
        range = parse_range(*options.range);
    if (options.archive_size)
        archive_bytes = parse_bytes("--archive-size", *options.archive_size, 1,
                                    part_size::parts_max * part_size::bytes_max);
    if (options.range_size)
        size_of_range = parse_part_size("--range-size", *options.range_size);
    if (range && !job && !archive_bytes)
        throw failure(exit_code::usage,
                      "--range needs --archive-size: which bytes can be verified depends on "
                      "it; an inventory has it");
    if (range && archive_bytes)
        static_cast<void>(archive_part(*range, *archive_bytes));
    if (to_output() && (options.state_file || options.restart))
        throw failure(exit_code::usage, "what goes to standard output begins anew each time, so there is no "
                                        "--state-file and no --restart");
    if (!to_output() && !options.no_resume)
        state_file = options.state_file.value_or(file + ".part.state");
}

std::string take_up_text(retrieval const& wanted, std::string const& job)
{
    return "glacier retrieve --vault " + wanted.vault.str() + " --job=" + job +
           (wanted.range ? " --range " + wanted.range->str() : "") + " --output " + shell_word(wanted.file);
}

/// For the end of a message about a retrieval that did not come to its end.
std::string where_it_stands(retrieval const& wanted, std::optional<job_id> const& job)
{
    // Without a state file the same command would start yet another job.
    bool const starts_another = !wanted.archive || (wanted.new_job && !wanted.state_file);
    if (job && starts_another)
        return "; the job stays at the service, take it up with: " + take_up_text(wanted, job->str());
    if (job)
        return "; the job " + job->str() + " stays at the service, and the same command takes it up";
    return "; whether a job was started shows: glacier job list --vault " + wanted.vault.str();
}

/// Says on the console how a retrieval is getting on, and knows its job.
class retrieval_report {
public:
    explicit retrieval_report(console& tell) : tell_(tell), start_(tell.now()) {}

    void on_job(retrieval_job const& found)
    {
        job_ = found.job;
        tell_.note("job " + found.job.str() +
                   (found.started ? " started; the same command takes it up later"
                                  : " is there already and taken up"));
    }

    void on_job(job_id const& taken_up) { job_ = taken_up; }

    void on_look(job_description const& job)
    {
        if (!job.completed)
            tell_.status("the job is in progress, waited " + duration_text(tell_.now() - start_));
    }

    void on_started(transfer_started const& event)
    {
        std::string text = "the job has succeeded; to download: ";
        if (event.bytes_resumed > 0)
            text += std::to_string(event.size - event.bytes_resumed) + " of " +
                    count_text(event.size, "byte") + ", the others are there already";
        else
            text += count_text(event.size, "byte") + " in " +
                    count_text((event.size + event.part_size - 1) / event.part_size, "range") + " of " +
                    size_text(event.part_size);
        tell_.note(text);
        tell_.begin("download");
    }

    void on_progress(transfer_progress const& progress) { tell_.progress(progress); }

    std::optional<job_id> const& job() const noexcept { return job_; }

private:
    console& tell_;
    time_point start_;
    std::optional<job_id> job_;
};

/// Of an archive of another size other ranges can be verified.
void check_archive_size(job_description const& job, retrieval const& wanted)
{
    if (wanted.archive_bytes && job.archive_size_in_bytes &&
        *job.archive_size_in_bytes != *wanted.archive_bytes)
        throw failure(exit_code::usage, "--archive-size \"" + std::to_string(*wanted.archive_bytes) +
                                            "\": the archive has " +
                                            count_text(*job.archive_size_in_bytes, "byte"));
}

/// Whether the job that was named is one for this command.
void check_job(job_description const& job, retrieval const& wanted)
{
    std::string const id = wanted.job->str();
    if (job.action != job_action::archive_retrieval)
        throw failure(exit_code::usage, "the job " + id + " does not retrieve an archive");
    if (wanted.archive && job.archive && *job.archive != wanted.archive->str())
        throw failure(exit_code::usage, "the job " + id + " retrieves another archive: " + *job.archive);
    check_archive_size(job, wanted);
    if (job.completed && job.status != job_status::succeeded)
        throw failure(exit_code::refused, "the job " + id + " failed: " +
                                              job.status_message.value_or("the service gives no reason"));
}

/// Which bytes of a job's output are wanted, if not all. The range is one of the archive.
std::optional<byte_range> part_of_output(job_description const& job, std::optional<byte_range> const& range)
{
    if (!range)
        return std::nullopt;
    std::uint64_t const archive_bytes = job.archive_size_in_bytes.value_or(0);
    std::optional<byte_range> output = job.retrieval_byte_range;
    if (!output && archive_bytes > 0)
        output = byte_range(0, archive_bytes - 1);
    if (!output || range->first() < output->first() || range->last() > output->last())
        throw failure(exit_code::usage, "--range \"" + range->str() + "\": the job retrieves the bytes " +
                                            (output ? output->str() : "of no archive"));
    if (*range == *output)
        return std::nullopt;
    return byte_range(range->first() - output->first(), range->last() - output->first());
}

/// What was written.
struct retrieved {
    retrieved() = default;
    explicit retrieved(download_result const& download)
        : bytes(download.bytes), repetitions(download.repetitions), verified(download.verified),
          hash(download.tree_hash)
    {}

    std::uint64_t bytes = 0;
    std::uint64_t repetitions = 0;
    bool verified = false;
    /// Nothing if only a part of what was verified was written.
    std::optional<tree_hash> hash;
};

/// Jobs of an emulator take seconds, others hours.
job_waiter make_waiter(client service, vault_name vault)
{
    job_waiter_settings settings;
    settings.interval_min = std::chrono::seconds(1);
    settings.interval_max = std::chrono::minutes(5);
    settings.interval_by_time_waited = true;
    settings.timeout = std::chrono::milliseconds(0);
    return job_waiter(std::move(service), std::move(vault), std::move(settings));
}

asio::awaitable<job_description> wait(client service, vault_name vault, job_id job, retrieval_report& report)
{
    job_waiter const waiter = make_waiter(std::move(service), std::move(vault));
    job_wait_options options;
    options.on_look = [&report](job_description const& looked_at) { report.on_look(looked_at); };
    co_return co_await waiter.wait(std::move(job), std::move(options));
}

/// Takes the job up that was named: the first look is at once, and shows whether it is worth to wait.
asio::awaitable<job_description> take_up(client service, retrieval const& wanted, retrieval_report& report)
{
    report.on_job(*wanted.job);
    describe_job_request request(wanted.vault, *wanted.job);
    job_description job = co_await service.describe_job(std::move(request));
    check_job(job, wanted);
    // Says at once, and not hours later, that the job does not have the bytes.
    part_of_output(job, wanted.range);
    if (job.completed)
        co_return job;
    co_return co_await wait(service, wanted.vault, *wanted.job, report);
}

template <class Request>
void take_settings(Request& request, retrieval const& wanted, retrieval_report& report)
{
    request.concurrency = wanted.concurrency;
    if (wanted.size_of_range)
        request.size_of_range = *wanted.size_of_range;
    request.on_progress = [&report](transfer_progress const& progress) { report.on_progress(progress); };
}

asio::awaitable<retrieved> download_job(client service, retrieval const& wanted, retrieval_report& report)
{
    job_description const job = co_await take_up(service, wanted, report);
    download_job_output_request request(wanted.vault, *wanted.job, wanted.file);
    take_settings(request, wanted, report);
    request.state_file = wanted.state_file;
    request.part_of_output = part_of_output(job, wanted.range);
    bool const whole = !request.part_of_output;
    download_result const result = co_await download_job_output(service, std::move(request));
    retrieved written(result);
    if (!whole)
        written.hash.reset();
    co_return written;
}

/// The smallest range around the wanted one of which the service tells a hash.
byte_range verified_range(retrieval const& wanted)
{
    return tree_hash_aligned(*wanted.range, *wanted.archive_bytes).value();
}

asio::awaitable<retrieved> download_archive(client service, retrieval const& wanted, retrieval_report& report)
{
    retrieve_archive_request request(wanted.vault, *wanted.archive, wanted.file);
    take_settings(request, wanted, report);
    request.tier = wanted.tier;
    request.always_new_job = wanted.new_job;
    request.state_file = wanted.state_file;
    if (wanted.range)
        request.part = archive_part(*wanted.range, *wanted.archive_bytes);
    request.on_job = [&report](retrieval_job const& found) { report.on_job(found); };
    request.waiter = make_waiter(service, wanted.vault);
    request.on_look = [&report](job_description const& job) { report.on_look(job); };
    retrieve_archive_result const result = co_await retrieve_archive(service, std::move(request));
    retrieved written(result.download);
    if (wanted.range && verified_range(wanted) != *wanted.range)
        written.hash.reset();
    co_return written;
}

/// The job for standard output: an equal one, or a new one.
asio::awaitable<retrieval_job> find_job(client service, retrieval const& wanted)
{
    std::optional<byte_range> range;
    if (wanted.range)
        range = verified_range(wanted);
    // A job for everything says no range.
    if (range && range->size() == *wanted.archive_bytes)
        range.reset();
    if (!wanted.new_job) {
        retrieval_job_request request(wanted.vault, *wanted.archive);
        request.range = range;
        request.tier = wanted.tier;
        co_return co_await find_or_start_retrieval(service, std::move(request));
    }
    job_parameters parameters = job_parameters::archive_retrieval(*wanted.archive);
    parameters.tier = wanted.tier;
    parameters.range = range;
    initiate_job_request request(wanted.vault, std::move(parameters));
    initiate_job_result const initiated = co_await service.initiate_job(std::move(request));
    co_return retrieval_job(initiated.job, true);
}

asio::awaitable<retrieved> stream_archive(client service, retrieval wanted, retrieval_report& report,
                                          std::shared_ptr<stream_sink> sink)
{
    job_description job;
    if (wanted.job) {
        job = co_await take_up(service, wanted, report);
    } else {
        retrieval_job const found = co_await find_job(service, wanted);
        report.on_job(found);
        wanted.job = found.job;
        job = co_await wait(service, wanted.vault, found.job, report);
        check_archive_size(job, wanted);
    }
    stream_job_output_request request(wanted.vault, *wanted.job, std::move(sink));
    take_settings(request, wanted, report);
    request.part_of_output = part_of_output(job, wanted.range);
    bool const whole = !request.part_of_output;
    download_result const result = co_await stream_job_output(service, std::move(request));
    retrieved written(result);
    if (!whole)
        written.hash.reset();
    co_return written;
}

/// With the tree hash, or `-` if only a part of what it is of was written.
void print(session& session, retrieval const& wanted, std::string const& job, retrieved const& written)
{
    std::string const hash = written.hash ? written.hash->hex() : "-";
    std::string line = hash + "  " + wanted.file;
    if (session.out().form() == output_form::json) {
        boost::json::object document{{"Output", valid_utf8(wanted.file)},
                                     {"SizeInBytes", written.bytes},
                                     {"SHA256TreeHash", nullptr},
                                     {"JobId", job}};
        if (written.hash)
            document["SHA256TreeHash"] = hash;
        line = boost::json::serialize(document);
    }
    // Standard output has the archive then.
    if (wanted.to_output())
        session.tell().note(line);
    else
        session.out().line(line);
}

std::string result_text(retrieved const& written)
{
    std::string text = "retrieved " + count_text(written.bytes, "byte");
    text += written.verified
                ? ", the tree hash is right"
                : ", not verified: the service gave no tree hash, so only their number was compared";
    if (written.repetitions > 0)
        text += ", " + count_text(written.repetitions, "range") + " fetched again";
    return text;
}

/// Whether the error leaves something that the same command goes on with.
bool can_go_on(exit_code code) noexcept
{
    return code == exit_code::not_reached || code == exit_code::outcome_unknown ||
           code == exit_code::local_file || code == exit_code::not_verified;
}

failure with_way_out(failure const& failed, error_code const& code, retrieval const& wanted,
                     std::optional<job_id> const& job)
{
    if (code == errc::state_file_invalid && !is_state_file(*wanted.state_file))
        return failed;
    if (code == errc::state_file_mismatch || code == errc::state_file_invalid)
        return {failed.code(), std::string(failed.what()) + "; with --restart the same command begins anew"};
    if (code == errc::state_file_in_use || !can_go_on(failed.code()))
        return failed;
    if (!job && failed.code() != exit_code::outcome_unknown)
        return failed;
    return {failed.code(), failed.what() + where_it_stands(wanted, job)};
}

} // namespace

void retrieve(session& session, retrieve_options const& options)
{
    check_values(options);
    retrieval const wanted(options);
    if (!wanted.to_output())
        check_place(wanted.file);

    console& tell = session.tell();
    retrieval_report report(tell);
    client_config config = session.configure();
    config.transfers.download_rate_max = rate_of(options);
    set_memory(config.transfers, options);
    config.observer = transfer_watch([&report](transfer_started const& event) { report.on_started(event); },
                                     config.observer);
    client const service = session.connect(wanted.concurrency, std::move(config));
    if (options.restart)
        remove_state_file(*wanted.state_file);

    std::optional<retrieved> written;
    try {
        if (wanted.to_output()) {
            auto sink = std::make_shared<descriptor_sink>(standard_output, session.out_descriptor());
            written = run(session.context(), stream_archive(service, wanted, report, std::move(sink)));
        } else if (wanted.job) {
            written = run(session.context(), download_job(service, wanted, report));
        } else {
            written = run(session.context(), download_archive(service, wanted, report));
        }
    } catch (interrupted const& signal) {
        throw interrupted(signal, where_it_stands(wanted, report.job()));
    } catch (...) {
        std::exception_ptr const error = std::current_exception();
        failure const failed = failure_of(error, wanted.to_output() ? standard_output : wanted.file);
        throw with_way_out(failed, code_of(error), wanted, report.job());
    }
    tell.note(result_text(*written));
    print(session, wanted, report.job()->str(), *written);
}

} // namespace glacier::cli
