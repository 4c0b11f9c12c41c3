#include "emulator/job_service.hpp"

#include "emulator/ids.hpp"
#include "emulator/vault_service.hpp"
#include "protocol/data_retrieval_policy_operations.hpp"

#include "base/utf8.hpp"
#include "protocol/inventory.hpp"
#include "protocol/leaf_hasher.hpp"
#include "protocol/select_request.hpp"
#include "protocol/tree_hash.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <span>

namespace glacier::emulation {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t jobs_per_page = 50;
constexpr std::size_t expression_characters_max = 128'000;
constexpr std::size_t output_prefix_bytes_max = 512;

// Archives that are read from the index at once while an inventory is written.
constexpr std::size_t inventory_block = 1'000;

std::chrono::milliseconds delay_of(std::optional<tier> speed) noexcept
{
    switch (speed.value_or(tier::standard)) {
    case tier::expedited:
        return 3min;
    case tier::bulk:
        return 8h;
    case tier::standard:
    case tier::unknown:
        break;
    }
    return 4h;
}

constexpr std::chrono::milliseconds inventory_delay = 4h;

job_status status_of(job_record const& job, timestamp now) noexcept
{
    if (now < job.completion)
        return job_status::in_progress;
    return job.failed ? job_status::failed : job_status::succeeded;
}

bool is_expired(service_context const& context, job_record const& job, timestamp now) noexcept
{
    return job.completion + context.options.job_output_life <= now;
}

service_result<job_record> find_job(service_context& context, transaction& view, vault_name const& vault,
                                    job_id const& id)
{
    auto const owner = require_vault(context, view, vault.str());
    if (!owner)
        return owner.error();
    auto job = view.find_job(owner->number, id.str());
    if (!job || is_expired(context, *job, context.clock.now()))
        return job_not_found(id.str());
    return std::move(*job);
}

byte_range range_of(job_record const& job)
{
    return {job.range_first, job.range_last};
}

bool is_whole_archive(job_record const& job) noexcept
{
    return job.range_first == 0 && job.range_last + 1 == job.archive_bytes;
}

void describe_archive_job(job_record const& job, job_status status, job_description& description)
{
    description.action = job_action::archive_retrieval;
    description.archive = job.archive_id;
    description.archive_size_in_bytes = job.archive_bytes;
    description.archive_tree_hash = job.archive_hash;
    description.retrieval_byte_range = range_of(job);
    if (job.tier)
        description.tier = protocol::text_form<tier>::read(*job.tier);
    // The service shows the hash of a whole archive here only when the job has succeeded.
    bool const shown =
        status == job_status::succeeded || (status == job_status::in_progress && !is_whole_archive(job));
    if (shown)
        description.tree_hash = job.range_hash;
}

void describe_inventory_job(job_record const& job, job_status status, job_description& description)
{
    description.action = job_action::inventory_retrieval;
    inventory_job_description& inventory = description.inventory.emplace();
    inventory.format = job.format;
    inventory.start_date = job.start_date;
    inventory.end_date = job.end_date;
    inventory.limit = job.limit;
    if (status == job_status::succeeded) {
        description.inventory_size_in_bytes = job.content_bytes;
        inventory.marker = job.marker;
    }
}

/// `results/2026/JOB-ID/`.
std::string output_path(std::string const& job, output_location const& location)
{
    return (location.s3 ? location.s3->prefix : std::string()) + "/" + job + "/";
}

void describe_select_job(job_record const& job, job_description& description)
{
    description.action = job_action::select;
    description.archive = job.archive_id;
    if (job.tier)
        description.tier = protocol::text_form<tier>::read(*job.tier);
    auto request = protocol::read_select_request(*job.select_request);
    if (!request)
        throw store_error("the index has a select job without its parameters: " + job.id);
    description.job_output_path = output_path(job.id, request->output);
    description.select_query = std::move(request->query);
    description.output = std::move(request->output);
}

std::string status_message(job_record const& job, job_status status)
{
    if (status == job_status::in_progress)
        return "Operation in progress.";
    if (status == job_status::succeeded)
        return "Succeeded";
    if (job.failure)
        return *job.failure;
    if (job.select_request)
        return "The query was not carried out: this emulator has neither SQL nor S3.";
    return "The archive was deleted before the job was complete.";
}

job_description describe(service_context const& context, vault_name const& vault, job_record const& job,
                         timestamp now)
{
    job_status const status = status_of(job, now);
    job_description description;
    description.job = job.id;
    description.description = job.description;
    description.vault_arn = vault_arn(context.options, vault.str());
    description.creation_date = job.created;
    description.sns_topic = job.sns_topic;
    description.status = status;
    description.completed = status != job_status::in_progress;
    if (description.completed)
        description.completion_date = job.completion;
    description.status_message = status_message(job, status);
    if (job.select_request)
        describe_select_job(job, description);
    else if (job.archive_id)
        describe_archive_job(job, status, description);
    else
        describe_inventory_job(job, status, description);
    return description;
}

/// The archive that a job is about.
service_result<archive_record> require_archive(service_context& context, transaction& view,
                                               vault_record const& vault, job_parameters const& parameters)
{
    if (!parameters.archive)
        return parameter_missing("ArchiveId");
    auto archive = view.find_archive(parameters.archive->str());
    if (!archive || archive->deleted)
        return archive_not_found(parameters.archive->str());
    if (archive->vault != vault.number)
        return invalid_parameter("vault name", vault_arn(context.options, vault.name));
    return std::move(*archive);
}

/// The tier and the time that it takes.
void set_tier(service_context const& context, job_parameters const& parameters, job_record& job)
{
    job.tier = protocol::text_form<tier>::write(parameters.tier.value_or(tier::standard));
    job.completion = job.created + context.options.job_delay.value_or(delay_of(parameters.tier));
}

/// Whether the data retrieval policy allows the job. It is about Standard retrievals of archives only.
std::optional<protocol::service_error> check_retrieval_rule(service_context const& context,
                                                            transaction& change, job_record const& job)
{
    auto const rule = change.retrieval_rule();
    if (!rule || job.tier != protocol::text_form<tier>::write(tier::standard))
        return std::nullopt;
    std::uint64_t allowed = 0;
    std::chrono::milliseconds period = 1h;
    switch (protocol::text_form<data_retrieval_strategy>::read(rule->strategy)
                .value_or(data_retrieval_strategy::unknown)) {
    case data_retrieval_strategy::bytes_per_hour:
        allowed = rule->bytes_per_hour.value_or(0);
        break;
    case data_retrieval_strategy::free_tier:
        allowed = context.options.free_tier_bytes_per_day;
        period = 24h;
        break;
    case data_retrieval_strategy::none:
    case data_retrieval_strategy::unknown:
        return std::nullopt;
    }
    std::uint64_t const wanted = range_of(job).size();
    std::uint64_t const used = change.bytes_retrieved(*job.tier, job.created - period);
    if (used <= allowed && wanted <= allowed - used)
        return std::nullopt;
    return error_of(service_errc::policy_enforced,
                    "InitiateJob request denied by current data retrieval policy.");
}

/// Fills in what an archive retrieval needs.
std::optional<protocol::service_error> prepare_archive_job(service_context& context, transaction& change,
                                                           vault_record const& vault,
                                                           job_parameters const& parameters, job_record& job)
{
    auto const archive = require_archive(context, change, vault, parameters);
    if (!archive)
        return archive.error();
    byte_range const range = parameters.range.value_or(byte_range(0, archive->bytes - 1));
    if (!is_megabyte_aligned(range, archive->bytes))
        return invalid_parameter("RetrievalByteRange", range.str());
    job.archive = archive->number;
    job.archive_id = archive->id;
    job.archive_bytes = archive->bytes;
    job.archive_hash = archive->hash;
    job.range_first = range.first();
    job.range_last = range.last();
    if (is_whole_archive(job))
        job.range_hash = archive->hash;
    else if (is_tree_hash_aligned(range, archive->bytes))
        job.range_hash = change.hash_of_range(archive->number, range);
    set_tier(context, parameters, job);
    return check_retrieval_rule(context, change, job);
}

inventory_archive inventory_entry(archive_record const& archive)
{
    inventory_archive entry;
    entry.archive = archive.id;
    entry.description = archive.description.value_or("");
    entry.creation_date = archive.created;
    entry.size_in_bytes = archive.bytes;
    entry.tree_hash = archive.hash;
    return entry;
}

/// Writes the inventory to a file of the store, so that the output is of one moment and can be read in ranges.
/// That may take seconds, in which others have the store: what they change later than the moment does not count.
void write_inventory(service_context& context, transaction& change, vault_record const& vault,
                     vault_inventory const& inventory, inventory_retrieval_parameters const& parameters,
                     std::int64_t after, job_record& job)
{
    timestamp const moment = inventory_moment(inventory, context.options.inventory_period, job.created);
    auto const format =
        protocol::text_form<inventory_format>::read(*job.format).value_or(inventory_format::json);
    protocol::inventory_writer writer(format, vault_arn(context.options, vault.name), inventory.date);
    new_content content = context.data.create(new_file_name(context.random));
    protocol::leaf_hasher hasher;
    auto const write = [&](std::string const& text) {
        hasher.update(std::as_bytes(std::span(text)), content.leaves);
        content.write(text);
    };
    write(writer.begin());

    std::uint64_t left =
        parameters.limit ? std::uint64_t{*parameters.limit} : std::numeric_limits<std::uint64_t>::max();
    std::string last;
    bool more = true;
    while (more) {
        // One more than is written tells whether there are more.
        auto const wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, inventory_block));
        auto const archives = change.archives_at(vault.number, moment, after, parameters.start_date,
                                                 parameters.end_date, wanted + 1);
        more = archives.size() > wanted;
        if (more && left == 0) {
            job.marker = last;
            break;
        }
        change.suspend();
        std::string block;
        for (std::size_t i = 0; i < archives.size() && i < wanted; ++i) {
            block += writer.entry(inventory_entry(archives[i]));
            after = archives[i].number;
            last = archives[i].id;
            --left;
        }
        write(block);
        change.resume();
    }
    change.suspend();
    write(writer.end());
    hasher.finish(content.leaves);
    context.data.seal(content);
    change.resume();
    job.content_bytes = content.bytes();
    job.content = change.insert_content(std::move(content));
}

/// Fills in what an inventory retrieval needs.
std::optional<protocol::service_error> prepare_inventory_job(service_context& context, transaction& change,
                                                             vault_record& vault,
                                                             job_parameters const& parameters,
                                                             job_record& job)
{
    if (parameters.archive)
        return invalid_parameter("ArchiveId", parameters.archive->str());
    if (parameters.range)
        return invalid_parameter("RetrievalByteRange", parameters.range->str());
    auto const filter = parameters.inventory.value_or(inventory_retrieval_parameters());
    if (filter.limit && *filter.limit == 0)
        return invalid_parameter("Limit", "0");
    take_due_inventory(vault.holdings, context.options.inventory_period, job.created);
    if (!vault.holdings.inventory)
        return error_with_status(context.options.inferred.inventory_before_first_status,
                                 "There is no inventory yet of the vault: " +
                                     vault_arn(context.options, vault.name));

    // A marker is the id of the archive after which the inventory goes on.
    std::int64_t after = 0;
    if (filter.marker && !filter.marker->empty()) {
        auto const archive = change.find_archive(*filter.marker);
        if (!archive || archive->vault != vault.number)
            return invalid_parameter("Marker", *filter.marker);
        after = archive->number;
    }
    job.format =
        protocol::text_form<inventory_format>::write(parameters.format.value_or(inventory_format::json));
    job.start_date = filter.start_date;
    job.end_date = filter.end_date;
    if (filter.limit)
        job.limit = std::to_string(*filter.limit);
    job.completion = job.created + context.options.job_delay.value_or(inventory_delay);
    write_inventory(context, change, vault, *vault.holdings.inventory, filter, after, job);
    auto const still_there = change.find_vault(vault.name);
    if (!still_there || still_there->number != vault.number)
        return vault_not_found(vault_arn(context.options, vault.name));
    return std::nullopt;
}

/// The prefix comes back in a header, where a line break would begin another one.
bool is_output_prefix(std::string_view prefix) noexcept
{
    return prefix.size() <= output_prefix_bytes_max && std::none_of(prefix.begin(), prefix.end(), [](char c) {
               auto const byte = static_cast<unsigned char>(c);
               return byte < 0x20 || byte == 0x7f;
           });
}

std::optional<protocol::service_error> check_select_parameters(job_parameters const& parameters)
{
    if (parameters.range)
        return invalid_parameter("RetrievalByteRange", parameters.range->str());
    if (!parameters.select_query)
        return parameter_missing("SelectParameters");
    std::string const& expression = parameters.select_query->expression;
    if (expression.empty())
        return parameter_missing("Expression");
    auto const characters = base::count_utf8_characters(expression);
    if (!characters || *characters > expression_characters_max)
        return error_of(service_errc::invalid_parameter_value, "Invalid Expression: it must have at most " +
                                                                   std::to_string(expression_characters_max) +
                                                                   " characters");
    if (!parameters.output)
        return parameter_missing("OutputLocation");
    if (!parameters.output->s3)
        return parameter_missing("S3");
    s3_location const& location = *parameters.output->s3;
    if (location.bucket_name.empty())
        return parameter_missing("BucketName");
    if (location.prefix.empty())
        return parameter_missing("Prefix");
    if (!is_output_prefix(location.prefix))
        return error_of(service_errc::invalid_parameter_value, "Invalid Prefix: it must have at most " +
                                                                   std::to_string(output_prefix_bytes_max) +
                                                                   " bytes, and no control characters");
    return std::nullopt;
}

/// Fills in what a select job needs. It fails when its time has come, because nothing here runs a query.
std::optional<protocol::service_error> prepare_select_job(service_context& context, transaction& change,
                                                          vault_record const& vault,
                                                          job_parameters const& parameters, job_record& job)
{
    if (!parameters.archive)
        return parameter_missing("ArchiveId");
    if (auto const wrong = check_select_parameters(parameters))
        return wrong;
    auto const archive = require_archive(context, change, vault, parameters);
    if (!archive)
        return archive.error();
    job.archive_id = archive->id;
    protocol::select_request const request{*parameters.select_query, *parameters.output};
    job.select_request = protocol::write_select_request(request);
    job.failed = true;
    set_tier(context, parameters, job);
    return std::nullopt;
}

/// Fills in what is particular to the type of the job.
std::optional<protocol::service_error> prepare_job(service_context& context, transaction& change,
                                                   vault_record& vault, job_parameters const& parameters,
                                                   job_record& job)
{
    switch (parameters.type) {
    case job_type::archive_retrieval:
        return prepare_archive_job(context, change, vault, parameters, job);
    case job_type::inventory_retrieval:
        return prepare_inventory_job(context, change, vault, parameters, job);
    case job_type::select:
        break;
    }
    return prepare_select_job(context, change, vault, parameters, job);
}

/// The bytes that are asked for of `total`; a range beyond the end is cut off there.
service_result<byte_range> range_within(service_context const& context, output_range const& asked,
                                        std::uint64_t total)
{
    if (asked.first() >= total)
        return error_with_status(context.options.inferred.unsatisfiable_range_status,
                                 "Invalid Range: " + protocol::text_form<output_range>::write(asked));
    return byte_range(asked.first(), std::min(asked.last().value_or(total - 1), total - 1));
}

/// The hash that goes with a range of the output: only of ranges that the archive's tree has a node for.
std::optional<tree_hash> hash_of_output(transaction& view, job_record const& job, byte_range const& range)
{
    byte_range const absolute(job.range_first + range.first(), job.range_first + range.last());
    if (!job.range_hash || !is_tree_hash_aligned(absolute, job.archive_bytes))
        return std::nullopt;
    if (absolute == range_of(job))
        return job.range_hash;
    return view.hash_of_range(*job.archive, absolute);
}

/// The head of the output, and where its bytes are.
service_result<job_output> find_output(service_context& context, get_job_output_request const& request)
{
    auto view = context.data.begin();
    auto const job = find_job(context, view, request.vault, request.job);
    if (!job)
        return job.error();
    if (job->select_request)
        return error_of(service_errc::invalid_parameter_value,
                        "The output of a select job goes to S3 and cannot be downloaded: " +
                            request.job.str());
    if (status_of(*job, context.clock.now()) != job_status::succeeded)
        return error_of(service_errc::invalid_parameter_value,
                        "The job is not currently available for download: " + request.job.str());

    std::uint64_t const total = job->archive_id ? range_of(*job).size() : job->content_bytes;
    byte_range wanted(0, total - 1);
    job_output answer;
    answer.head.status = 200;
    if (request.range) {
        auto const range = range_within(context, *request.range, total);
        if (!range)
            return range.error();
        wanted = *range;
        answer.head.status = 206;
        answer.head.content_range = "bytes " + wanted.str() + "/" + std::to_string(total);
    }
    answer.head.content_length = wanted.size();
    answer.head.accept_ranges = "bytes";
    if (job->archive_id) {
        answer.head.content_type = "application/octet-stream";
        if (auto const archive = view.find_archive(*job->archive_id))
            answer.head.description = archive->description;
        answer.head.tree_hash = hash_of_output(view, *job, wanted);
        answer.bytes = std::make_shared<output>(context.data, view.segments_of(*job->archive),
                                                job->range_first + wanted.first(), wanted.size());
    } else {
        answer.head.content_type = job->format == "CSV" ? "text/csv" : "application/json";
        segment_record segment;
        segment.bytes = total;
        segment.content = job->content.value_or(0);
        segment.path = view.path_of_content(segment.content);
        answer.bytes =
            std::make_shared<output>(context.data, std::vector{segment}, wanted.first(), wanted.size());
    }
    return answer;
}

} // namespace

service_result<initiate_job_result> initiate_job(service_context& context,
                                                 initiate_job_request const& request)
{
    sweep(context);
    auto change = context.data.begin();
    auto vault = require_vault(context, change, request.vault.str());
    if (!vault)
        return vault.error();

    job_parameters const& parameters = request.parameters;
    job_record job;
    job.vault = vault->number;
    job.id = new_id(context.random, job_id_length);
    job.created = context.clock.now();
    if (parameters.sns_topic)
        job.sns_topic = parameters.sns_topic->str();
    if (parameters.description)
        job.description = parameters.description->str();
    if (auto const refused = prepare_job(context, change, *vault, parameters, job))
        return *refused;
    change.insert_job(job);
    change.commit();

    initiate_job_result result{job_id(job.id)};
    result.location = vault_path(context.options, request.vault.str()) + "/jobs/" + job.id;
    if (job.select_request)
        result.output_path = output_path(job.id, *parameters.output);
    return result;
}

service_result<job_description> describe_job(service_context& context, describe_job_request const& request)
{
    auto view = context.data.begin();
    auto const job = find_job(context, view, request.vault, request.job);
    if (!job)
        return job.error();
    return describe(context, request.vault, *job, context.clock.now());
}

service_result<list_jobs_result> list_jobs(service_context& context, list_jobs_request const& request)
{
    auto const wanted_page = page_of(context, request.limit, request.marker, jobs_per_page);
    if (!wanted_page)
        return wanted_page.error();
    auto view = context.data.begin();
    auto const vault = require_vault(context, view, request.vault.str());
    if (!vault)
        return vault.error();

    // A marker is the id of the job after which the page begins.
    std::int64_t after = 0;
    if (!wanted_page->after.empty()) {
        auto const last = view.find_job(vault->number, wanted_page->after);
        if (!last)
            return invalid_parameter("marker", *request.marker);
        after = last->number;
    }
    timestamp const now = context.clock.now();
    auto const wanted = [&](job_record const& job) {
        job_status const status = status_of(job, now);
        bool const completed = status != job_status::in_progress;
        return !is_expired(context, job, now) && (!request.completed || *request.completed == completed) &&
               (!request.status || *request.status == status);
    };
    list_jobs_result result;
    while (true) {
        auto const jobs = view.jobs_after(vault->number, after, jobs_per_page);
        for (job_record const& job : jobs) {
            after = job.number;
            if (!wanted(job))
                continue;
            if (result.jobs.size() == wanted_page->size) {
                result.marker =
                    result.jobs.empty() ? wanted_page->next_without_items() : result.jobs.back().job;
                return result;
            }
            result.jobs.push_back(describe(context, request.vault, job, now));
        }
        if (jobs.size() < jobs_per_page)
            return result;
    }
}

service_result<job_output> get_job_output(service_context& context, get_job_output_request const& request)
{
    auto answer = find_output(context, request);
    // Before the head is sent: afterwards damage could only cut the answer short.
    if (answer)
        answer->bytes->prepare();
    return answer;
}

std::string job_message(service_context const& context, vault_name const& vault, job_record const& job,
                        timestamp now)
{
    return protocol::answer<describe_job_request>(describe(context, vault, job, now)).body;
}

} // namespace glacier::emulation
