#pragma once

#include <glacier/byte_range.hpp>
#include <glacier/identifiers.hpp>
#include <glacier/select.hpp>
#include <glacier/sha256_digest.hpp>
#include <glacier/timestamp.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace glacier {

/// What a job is asked to do. The output of the first two is had with client::get_job_output().
enum class job_type {
    /// `archive-retrieval`: makes an archive, or a range of it, ready for download.
    archive_retrieval,
    /// `inventory-retrieval`: makes the list of the vault's archives.
    inventory_retrieval,
    /// `select`: runs a query over an archive of CSV text and writes the result to S3.
    select,
};

/// What a job does, as answers name it.
enum class job_action {
    /// A name that this version does not know.
    unknown,
    /// `ArchiveRetrieval`.
    archive_retrieval,
    /// `InventoryRetrieval`.
    inventory_retrieval,
    /// `Select`.
    select,
};

/// How far a job is.
enum class job_status {
    /// A name that this version does not know. Refused in requests.
    unknown,
    /// `InProgress`: minutes to hours, as the tier says.
    in_progress,
    /// `Succeeded`: the output is there for at least 24 hours.
    succeeded,
    /// `Failed`: there is no output; job_description::status_message says why.
    failed,
};

/// How fast, and at which price, an archive is retrieved.
enum class tier {
    /// A name that this version does not know. Refused in requests.
    unknown,
    /// `Expedited`: 1 to 5 minutes, for archives below 250 MB. Without capacity the job is refused with
    /// service_errc::insufficient_capacity.
    expedited,
    /// `Standard`: 3 to 5 hours.
    standard,
    /// `Bulk`: 5 to 12 hours, the cheapest.
    bulk,
};

/// The form of an inventory.
enum class inventory_format {
    /// `CSV`, with a header line. Descriptions that hold backslashes cannot be read back exactly.
    csv,
    /// `JSON`, the exact one.
    json,
};

/// Which archives an inventory lists, and how many at once.
struct inventory_retrieval_parameters {
    inventory_retrieval_parameters() = default;

    /// Archives created at or after this moment (to the second).
    std::optional<timestamp> start_date;
    /// Archives created before this moment (to the second).
    std::optional<timestamp> end_date;
    /// At most so many archives, 1 or more; the job's description then has the marker for the next job.
    /// Nothing: all. Errors: errc::invalid_limit for 0.
    std::optional<std::uint32_t> limit;
    /// Where to go on: inventory_job_description::marker of the job before, as it came. Nothing: from the
    /// start.
    std::optional<std::string> marker;
};

/**
 * What InitiateJob is asked to do. Made by archive_retrieval(), inventory_retrieval() or select().
 *
 * Errors: errc::invalid_job_parameters, before anything is sent, for members that do not belong to the type
 *   of the job, and for those that it needs and that are not set.
 */
struct job_parameters {
    /// Parameters of this type with nothing set yet.
    explicit job_parameters(job_type its_type) : type(its_type) {}

    /// To retrieve an archive, all of it unless `range` is set.
    static job_parameters archive_retrieval(archive_id archive)
    {
        job_parameters parameters(job_type::archive_retrieval);
        parameters.archive = std::move(archive);
        return parameters;
    }

    /// To retrieve the vault's inventory. There is none until about a day after the first upload.
    static job_parameters inventory_retrieval() { return job_parameters(job_type::inventory_retrieval); }

    /// To run `query` over an archive and have the result written to `output`.
    static job_parameters select(archive_id archive, select_parameters query, output_location output)
    {
        job_parameters parameters(job_type::select);
        parameters.archive = std::move(archive);
        parameters.select_query = std::move(query);
        parameters.output = std::move(output);
        return parameters;
    }

    /// What the job is to do, and so which of the other members may be set.
    job_type type;
    /// For archive retrievals and select jobs, and required there.
    std::optional<archive_id> archive;
    /// Shown with the job. Nothing: none.
    std::optional<glacier::description> description;
    /// A topic that is told when the job ends, besides the vault's own. Nothing: only the vault's. Errors:
    /// errc::invalid_sns_topic for an empty one.
    std::optional<glacier::sns_topic> sns_topic;
    /// For archive retrievals and select jobs. Nothing: the service takes Standard.
    std::optional<glacier::tier> tier;
    /// For archive retrievals: part of the archive; nothing: all of it. It begins on a whole MiB, or
    /// errc::invalid_byte_range is given; it ends on one or with the archive, which only the service can
    /// check (service_errc::invalid_parameter_value). See is_megabyte_aligned().
    std::optional<byte_range> range;
    /// For inventories. Nothing: the service takes JSON.
    std::optional<inventory_format> format;
    /// For inventories: which archives they list. Nothing: all.
    std::optional<inventory_retrieval_parameters> inventory;
    /// For select jobs, and required there.
    std::optional<select_parameters> select_query;
    /// For select jobs, and required there.
    std::optional<output_location> output;
};

/// For client::initiate_job().
struct initiate_job_request {
    /// The vault and what to do in it.
    initiate_job_request(vault_name its_vault, job_parameters its_parameters)
        : vault(std::move(its_vault)), parameters(std::move(its_parameters))
    {}

    /// The vault that the job works on.
    vault_name vault;
    /// What to do.
    job_parameters parameters;
};

/// What InitiateJob answers.
struct initiate_job_result {
    initiate_job_result() = default;
    /// A result with this id.
    explicit initiate_job_result(job_id its_job) : job(std::move(its_job)) {}

    /// Id of the job, valid until at least 24 hours after its end.
    job_id job;
    /// Path of the job: `/123456789012/vaults/NAME/jobs/ID`. Empty if the service sent none.
    std::string location;
    /// Where in S3 a select job writes its output: `PREFIX/JOB-ID/`. Nothing for other jobs.
    std::optional<std::string> output_path;
};

/// The parameters of an inventory job, as its description shows them.
struct inventory_job_description {
    /// `CSV` or `JSON`.
    std::optional<std::string> format;
    /// Only archives created at or after this moment; nothing: no such bound.
    std::optional<timestamp> start_date;
    /// Only archives created before this moment; nothing: no such bound.
    std::optional<timestamp> end_date;
    /// At most so many archives, as a decimal number; nothing: no such bound.
    std::optional<std::string> limit;
    /// For inventory_retrieval_parameters::marker of the next job; nothing when the inventory ends here.
    std::optional<std::string> marker;
};

/// A job as DescribeJob, ListJobs and notifications show it. What does not apply to the job's action has no
/// value.
struct job_description {
    /// Id of the job.
    std::string job;
    /// As it was given to initiate_job(); nothing if none was.
    std::optional<std::string> description;
    /// What the job does.
    job_action action = job_action::unknown;
    /// Id of the archive that is retrieved or queried; nothing for inventories.
    std::optional<std::string> archive;
    /// The vault of the job: `arn:aws:glacier:REGION:ACCOUNT:vaults/NAME`.
    std::string vault_arn;
    /// When the job was initiated, in UTC.
    timestamp creation_date;
    /// The job has ended, well or not: status tells.
    bool completed = false;
    /// How far the job is.
    job_status status = job_status::unknown;
    /// The service's words for the status. Comes from the network: untrusted.
    std::optional<std::string> status_message;
    /// Size of the whole archive in bytes, for archive retrievals.
    std::optional<std::uint64_t> archive_size_in_bytes;
    /// Size of the inventory in bytes, once it is made.
    std::optional<std::uint64_t> inventory_size_in_bytes;
    /// ARN of the job's own topic; nothing if it has none.
    std::optional<std::string> sns_topic;
    /// When the job ended, in UTC; nothing while it is in progress.
    std::optional<timestamp> completion_date;
    /// Hash of the retrieved range, if that is tree-hash aligned; of the whole archive only once the job has
    /// ended.
    std::optional<glacier::tree_hash> tree_hash;
    /// Hash of the whole archive, for archive retrievals.
    std::optional<glacier::tree_hash> archive_tree_hash;
    /// The part of the archive that the job retrieves; all of it if no other was asked for.
    std::optional<byte_range> retrieval_byte_range;
    /// Nothing for inventories.
    std::optional<glacier::tier> tier;
    /// Of inventory jobs.
    std::optional<inventory_job_description> inventory;
    /// Where in S3 a select job writes its result.
    std::optional<std::string> job_output_path;
    /// Of select jobs: as given to initiate_job().
    std::optional<select_parameters> select_query;
    /// Of select jobs: as given to initiate_job().
    std::optional<output_location> output;
};

/// For client::describe_job().
struct describe_job_request {
    /// The vault and the job.
    describe_job_request(vault_name its_vault, job_id its_job)
        : vault(std::move(its_vault)), job(std::move(its_job))
    {}

    /// The vault of the job.
    vault_name vault;
    /// The job to describe.
    job_id job;
};

/// For client::list_jobs().
struct list_jobs_request {
    /// The vault's name.
    explicit list_jobs_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    /// The vault whose jobs are asked for.
    vault_name vault;
    /// True: only jobs that have ended, well or not. False: only those that have not. Nothing: both.
    std::optional<bool> completed;
    /// Only jobs of this status; nothing: all. Errors: errc::invalid_option for job_status::unknown.
    std::optional<job_status> status;
    /// Where to go on: the marker of the page before, as it came. Nothing: from the first job.
    std::optional<std::string> marker;
    /// Jobs per page, 1 or more; the service gives at most 50, and 50 if this is not set. Errors:
    /// errc::invalid_limit for 0.
    std::optional<std::uint32_t> limit;
};

/// One page of the jobs.
struct list_jobs_result {
    /// In the order in which they were started.
    std::vector<job_description> jobs;
    /// For the next page; nothing on the last one. A page may be empty and still have one.
    std::optional<std::string> marker;
};

/// For client::get_job_output().
struct get_job_output_request {
    /// The vault and the job.
    get_job_output_request(vault_name its_vault, job_id its_job)
        : vault(std::move(its_vault)), job(std::move(its_job))
    {}

    /// The vault of the job.
    vault_name vault;
    /// The job, which must have succeeded.
    job_id job;
    /// Part of the output; nothing: all of it. For a job that retrieves a range, counted from the start of
    /// that range.
    std::optional<output_range> range;
};

} // namespace glacier
